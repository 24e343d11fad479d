"""What was decided of a file and could be otherwise: each alternative is one click away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gui.flow_layout import FlowLayout
from gui.i18n import tr
from gui.plain_text import one_line
from gui.submit.file_parts import PART_OPTIONS
from gui.submit.preview_state import FileEntry, PreviewAnswer
from gui.widgets import text_button

MOST_OF_ONE = 3
MOST_LETTERS = 32
SPACING_PX = 8


class PreviewChoices(QWidget):
    """Buttons for the other ways in which a file can be read.

    Signals:
        chosen: Carries the option and the value that the user prefers.
    """

    chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(spacing=SPACING_PX)
        self.setLayout(self._flow)
        self.buttons: list[QPushButton] = []
        self._shown: list[tuple[str, Any]] = []
        self.hide()

    def show_choices(self, choices: Sequence[tuple[str, Any]]) -> None:
        """Show a button for each option and value."""
        if list(choices) == self._shown:
            return
        self._shown = list(choices)
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        for option, value in choices:
            button = text_button(_words(option, value))
            button.clicked.connect(lambda _=False, o=option, v=value: self.chosen.emit(o, v))
            self._flow.addWidget(button)
            self.buttons.append(button)
        self.setVisible(bool(choices))


def choices_of(entry: FileEntry, answer: PreviewAnswer) -> list[tuple[str, Any]]:
    """Return what can be chosen instead: remedies, alternatives, or the way back from one."""
    listed = (entry.part.option,) if entry.part else ()  # each of these tables has a row of its own
    found = [(option, value) for option, value in answer.remedies if option not in listed]
    if answer.error and entry.overrides.get("column_types"):
        found.append(("column_types", {}))
    detected: Mapping[str, Any] = entry.detected.options if entry.detected else {}
    for option in _OPTIONS:
        if option in listed:
            continue
        if option in entry.overrides:
            if option in detected and not entry.loader:
                found.append((option, detected[option]))
        else:
            values = answer.alternatives.get(option, ())[:MOST_OF_ONE]
            found += [(option, value) for value in values]
    return found


_OPTIONS = ("header", "header_row", *PART_OPTIONS)


_REMEDIES = ("bad_rows", "quote", "missing_words", "column_types")


def _remedy(option: str, value: Any) -> str:
    if option == "bad_rows":
        return tr("Leave such rows out") if value == "skip" else tr("Fill short rows")
    if option == "quote":
        return tr("Read quotes as they stand")
    if option == "column_types":
        return tr("Types as they are found")
    return tr("Read “{word}” as missing", word=_short(value[-1]))


def _short(value: Any) -> str:
    name = one_line(str(value))
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _words(option: str, value: Any) -> str:
    """Return what a button says."""
    if option in _REMEDIES:
        return _remedy(option, value)
    if option == "header":
        if value:
            return tr("The first row holds the names")
        return tr("The first row is a row of data")
    if option == "header_row":
        if not value:
            return tr("No row holds the names")
        return tr("Row {number} holds the names", number=value)
    if option == "table":
        return tr("Read table {number}", number=value)
    return tr("Read “{name}”", name=_short(value))
