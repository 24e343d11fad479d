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

from gui.plain_text import as_typed
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
        shown = min(max(len(rows), 1), MOST_ROWS_AT_ONCE) + 1.8
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


def _item(text: str, *, at_right: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    if at_right:
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(as_typed(text))
    return item
