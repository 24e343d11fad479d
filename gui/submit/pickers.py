"""Editors whose choices come from the library: columns of a dataset, datasets, runs, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr, tr_plural
from gui.plain_text import PlainLabel, as_typed
from gui.submit.schema import Field

SEARCH_FROM = 9
LIST_ROWS = 7
LABEL_CHARACTERS = 28
VALUE_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Option:
    """Something to choose.

    Attributes:
        value: What the form's value becomes: a column's name, an entity's id.
        title: What is shown.
        detail: A second, muted word: the column's type, when a run was made.
    """

    value: Any
    title: str
    detail: str = ""

    @property
    def label(self) -> str:
        """Title and detail in one line."""
        return f"{self.title}  ·  {self.detail}" if self.detail else self.title


class OptionEditor(QComboBox):
    """One of many options; type to find one.

    A value that is not among the options (they may not have arrived yet) is kept.
    """

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._options: tuple[Option, ...] = ()
        self._kept: Any = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LABEL_CHARACTERS)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._line = QLineEdit()
        self._line.setPlaceholderText(_placeholder(field))
        self._line.editingFinished.connect(self._on_edited)
        self.setLineEdit(self._line)
        finder = QCompleter(self.model(), self)
        finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(finder)
        self.currentIndexChanged.connect(self._on_chosen)

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer *options*; the value stays."""
        value = self.value()
        self.blockSignals(True)
        self.clear()
        self._options = tuple(options)
        if self._field.nullable or not self._field.required:
            self._options = (Option(None, tr("Not set")), *self._options)
        self.addItems([option.label for option in self._options])
        self.setCurrentIndex(-1)
        self._show(value)
        self.blockSignals(False)

    def newest(self) -> Any:
        """Return the value of the first real option."""
        return next((o.value for o in self._options if o.value is not None), None)

    def value(self) -> Any:
        """Return the chosen option's value."""
        index = self.currentIndex()
        return self._options[index].value if 0 <= index < len(self._options) else self._kept

    def set_value(self, value: Any) -> None:
        """Choose the option with *value*."""
        self.blockSignals(True)
        self._show(value)
        self.blockSignals(False)
        self.changed.emit()

    def _show(self, value: Any) -> None:
        index = next((i for i, o in enumerate(self._options) if o.value == value), -1)
        self._kept = value if index < 0 else None
        self.setCurrentIndex(index)
        if index < 0:
            self.setEditText("" if value is None else str(value))
        self._line.setCursorPosition(0)

    def _on_chosen(self, index: int) -> None:
        if index >= 0:
            self._kept = None
            self._line.setCursorPosition(0)
        self.changed.emit()

    def _on_edited(self) -> None:
        """Take what was typed if it is a title, else show again what was chosen."""
        text = self.currentText().strip().casefold()
        for index, option in enumerate(self._options):
            if text in (option.label.casefold(), option.title.casefold()):
                self.setCurrentIndex(index)
                return
        self._show(self.value())


class OptionsEditor(QWidget):
    """Several of many options, with check marks; the order of the options is kept."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nullable = field.nullable
        self._kept: list[Any] = []
        self._is_none = False
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
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Find…"))
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
        self._count.setText(tr_plural("{count} chosen", "{count} chosen", count))


def _placeholder(field: Field) -> str:
    return {
        "column": tr("Choose a column"),
        "dataset": tr("Choose a dataset"),
        "notebook": tr("Choose a notebook"),
        "session": tr("Choose a session"),
        "run": tr("Choose a run"),
    }.get(field.format, tr("Choose…"))
