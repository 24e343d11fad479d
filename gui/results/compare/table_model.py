"""The table of a comparison: one row for each model, sorted by any column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from gui.i18n import tr
from gui.plain_text import as_typed
from gui.results.cell import Cell
from gui.results.comparison import Column, Comparison, short_names
from gui.theme import body_font, colours
from queue_core.library.entities import EntityRecord

Index = QModelIndex | QPersistentModelIndex
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ComparisonModel(QAbstractTableModel):
    """Shows a `Comparison`: the name first, then what is compared."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found = Comparison()
        self._columns: tuple[Column, ...] = ()
        self._names: list[str] = []
        self._order: list[int] = []
        self._only_differing = True

    def show(self, found: Comparison) -> None:
        """Show models."""
        self.beginResetModel()
        self._found = found
        self._names = short_names(found.runs)
        self._order = list(range(len(found.runs)))
        self._choose_columns()
        self.endResetModel()

    def show_only_differing(self, on: bool) -> None:
        """Show only parameters in which the models differ, or all."""
        self.beginResetModel()
        self._only_differing = on
        self._choose_columns()
        self.endResetModel()

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is shown beside the name."""
        return self._columns

    def run(self, row: int) -> EntityRecord:
        """Return the model of a row."""
        return self._found.runs[self._order[row]]

    def place(self, row: int) -> int:
        """Return the place of a row's model in the comparison."""
        return self._order[row]

    def row_of(self, place: int) -> int:
        """Return the row of the model at a place in the comparison."""
        return self._order.index(place)

    def _choose_columns(self) -> None:
        found = self._found
        self._columns = found.differing if self._only_differing else found.columns

    def _cell(self, row: int, column: int) -> Cell:
        place = self._order[row]
        if column == 0:
            name = self._names[place]
            return Cell(name, name.casefold())
        return self._columns[column - 1].cells[place]

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of models."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        if not index.isValid():
            return None
        cell = self._cell(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_typed(_said(cell))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _said(cell)
        if role == Qt.ItemDataRole.FontRole and cell.is_best:
            font = body_font()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and cell.value is None:
            return colours().role("muted")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_text = index.column() == 0 or isinstance(cell.value, str)
            return LEFT if is_text else RIGHT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's heading; that of a metric says which way is better."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._columns[section - 1] if section else None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("Name") if column is None else column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_typed(_direction(column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_text = column is None or any(isinstance(cell.value, str) for cell in column.cells)
            return LEFT if is_text else RIGHT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; what has no value stands last, whichever way."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [(self._order[index.row()], index.column()) for index in before]
        if 0 <= column <= len(self._columns):
            self._sort_by(column, descending=order == Qt.SortOrder.DescendingOrder)
        else:
            self._order = list(range(len(self._found.runs)))
        rows = {place: row for row, place in enumerate(self._order)}
        after = [self.index(rows[place], of) for place, of in kept]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _sort_by(self, column: int, *, descending: bool) -> None:
        rows = range(len(self._order))
        keyed = [(self._cell(row, column).value, self._order[row]) for row in rows]
        numbers = [(v, n) for v, n in keyed if isinstance(v, int | float)]
        texts = [(v, n) for v, n in keyed if isinstance(v, str)]
        rest = [n for v, n in keyed if v is None]
        numbers.sort(key=lambda pair: pair[0], reverse=descending)
        texts.sort(key=lambda pair: pair[0], reverse=descending)
        self._order = [*(n for _, n in numbers), *(n for _, n in texts), *rest]


def _said(cell: Cell) -> str:
    return tr("Best: {value}", value=cell.text) if cell.is_best else cell.text


def _direction(column: Column | None) -> str:
    """Return which values of a metric are good; nothing for what was not measured."""
    if column is None or not column.is_metric:
        return ""
    return tr("More is better.") if column.greater_is_better else tr("Less is better.")
