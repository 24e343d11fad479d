"""Choosing several of what the library offers: columns of a dataset, metrics, runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.format import format_percent
from gui.i18n import tr, tr_plural, translate
from gui.plain_text import PlainLabel, as_typed
from gui.spoken import Role, speak_as
from gui.submit.miniature import SEPARATOR, SHAPE_ROLE, MiniatureDelegate, Shape
from gui.submit.schema import Field

SEARCH_FROM = 9
LIST_ROWS = 7
LABEL_CHARACTERS = 28
LEAST_SAID = 0.01
VALUE_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Option:
    """Something to choose.

    Attributes:
        value: What the form's value becomes: a column's name, an entity's id.
        title: What is shown.
        detail: A second, muted word: the column's type, when a run was made.
        is_likely: Whether a form may begin with it by itself; one without rows is no use.
        distinct: How many different values a column has, where that is known.
        missing_share: Which share of a column's values is missing, 0 to 1.
        shape: How a column's values lie, to be drawn small: see `gui.submit.miniature`.
    """

    value: Any
    title: str
    detail: str = ""
    is_likely: bool = True
    distinct: int | None = None
    missing_share: float = 0.0
    shape: Shape | None = None

    @property
    def label(self) -> str:
        """Title and detail in one line."""
        parts = [self.title, self.detail]
        # Less is no reason to choose another column, and names need the room.
        if self.missing_share >= LEAST_SAID:
            parts.append(tr("{share} missing", share=format_percent(self.missing_share)))
        return SEPARATOR.join(filter(None, parts))


class OptionsEditor(QWidget):
    """Several of many options, with check marks; the order of the options is kept."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        speak_as(self, Role.Grouping)
        self._nullable = field.nullable
        self._kept: list[Any] = []
        self._is_none = False
        self._empty_text = translate(field.empty_title)
        self._model = QStandardItemModel(self)
        self._model.itemChanged.connect(self._on_item_changed)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = QListView()
        self.view.setModel(self._shown)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setUniformItemSizes(True)
        self.view.setProperty("role", "options")
        self.view.setItemDelegate(MiniatureDelegate(self.view))
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Find…"))
        self._search.setAccessibleName(tr("Find…"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._shown.setFilterFixedString)
        self._count = PlainLabel()
        self._count.setProperty("role", "muted")
        self._all = QPushButton(tr("All"))
        self._all.clicked.connect(lambda: self._check_shown(Qt.CheckState.Checked))
        self._none = QPushButton(tr("None"))
        for button in (self._all, self._none):
            button.setProperty("role", "link")
        self._none.clicked.connect(lambda: self._check_shown(Qt.CheckState.Unchecked))
        self._arrange()
        self.setFocusProxy(self.view)

    def _arrange(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self._count, 1)
        above.addWidget(self._all)
        above.addWidget(self._none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(above)
        layout.addWidget(self._search)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        layout.addWidget(self.view)
        self._show_count()

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer *options*; what was chosen stays chosen."""
        chosen = self._chosen() + self._kept
        self._model.blockSignals(True)
        self._model.clear()
        for option in options:
            item = QStandardItem(option.label)
            item.setCheckable(True)
            item.setEditable(False)
            item.setData(option.value, VALUE_ROLE)
            item.setData(option.shape, SHAPE_ROLE)
            item.setToolTip(as_typed(option.title))
            checked = option.value in chosen
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            self._model.appendRow(item)
        self._model.blockSignals(False)
        self._shown.invalidate()
        known = {option.value for option in options}
        self._kept = [value for value in chosen if value not in known]
        rows = min(LIST_ROWS, max(2, len(options)))
        self.view.setFixedHeight(rows * (self.view.sizeHintForRow(0) or 20) + 8)
        self._search.setVisible(len(options) >= SEARCH_FROM)
        self._show_count()

    def set_empty_text(self, text: str) -> None:
        """Say what none chosen comes to."""
        self._empty_text = text
        self._show_count()

    def value(self) -> list[Any] | None:
        """Return the chosen values in the order of the options."""
        chosen = self._chosen() + self._kept
        return None if self._nullable and self._is_none and not chosen else chosen

    def set_value(self, value: Any) -> None:
        """Check the options whose values are in the list *value*."""
        self._is_none = value is None
        wanted = list(value or [])
        self._model.blockSignals(True)
        for item in self._items():
            on = item.data(VALUE_ROLE) in wanted
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self._model.blockSignals(False)
        known = [item.data(VALUE_ROLE) for item in self._items()]
        self._kept = [item for item in wanted if item not in known]
        self.view.viewport().update()
        self._show_count()
        self.changed.emit()

    def _items(self) -> list[QStandardItem]:
        return [self._model.item(row) for row in range(self._model.rowCount())]

    def _chosen(self) -> list[Any]:
        on = Qt.CheckState.Checked
        return [item.data(VALUE_ROLE) for item in self._items() if item.checkState() == on]

    def _check_shown(self, state: Qt.CheckState) -> None:
        self._model.blockSignals(True)
        for row in range(self._shown.rowCount()):
            index = self._shown.mapToSource(self._shown.index(row, 0))
            self._model.itemFromIndex(index).setCheckState(state)
        self._model.blockSignals(False)
        self.view.viewport().update()
        self._on_item_changed()

    def _on_item_changed(self, _item: QStandardItem | None = None) -> None:
        self._is_none = self._nullable and not self._chosen()
        self._kept = []
        self._show_count()
        self.changed.emit()

    def _show_count(self) -> None:
        count = len(self._chosen())
        said = tr_plural("{count} chosen", "{count} chosen", count)
        self._count.setText(said if count else self._empty_text or tr("None chosen"))
