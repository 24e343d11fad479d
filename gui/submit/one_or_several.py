"""Columns of which there mostly is one, e.g. the target: a drop-down that can become a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gui.i18n import tr
from gui.submit.option_picker import OptionEditor
from gui.submit.pickers import Option, OptionsEditor
from gui.submit.schema import Field, FieldKind
from gui.submit.validation import Unmatched
from gui.widgets import text_button


class OneOrSeveralEditor(QWidget):
    """Its value is a list, whichever way it is chosen."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nullable = field.nullable
        self.one = OptionEditor(replace(field, kind=FieldKind.COLUMN))
        self.several = OptionsEditor(field, self)
        self.several.hide()
        self.more = text_button(tr("Several…"), self._show_several, role="link")
        single = QWidget()
        beside = QHBoxLayout(single)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.one, 1)
        beside.addWidget(self.more)
        self._stack = QStackedWidget()
        self._stack.addWidget(single)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        for editor in (self.one, self.several):
            editor.changed.connect(self.changed)
        self.setFocusProxy(self.one)

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer *options*; what was chosen stays chosen."""
        self.one.set_options(options)
        self.several.set_options(options)

    def value(self) -> Any:
        """Return the chosen columns; a text that names none as it is."""
        if self._is_list:
            return self.several.value()
        chosen = self.one.value()
        if isinstance(chosen, Unmatched):
            return chosen
        return [chosen] if chosen is not None else None if self._nullable else []

    def set_value(self, value: Any) -> None:
        """Show columns: more than one as a list."""
        chosen = list(value or [])
        self._show(is_list=len(chosen) > 1)
        if self._is_list:
            self.several.set_value(chosen)
        else:
            self.one.set_value(chosen[0] if chosen else None)

    @property
    def _is_list(self) -> bool:
        return self._stack.currentWidget() is self.several

    def _show_several(self) -> None:
        chosen = self.value()
        self._show(is_list=True)
        self.several.set_value(chosen if isinstance(chosen, list) else [])
        self.several.setFocus()

    def _show(self, *, is_list: bool) -> None:
        # A stack is as tall as its tallest page, so the list is only there while it is shown.
        if is_list and not self._is_list:
            self._stack.addWidget(self.several)
            self._stack.setCurrentWidget(self.several)
        elif not is_list and self._is_list:
            self._stack.removeWidget(self.several)
            self.several.setParent(self)
            self.several.hide()
