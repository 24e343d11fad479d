"""Choosing several of a parameter's few values, so that each makes a job of its own."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gui.flow_layout import FlowLayout
from gui.i18n import tr, translate
from gui.plain_text import no_mnemonic
from gui.submit.schema import Field, FieldKind, Several
from gui.theme import STEP_PX, icon


class SeveralEditor(QWidget):
    """The usual editor with a button beside it that offers all values to tick instead.

    Signals:
        changed: The value changed.
    """

    changed = Signal()

    def __init__(self, field: Field, editor: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.toggle = QToolButton()
        self.toggle.setProperty("role", "small")
        self.toggle.setIcon(icon("several", "muted"))
        self.toggle.setCheckable(True)
        self.toggle.setToolTip(tr("Try several values: one job each"))
        self.toggle.setAccessibleName(tr("Try several values"))
        self._box = QWidget()
        boxes = FlowLayout(spacing=STEP_PX * 3, parent=self._box)
        self._values: list[tuple[Any, QCheckBox]] = []
        for value, title in _choices(field):
            box = QCheckBox(no_mnemonic(title))
            box.toggled.connect(lambda _on: self.changed.emit())
            boxes.addWidget(box)
            self._values.append((value, box))
        place = QVBoxLayout()
        place.setContentsMargins(0, 0, 0, 0)
        place.addWidget(editor)
        place.addWidget(self._box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP_PX)
        layout.addLayout(place, 1)
        layout.addWidget(self.toggle)
        self._box.hide()
        self.setFocusProxy(editor)
        editor.changed.connect(self.changed)
        self.toggle.toggled.connect(self._on_toggled)

    def value(self) -> Any:
        """Return the value; `Several` where more than one is ticked."""
        if not self.toggle.isChecked():
            return self._editor.value()
        ticked = tuple(value for value, box in self._values if box.isChecked())
        if not ticked:
            return self._editor.value()
        return ticked[0] if len(ticked) == 1 else Several(ticked)

    def set_value(self, value: Any) -> None:
        """Show one value, or several."""
        several = value.values if isinstance(value, Several) else ()
        for own, box in self._values:
            box.setChecked(_is_among(own, several))
        self.toggle.setChecked(bool(several))
        self._editor.set_value(several[0] if several else value)

    def _on_toggled(self, on: bool) -> None:
        if on and not any(box.isChecked() for _, box in self._values):
            current = self._editor.value()
            for value, box in self._values:
                box.setChecked(_is_among(value, (current,)))
        self._editor.setVisible(not on)
        self._box.setVisible(on)
        self.changed.emit()


def can_vary(field: Field) -> bool:
    """Return whether a field has a few values that can be ticked."""
    return field.kind in (FieldKind.CHOICE, FieldKind.BOOLEAN) and len(_choices(field)) > 1


def _choices(field: Field) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = []
    if field.nullable:
        found.append((None, tr("Not set")))
    if field.kind is FieldKind.BOOLEAN:
        return [*found, (True, tr("Yes")), (False, tr("No"))]
    titles = (translate(title) for title in field.choice_titles)
    return [*found, *zip(field.choices, titles, strict=True)]


def _is_among(value: Any, values: tuple[Any, ...]) -> bool:
    """Compare as JSON does: true is not 1."""
    return any(type(value) is type(other) and value == other for other in values)
