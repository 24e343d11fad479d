"""A group of parameters that are one value: a form within the form, with a switch if optional."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from gui.i18n import tr, translate
from gui.submit.inner_form import InnerForm
from gui.submit.schema import Field
from gui.widgets import set_role


class GroupEditor(QWidget):
    """Holds a form; its value is that form's values, or None while it is switched off.

    Attributes:
        form: The form within.
    """

    changed = Signal()

    def __init__(self, field: Field, form: InnerForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self._is_optional = field.nullable
        self.switch = QCheckBox(tr("Use"))
        self.switch.setAccessibleName(translate(field.title))
        self.switch.setVisible(self._is_optional)
        self._frame = QFrame()
        set_role(self._frame, "panel")
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(12, 8, 8, 4)
        inside.addWidget(form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.switch)
        layout.addWidget(self._frame)
        self.switch.toggled.connect(self._on_switch)
        form.changed.connect(lambda _name: self.changed.emit())
        self._frame.setVisible(not self._is_optional)
        self.setFocusProxy(self.switch if self._is_optional else form)

    @property
    def is_used(self) -> bool:
        """Whether the group has a value."""
        return not self._is_optional or self.switch.isChecked()

    def value(self) -> dict[str, Any] | None:
        """Return the values of the form; None while it is switched off."""
        return self.form.values() if self.is_used else None

    def set_value(self, value: Any) -> None:
        """Show values; what they do not name has its default."""
        self.switch.setChecked(value is not None)
        self._frame.setVisible(self.is_used)
        self.form.reset()
        if isinstance(value, dict):
            self.form.set_values(value)
        self.changed.emit()

    def _on_switch(self, _on: bool) -> None:
        self._frame.setVisible(self.is_used)
        self.changed.emit()
