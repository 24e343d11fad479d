"""Calm lines above the jobs that say what holds now, and what can be done about it."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout

from gui.i18n import translate_message
from gui.theme import STEP_PX
from gui.widgets import IconLabel, TextLabel, set_role


class Bar(QFrame):
    """An icon, a sentence and buttons over the whole width; hidden while it has nothing to say.

    Args:
        kind: `note` or `warning`; the style sheet knows both.
        icon_name: The icon before the sentence.
        buttons: What can be done.
    """

    def __init__(self, kind: str, icon_name: str, *buttons: QAbstractButton) -> None:
        super().__init__()
        set_role(self, f"{kind}Bar")
        self._label = TextLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 2, STEP_PX * 3, STEP_PX * 2)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(IconLabel(icon_name, "killed" if kind == "warning" else "accent"))
        layout.addWidget(self._label, 1)
        for button in buttons:
            layout.addWidget(button)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text

    def show_text(self, sentence: str) -> None:
        """Say it, or go where there is nothing to say."""
        self._label.set_text(translate_message(sentence))
        self.setVisible(bool(sentence))
