"""A table of any size: cells are read in blocks, newest wish first, and forgotten again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from gui.bridge import Bridge
from gui.format import format_count
from gui.helper import helpers_of
from gui.i18n import tr
from gui.plain_text import as_typed
from gui.results.decimals import decimals_of, with_decimals
from gui.results.live.numbers import local_number
from gui.results.shape_header import ShapeHeader
from gui.theme import COMPACT_ROW_HEIGHT_PX, colours
from gui.widgets import LEFT, set_role
from queue_core.library.pages import table_block, table_facts

BLOCK_ROWS = 128
BLOCK_COLUMNS = 24
BLOCKS_KEPT = 64
WISHES_KEPT = 8
MISSING = "—"
COLUMN_PX = 110
MAX_COLUMN_PX = 260
LOADING = "…"

Index = QModelIndex | QPersistentModelIndex
Block = list[list[str | None]]
Place = tuple[int, int]


@dataclass(frozen=True)
class TableColumn:
    """One column of a table.

    Attributes:
        name: Its name.
        type: Its type, for people.
        is_number: Whether its values stand at the right.
        heading: What stands above it, where that is not its name.
        is_computed: Whether its numbers are the program's, and written as the language does.
    """

    name: str
    type: str
    is_number: bool
    heading: str = ""
    is_computed: bool = False

    @property
    def shown_name(self) -> str:
        """What stands above it."""
        return self.heading or self.name


class TableSource(Protocol):
    """Where a table's cells come from."""

    async def facts(self) -> tuple[tuple[TableColumn, ...], int]:
        """Return the columns and the number of rows."""

    async def block(self, offset: int, limit: int, first_column: int, column_count: int) -> Block:
        """Return cells as texts, row by row."""


class ParquetSource:
    """The cells of a Parquet file, read by the helper process."""

    def __init__(self, path: Path, bridge: Bridge) -> None:
        self.path = path
        self._helper = helpers_of(bridge).reading

    async def facts(self) -> tuple[tuple[TableColumn, ...], int]:
        """Return the columns and the number of rows."""
        found = await self._helper.call(table_facts, path=str(self.path))
        columns = (TableColumn(c["name"], c["type"], c["is_number"]) for c in found["columns"])
        return tuple(columns), found["row_count"]

    async def block(self, offset: int, limit: int, first_column: int, column_count: int) -> Block:
        """Return cells as texts, row by row."""
        cells: Block = await self._helper.call(
            table_block, path=str(self.path), offset=offset, limit=limit,
            first_column=first_column, column_count=column_count,
        )  # fmt: skip
        return cells


class PagedTableModel(QAbstractTableModel):
    """Cells that are not there yet are wished for when they are painted."""

    def __init__(self, source: TableSource, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._bridge = bridge
        self._columns: tuple[TableColumn, ...] = ()
        self._row_count = 0
        self._blocks: OrderedDict[Place, Block] = OrderedDict()
        self._wishes: list[Place] = []
        self._is_reading = False
        self._notes: dict[str, str] = {}
        self._decimals: dict[int, int] = {}

    def take(self, source: TableSource) -> None:
        """Read from another source from the next `load` on."""
        self._source = source
        self._wishes.clear()

    def describe(self, notes: Mapping[str, str]) -> None:
        """Say more of columns in the tooltips of their headings, by name."""
        self._notes = dict(notes)

    async def load(self) -> None:
        """Read what the table looks like and its first block."""
        columns, row_count = await self._source.facts()
        first = await self._source.block(0, BLOCK_ROWS, 0, BLOCK_COLUMNS)
        self.beginResetModel()
        self._columns, self._row_count = columns, row_count
        self._blocks = OrderedDict({(0, 0): first})
        self._decimals = {}
        self._measure((0, 0), first)
        self.endResetModel()

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The columns; empty before `load`."""
        return self._columns

    async def first_rows(self, row_count: int, column_count: int) -> list[list[str]]:
        """Read the beginning of the table, as it is shown, whether it is in sight or not."""
        source = self._source
        rows: list[list[str]] = [[] for _ in range(row_count)]
        for left in range(0, column_count, BLOCK_COLUMNS):
            for top in range(0, row_count, BLOCK_ROWS):
                high = min(BLOCK_ROWS, row_count - top)
                wide = min(BLOCK_COLUMNS, column_count - left)
                block = await source.block(top, high, left, wide)
                self._measure((top // BLOCK_ROWS, left // BLOCK_COLUMNS), block)
                for row, cells in zip(rows[top:], block, strict=False):
                    row += (self._text(cell, left + n) for n, cell in enumerate(cells))
        return rows

    def cell(self, row: int, column: int) -> str | None:
        """Return a cell's text; None where it is missing, `LOADING` until it has been read."""
        place = (row // BLOCK_ROWS, column // BLOCK_COLUMNS)
        block = self._blocks.get(place)
        if block is None:
            self._wish(place)
            return LOADING
        try:
            return block[row % BLOCK_ROWS][column % BLOCK_COLUMNS]
        except IndexError:
            return None

    def _wish(self, place: Place) -> None:
        if place in self._wishes:
            return
        self._wishes.append(place)
        del self._wishes[:-WISHES_KEPT]
        if not self._is_reading:
            self._is_reading = True
            task = self._bridge.start(self._read_wishes(), what=tr("Reading the table"))
            self.destroyed.connect(task.cancel)

    async def _read_wishes(self) -> None:
        try:
            while self._wishes:
                place = self._wishes.pop()
                row, column = place[0] * BLOCK_ROWS, place[1] * BLOCK_COLUMNS
                source = self._source
                block = await source.block(row, BLOCK_ROWS, column, BLOCK_COLUMNS)
                if source is self._source:  # else the rows stand in another order by now
                    self._keep(place, block)
        finally:
            self._is_reading = False

    def _keep(self, place: Place, block: Block) -> None:
        self._blocks[place] = block
        self._measure(place, block)
        while len(self._blocks) > BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        row, column = place[0] * BLOCK_ROWS, place[1] * BLOCK_COLUMNS
        last_row = min(row + BLOCK_ROWS, self._row_count) - 1
        last_column = min(column + BLOCK_COLUMNS, len(self._columns)) - 1
        self.dataChanged.emit(self.index(row, column), self.index(last_row, last_column))

    def _text(self, text: str | None, column: int) -> str:
        """Return what a cell shows: a number with as many decimals as its column has."""
        if text is None:
            return MISSING
        decimals = self._decimals.get(column)
        if decimals is not None and text is not LOADING:
            shown = with_decimals(text, decimals)
            is_ours = self._columns[column].is_computed
            return local_number(shown) if is_ours else shown
        return text.replace("\n", "⏎ ")

    def _measure(self, place: Place, block: Block) -> None:
        """Find out how many decimals columns have, from the first of their rows to come."""
        first = place[1] * BLOCK_COLUMNS
        width = len(block[0]) if block else 0
        for offset, column in enumerate(self._columns[first : first + width]):
            if column.is_number and first + offset not in self._decimals:
                texts = [line[offset] for line in block]
                self._decimals[first + offset] = decimals_of([t for t in texts if t])

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else self._row_count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            text = self.cell(index.row(), index.column())
            is_cut = text and (len(text) > 16 or text != self._text(text, index.column()))
            return as_typed(text) if is_cut and text else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self.cell(index.row(), index.column()), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and self._columns[index.column()].is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            text = self.cell(index.row(), index.column())
            return colours().role("disabled") if text is None or text is LOADING else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.cell(index.row(), index.column()) or tr("missing")
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's name, or a row's number from 1."""
        if orientation == Qt.Orientation.Vertical:
            return format_count(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.shown_name
        if role == Qt.ItemDataRole.ToolTipRole:
            note = self._notes.get(column.name, "")
            return as_typed("\n".join(filter(None, (column.shown_name, column.type, note))))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            high = Qt.AlignmentFlag.AlignTop if self._notes else Qt.AlignmentFlag.AlignVCenter
            return side | high
        return None


class PagedTable(QTableView):
    """Shows a table of any size; Ctrl+C copies the selected cells."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = ShapeHeader(self)
        self.setHorizontalHeader(self.header)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setCornerButtonEnabled(False)
        self.setShowGrid(False)
        set_role(self, "data")
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(LEFT)
        self.horizontalHeader().setDefaultSectionSize(COLUMN_PX)
        self.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)
        self.verticalHeader().setHighlightSections(False)

    def show_model(self, model: PagedTableModel) -> None:
        """Show *model* with columns as wide as their first rows need."""
        self.setModel(model)
        for column in range(min(len(model.columns), BLOCK_COLUMNS)):
            self.setColumnWidth(column, self._width_of(model, column))

    def _width_of(self, model: PagedTableModel, column: int) -> int:
        rows = min(30, model.rowCount())
        texts: Sequence[str] = [
            f"{model.columns[column].shown_name}  ",
            *(model.cell(row, column) or MISSING for row in range(rows)),
        ]
        widest = max(self.fontMetrics().horizontalAdvance(text[:60]) for text in texts)
        return max(56, min(MAX_COLUMN_PX, widest + 24))

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selection as tab-separated text."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._selected_text())
        else:
            super().keyPressEvent(event)

    def _selected_text(self) -> str:
        model = self.model()
        selection = self.selectionModel().selection()
        if not isinstance(model, PagedTableModel) or not selection:
            return ""
        box = selection.at(0)
        columns = range(box.left(), box.right() + 1)
        rows = range(box.top(), min(box.bottom(), box.top() + 10_000) + 1)
        return "\n".join("\t".join(model.cell(r, c) or "" for c in columns) for r in rows)
