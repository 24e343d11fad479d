"""An editor for parameters that accept several kinds of value: a number, "sqrt" or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gui.i18n import tr, translate
from gui.inputs import ComboBox
from gui.spoken import name_field
from gui.submit.schema import Field, FieldKind
from gui.submit.validation import problem_with


class UnionEditor(QWidget):
    """A choice of the kind of value, and beside it the editor of that kind where one is needed."""

    changed = Signal()

    def __init__(
        self, field: Field, make_editor: Callable[[Field], Any], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._field = field
        self._fixed: list[Any] = list(field.choices)
        if field.may_be_empty:
            self._fixed.insert(0, None)
        self._editors = [make_editor(inner) for inner in field.alternatives]
        self.kinds = ComboBox()
        self.kinds.setMinimumContentsLength(11)
        self.kinds.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        titles = dict(zip(field.choices, field.choice_titles, strict=True))
        for value in self._fixed:
            none = translate(field.empty_title) or tr("Not set")
            self.kinds.addItem(none if value is None else translate(titles[value]))
        for inner in field.alternatives:
            self.kinds.addItem(_kind_title(inner))
        self._stack = QStackedWidget()
        for editor in self._editors:
            name_field(editor, translate(field.title))
            editor.changed.connect(self.changed)
            self._stack.addWidget(editor)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.kinds)
        layout.addWidget(self._stack, 1)
        layout.addStretch(0)
        self.setFocusProxy(self.kinds)
        self.kinds.currentIndexChanged.connect(self._on_kind)
        self._on_kind(self.kinds.currentIndex())

    def value(self) -> Any:
        """Return the fixed value, or what the editor beside it holds."""
        index = self.kinds.currentIndex()
        if index < len(self._fixed):
            return self._fixed[index] if index >= 0 else None
        return self._editors[index - len(self._fixed)].value()

    def set_value(self, value: Any) -> None:
        """Choose the kind that fits *value* and show it."""
        for index, fixed in enumerate(self._fixed):
            if type(fixed) is type(value) and fixed == value:
                self.kinds.setCurrentIndex(index)
                return
        if not self._editors:
            return
        fitting = (
            number
            for number, inner in enumerate(self._field.alternatives)
            if problem_with(inner, value) is None
        )
        chosen = next(fitting, 0)
        self._editors[chosen].set_value(value)
        self.kinds.setCurrentIndex(len(self._fixed) + chosen)

    def _on_kind(self, index: int) -> None:
        number = index - len(self._fixed)
        self._stack.setVisible(number >= 0)
        if number >= 0:
            self._stack.setCurrentIndex(number)
        self.changed.emit()


def _kind_title(field: Field) -> str:
    return {
        FieldKind.INTEGER: tr("Whole number"),
        FieldKind.NUMBER: tr("Number"),
        FieldKind.BOOLEAN: tr("Yes or no"),
        FieldKind.LIST: tr("List"),
        FieldKind.OBJECT: tr("Other"),
        FieldKind.COLUMN: tr("Column"),
        FieldKind.COLUMNS: tr("Columns"),
    }.get(field.kind, tr("Text"))
