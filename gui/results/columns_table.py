"""The columns of a dataset: type, missing values, statistics; one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from gui.column_types import type_name
from gui.format import format_count
from gui.i18n import mark, tr, translate
from gui.plain_text import as_typed
from gui.results.described_column import DescribedColumn, summary_of
from gui.results.table_view import share_text
from gui.theme import COMPACT_ROW_HEIGHT_PX, colours
from gui.widgets import set_role

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class _Heading:
    title: str
    text: Callable[[DescribedColumn], str]
    is_number: bool = False


def _distinct(column: DescribedColumn) -> str:
    count = column.statistics.get("distinct")
    if count is None:
        return ""
    about = "≈ " if "distinct" in column.statistics.get("approximate", ()) else ""
    return about + format_count(int(count))


HEADINGS = (
    _Heading(mark("Column"), lambda column: column.name),
    _Heading(mark("Type"), lambda column: type_name(column.type)),
    _Heading(mark("Missing"), lambda c: share_text(c.missing, c.row_count), is_number=True),
    _Heading(mark("Distinct"), _distinct, is_number=True),
    _Heading(mark("Values"), summary_of),
)


class ColumnsModel(QAbstractTableModel):
    """One row for each column of a dataset."""

    def __init__(self, columns: Sequence[DescribedColumn], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many columns the dataset has."""
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of facts."""
        return 0 if parent.isValid() else len(HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a fact."""
        if not index.isValid():
            return None
        heading, column = HEADINGS[index.column()], self._columns[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return heading.text(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_typed(heading.text(column))
        if role == Qt.ItemDataRole.TextAlignmentRole and heading.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and index.column() > 0:
            return colours().role("muted")
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return what a fact is called."""
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return translate(HEADINGS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = HEADINGS[section].is_number
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class ColumnsTable(QTableView):
    """Shows the columns of a dataset."""

    def __init__(self, columns: Sequence[DescribedColumn], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(ColumnsModel(columns, self))
        self.setAccessibleName(tr("Columns"))
        self.setShowGrid(False)
        set_role(self, "data")
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        for section, width in enumerate((150, 96, 88, 80)):
            self.setColumnWidth(section, width)
