"""A small table of texts that is there at once: metrics, trials, facts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.i18n import tr
from gui.plain_text import as_typed
from gui.results.cell import Cell
from gui.theme import COMPACT_ROW_HEIGHT_PX
from gui.widgets import LEFT, set_role

MOST_ROWS_AT_ONCE = 12


class FactsTable(QTableWidget):
    """Rows of texts; the first column names the row, the others stand at the right."""

    def __init__(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(len(rows), len(headings), parent)
        self.setAccessibleName(title)
        for column, heading in enumerate(headings):
            self.setHorizontalHeaderItem(column, _item(heading, at_right=column > 0))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        set_role(self, "data")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(LEFT)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for number, cells in enumerate(rows):
            for column, text in enumerate(cells):
                self.setItem(number, column, _item(text, at_right=column > 0))
        self._fit_height(len(rows))

    def show_cells(self, rows: Sequence[Sequence[Cell]], *, after: int) -> None:
        """Show values that are sorted by a click on their heading; the best stand out."""
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells, after):
                item = _ValueItem(cell)
                self.setItem(number, column, item)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.setSortingEnabled(True)

    def limit_names(self, width_px: int) -> None:
        """Cut the names in the first column, in the middle, where they are wider than this."""
        if self.columnWidth(0) > width_px or self.sizeHintForColumn(0) > width_px:
            header = self.horizontalHeader()
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(0, width_px)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setWordWrap(False)

    def _fit_height(self, count: int) -> None:
        shown = min(max(count, 1), MOST_ROWS_AT_ONCE) + 1.8
        self.setFixedHeight(round(shown * COMPACT_ROW_HEIGHT_PX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selection as tab-separated text."""
        if not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
            return
        lines: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes()):
            lines.setdefault(index.row(), []).append(str(index.data() or ""))
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))


class _ValueItem(QTableWidgetItem):
    """A cell that knows its value."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell.text)
        self.cell = cell
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(
            as_typed(tr("Best: {value}", value=cell.text) if cell.is_best else cell.text)
        )
        if cell.is_best:
            font = self.font()
            font.setBold(True)
            self.setFont(font)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        """Compare numbers as numbers; what is missing is least."""
        mine = self.cell.value
        theirs = other.cell.value if isinstance(other, _ValueItem) else None
        if isinstance(mine, float) and isinstance(theirs, float):
            return mine < theirs
        return (mine is not None, str(mine)) < (theirs is not None, str(theirs))


def _item(text: str, *, at_right: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    if at_right:
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(as_typed(text))
    return item
