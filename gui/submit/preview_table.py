"""The first rows of a file as it would be loaded: names, types, values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget

from gui.column_types import type_name
from gui.i18n import tr
from gui.plain_text import as_typed
from gui.submit.preview_state import PreviewAnswer
from gui.theme import COMPACT_ROW_HEIGHT_PX, colours
from gui.widgets import LEFT, set_role

MISSING = "—"
MEASURED_ROWS = 20
MEASURED_COLUMNS = 60
MAX_COLUMN_PX = 220
NUMBERS = ("integer", "float")
# What a text can be read as; a category is found out when all rows are read.
TYPES = ("integer", "float", "boolean", "text", "category", "date", "datetime", "time")

Index = QModelIndex | QPersistentModelIndex


class PreviewModel(QAbstractTableModel):
    """The rows of a preview; the header has the column's name and, below it, its type."""

    def __init__(self) -> None:
        super().__init__()
        self._answer = PreviewAnswer()

    def show(self, answer: PreviewAnswer) -> None:
        """Show another answer."""
        self.beginResetModel()
        self._answer = answer
        self.endResetModel()

    def column(self, number: int) -> tuple[str, str]:
        """Return name and type of a column."""
        return self._answer.columns[number]

    def width_of(self, column: int, measure: Callable[[str], int]) -> int:
        """Return how wide a column must be for its first rows, in pixels."""
        name, kind = self._answer.columns[column]
        texts = [name, type_name(kind)]
        texts += [row[column] or MISSING for row in self._answer.rows[:MEASURED_ROWS]]
        return max(48, min(MAX_COLUMN_PX, max(measure(text) for text in texts) + 24))

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._answer.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._answer.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        if not index.isValid():
            return None
        value = self._answer.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return MISSING if value is None else value.replace("\n", "⏎ ")
        if role == Qt.ItemDataRole.ForegroundRole and value is None:
            return colours().role("disabled")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return value or tr("missing")
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's name and type, or a row's number from 1."""
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._answer.columns):
            return None
        name, kind = self._answer.columns[section]
        text = f"{name}\n{type_name(kind)}"
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_typed(text)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = self._answer.columns[column][1] in NUMBERS
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class PreviewTable(QTableView):
    """Shows the first rows; a click on a heading offers other types where they can be chosen.

    Signals:
        type_chosen: Carries a column's name and the type to read it as; empty: as it is found.
    """

    type_chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = PreviewModel()
        self.setModel(self._rows)
        self.setAccessibleName(tr("First rows"))
        self.setShowGrid(False)
        set_role(self, "data")
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._types: Mapping[str, str] | None = None
        self._offered = ""
        self.type_menu = TypeMenu(self)
        self.type_menu.triggered.connect(
            lambda action: self.type_chosen.emit(self._offered, str(action.data()))
        )
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().sectionClicked.connect(self._offer_types)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(LEFT)
        self.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)

    def show_answer(self, answer: PreviewAnswer, types: Mapping[str, str] | None = None) -> None:
        """Show what was found, at the same place where the columns are the same.

        Args:
            answer: What was found.
            types: The types that were chosen, by column; None where none can be.
        """
        self._types = types
        place = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self._rows.show(answer)
        measure = self.fontMetrics().horizontalAdvance
        for column in range(min(len(answer.columns), MEASURED_COLUMNS)):
            self.setColumnWidth(column, self._rows.width_of(column, measure))
        self.horizontalScrollBar().setValue(place[0])
        self.verticalScrollBar().setValue(place[1])

    def _offer_types(self, column: int) -> None:
        """Show the types that the column can be read as, below its heading."""
        if self._types is None:
            return
        name, found = self._rows.column(column)
        self.type_menu.offer(found, is_chosen=name in self._types)
        header = self.horizontalHeader()
        left = header.sectionViewportPosition(column)
        place = header.viewport().mapToGlobal(QPoint(left, header.height()))
        self._offered = name
        self.type_menu.popup(place)


class TypeMenu(QMenu):
    """The types that a column can be read as."""

    def offer(self, found: str, *, is_chosen: bool) -> None:
        """List the types.

        Args:
            found: The type that it has now.
            is_chosen: Whether somebody chose it.
        """
        self.clear()
        self._add(tr("As it is found"), "", is_on=not is_chosen)
        self.addSeparator()
        for kind in TYPES:
            self._add(type_name(kind), kind, is_on=is_chosen and kind == found)

    def _add(self, text: str, kind: str, *, is_on: bool) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.setData(kind)
