"""Choosing one of what the library offers: a column, a dataset, a session, a run.

What the field shows is what the form holds: a text that names no option is the value until it
names one, and `problem_with` says so. Nothing falls back silently to an earlier choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QListView, QWidget

from gui.i18n import tr
from gui.inputs import ComboBox
from gui.submit.miniature import SHAPE_ROLE, MiniatureDelegate
from gui.submit.pickers import Option
from gui.submit.schema import Field
from gui.submit.validation import Unmatched

LABEL_CHARACTERS = 16
POPUP_PX = 320
MOST_SHOWN = 12


class OptionEditor(ComboBox):
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
        self.view().setItemDelegate(MiniatureDelegate(self.view()))
        self.view().setMinimumWidth(POPUP_PX)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._line = _FindingLine()
        self._line.setPlaceholderText(_placeholder(field))
        self._line.textEdited.connect(self._on_typed)
        self._line.editingFinished.connect(self._on_edited)
        self.setLineEdit(self._line)
        self._finder = finder = QCompleter(self.model(), self)
        finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        finder.setMaxVisibleItems(MOST_SHOWN)
        found = QListView()
        found.setObjectName("pickerOffers")
        finder.setPopup(found)
        found.setItemDelegate(MiniatureDelegate(found))
        found.setMinimumWidth(POPUP_PX)
        self.setCompleter(finder)
        self._line.entered.connect(self._offer_all)
        self.currentIndexChanged.connect(self._on_chosen)

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer *options*; the value stays."""
        value = self.value()
        self.blockSignals(True)
        self.clear()
        self._options = tuple(options)
        if self._field.may_be_empty:
            self._options = (Option(None, tr("Not set")), *self._options)
        self.addItems([option.label for option in self._options])
        for number, option in enumerate(self._options):
            self.setItemData(number, option.shape, SHAPE_ROLE)
        self.setCurrentIndex(-1)
        self._show(value)
        self.blockSignals(False)

    def newest(self) -> Any:
        """Return the value of the first option that a form may begin with."""
        found = (o.value for o in self._options if o.value is not None and o.is_likely)
        return next(found, None)

    def value(self) -> Any:
        """Return the chosen option's value; the text itself where it names no option."""
        index = self.currentIndex()
        return self._options[index].value if 0 <= index < len(self._options) else self._kept

    def title(self) -> str:
        """Return what the chosen option is called."""
        index = self.currentIndex()
        return self._options[index].title if 0 <= index < len(self._options) else ""

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
        self._ask_if_empty(index)
        self._to_beginning()

    def _to_beginning(self) -> None:
        """Show how the text begins; where one is about to type, what is typed replaces it."""
        self._line.setCursorPosition(0)
        if self.hasFocus():
            self._line.selectAll()

    def _ask_if_empty(self, index: int) -> None:
        """Say what can be chosen where nothing is."""
        if 0 <= index < len(self._options) and self._options[index].value is None:
            self._line.clear()

    def _offer_all(self) -> None:
        """Show the whole list below, where typing finds in it."""
        self._finder.setCompletionPrefix("")
        self._finder.complete()

    def _on_chosen(self, index: int) -> None:
        if index >= 0:
            self._kept = None
            self._ask_if_empty(index)
            self._to_beginning()
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        """Hold what is typed: the option that it names in full, else the text itself."""
        named = self._named(text)
        place = self._line.cursorPosition()
        self.blockSignals(True)
        self._kept = Unmatched(text.strip()) if named < 0 and text.strip() else None
        self.setCurrentIndex(named)
        self.blockSignals(False)
        # Choosing writes the option's whole label, and none empties the line.
        self._line.setText(text)
        self._line.setCursorPosition(place)
        self.changed.emit()

    def _on_edited(self) -> None:
        """Take the first option that has the typed words in it, as the list below showed it."""
        if not isinstance(self._kept, Unmatched) and self.currentIndex() < 0:
            return
        text = self.currentText().strip().casefold()
        found = self._named(text)
        if found < 0 and text:
            labels = (option.label.casefold() for option in self._options)
            found = next((i for i, label in enumerate(labels) if text in label), -1)
        if found >= 0:
            self.set_value(self._options[found].value)

    def _named(self, text: str) -> int:
        """Return the option with this very label or title; -1: none."""
        wanted = text.strip().casefold()
        names = ((o.label.casefold(), o.title.casefold()) for o in self._options)
        return next((i for i, found in enumerate(names) if wanted in found), -1)


class _FindingLine(QLineEdit):
    """A line whose text is all marked when one clicks into it, so that typing replaces it.

    Signals:
        entered: One has clicked into it.
    """

    entered = Signal()
    _was_entered = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember that one came here anew; a list that closes only gives the focus back."""
        super().focusInEvent(event)
        self._was_entered = event.reason() is not Qt.FocusReason.PopupFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Mark everything after the first click, unless it marked something itself."""
        super().mouseReleaseEvent(event)
        if self._was_entered and not self.hasSelectedText():
            self.selectAll()
            self.entered.emit()
        self._was_entered = False


def _placeholder(field: Field) -> str:
    return {
        "column": tr("Choose a column"),
        "dataset": tr("Choose a dataset"),
        "notebook": tr("Choose a notebook"),
        "session": tr("Choose a session"),
        "run": tr("Choose a run"),
    }.get(field.format, tr("Choose…"))
