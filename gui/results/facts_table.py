"""A small table of texts that is there at once: metrics, trials, facts."""

from __future__ import annotations

import re
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
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MIDDLE_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
# “0.95”, “−3”, “12.4 s”, “0.9 ± 0.1”; what is missing is as good as a number.
_NUMBER = re.compile(r"[-−+]?[\d.,\u202f\u00a0]+(?:e[-+−]?\d+)?(?:\s.*)?|—|", re.IGNORECASE)


class FactsTable(QTableWidget):
    """Rows of texts; the first column names the row, columns of numbers stand at the right."""

    def __init__(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(len(rows), len(headings), parent)
        self.setAccessibleName(title)
        at_right = [
            column > 0 and _are_numbers([row[column] for row in rows if column < len(row)])
            for column in range(len(headings))
        ]
        for column, heading in enumerate(headings):
            self.setHorizontalHeaderItem(column, _item(heading, at_right=at_right[column]))
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
                self.setItem(number, column, _item(text, at_right=at_right[column]))
        self._fit_height(len(rows))

    def show_cells(self, rows: Sequence[Sequence[Cell]], *, after: int) -> None:
        """Show values that are sorted by a click on their heading; the best stand out."""
        for column in range(after, self.columnCount()):
            cells = [row[column - after] for row in rows]
            is_text = any(isinstance(cell.value, str) for cell in cells)
            heading = self.horizontalHeaderItem(column)
            if heading is not None:
                heading.setTextAlignment(MIDDLE_LEFT if is_text else RIGHT)
            for number, cell in enumerate(cells):
                self.setItem(number, column, _ValueItem(cell, at_right=not is_text))
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.setSortingEnabled(True)

    def explain_names(self, sentences: Sequence[str]) -> None:
        """Say more of each row than its name does, while the pointer rests on it."""
        for number, sentence in enumerate(sentences):
            item = self.item(number, 0)
            if item is not None:
                item.setToolTip(as_typed(sentence))

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

    def __init__(self, cell: Cell, *, at_right: bool) -> None:
        super().__init__(cell.text)
        self.cell = cell
        self.setTextAlignment(RIGHT if at_right else MIDDLE_LEFT)
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


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(_NUMBER.fullmatch(text) for text in texts)


def _item(text: str, *, at_right: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(RIGHT if at_right else MIDDLE_LEFT)
    item.setToolTip(as_typed(text))
    return item
