"""The machines of a place: of a thousand only those in sight are drawn, and the view stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.i18n import tr
from gui.places.news import Machine, machine_columns
from gui.plain_text import as_typed
from gui.theme import COMPACT_ROW_HEIGHT_PX
from gui.widgets import LEFT, set_role

MOST_ROWS_AT_ONCE = 12
NAME_PX = 180
# Widths are those of what is seen and some more.
MEASURED_ROWS = 40
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
WORDS = 2
Index = QModelIndex | QPersistentModelIndex


class MachineModel(QAbstractTableModel):
    """Rows of texts: the first two columns are words, the others numbers."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._headings: list[str] = []
        self._texts: list[Callable[[Machine], str]] = []
        self._rows: list[Machine] = []

    def show_machines(self, rows: list[Machine]) -> None:
        """Show other machines; where they are as many as before, what is seen stays in sight."""
        columns = machine_columns(rows)
        headings = [heading for heading, _ in columns]
        if headings == self._headings and len(rows) == len(self._rows):
            before, self._rows = self._rows, rows
            changed = [n for n, row in enumerate(rows) if row != before[n]]
            if changed:
                last = self.index(changed[-1], len(headings) - 1)
                self.dataChanged.emit(self.index(changed[0], 0), last)
            return
        self.beginResetModel()
        self._headings, self._rows = headings, rows
        self._texts = [text for _, text in columns]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Return how many machines there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Return how many columns say something."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, and how it stands."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_typed(self._text(index))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if index.column() < WORDS else RIGHT
        return None

    def _text(self, index: Index) -> str:
        return self._texts[index.column()](self._rows[index.row()])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return what a column is called."""
        if orientation is Qt.Orientation.Vertical or section >= len(self._headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section < WORDS else RIGHT
        return None


class MachineTable(QTableView):
    """The table, as high as its machines, twelve at most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._machines = MachineModel(self)
        self.setModel(self._machines)
        self.setAccessibleName(tr("Machines"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setShowGrid(False)
        self.setWordWrap(False)
        set_role(self, "data")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setResizeContentsPrecision(MEASURED_ROWS)
        self.hide()

    def show_machines(self, machines: Sequence[Machine]) -> None:
        """Show these machines; nothing where there is none."""
        before = (self._machines.rowCount(), self._machines.columnCount())
        self._machines.show_machines(list(machines))
        if before != (len(machines), self._machines.columnCount()):
            self._fit(len(machines))
        self.setVisible(bool(machines))

    def _fit(self, count: int) -> None:
        header = self.horizontalHeader()
        for column in range(self._machines.columnCount()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        if self._machines.columnCount() and header.sectionSize(0) > NAME_PX:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(0, NAME_PX)
        shown = min(max(count, 1), MOST_ROWS_AT_ONCE) + 1.8
        self.setFixedHeight(round(shown * COMPACT_ROW_HEIGHT_PX))
