"""What closing the window means while jobs run: the one question that must be asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget

from gui.i18n import tr, tr_plural
from gui.plain_text import PlainLabel
from gui.theme import STEP_PX, title_font
from gui.widgets import row, text_button

WIDTH_PX = 440


class CloseChoice(Enum):
    """What to do."""

    TRAY = auto()
    STOP = auto()
    STAY = auto()


@dataclass(frozen=True)
class CloseAnswer:
    """What the user decided.

    Attributes:
        choice: What to do.
        remember: Whether to do the same from now on.
    """

    choice: CloseChoice
    remember: bool = False


class CloseDialog(QDialog):
    """Asks whether running jobs go on.

    Signals:
        answered: A `CloseAnswer`; exactly one.
    """

    answered = Signal(object)

    def __init__(self, parent: QWidget, *, running: int, waiting: int, has_tray: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Jobs are running"))
        self.setModal(True)
        self.setFixedWidth(WIDTH_PX)
        title = PlainLabel(tr_plural("{count} job is running", "{count} jobs are running", running))
        title.setFont(title_font())
        text = PlainLabel(self._explanation(waiting, has_tray=has_tray), wraps=True)
        self._remember = QCheckBox(tr("Do the same from now on"))
        self._answer = CloseAnswer(CloseChoice.STAY)
        stop = text_button(tr("Stop and quit"), lambda: self._choose(CloseChoice.STOP))
        cancel = text_button(tr("Cancel"), self.reject)
        buttons = [cancel, stop]
        if has_tray:
            keep = text_button(
                tr("Keep running"), lambda: self._choose(CloseChoice.TRAY), role="primary"
            )
            buttons.append(keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 6, STEP_PX * 5, STEP_PX * 6, STEP_PX * 5)
        layout.setSpacing(STEP_PX * 3)
        layout.addWidget(title)
        layout.addWidget(text)
        layout.addWidget(self._remember)
        layout.addLayout(row(None, *buttons))
        buttons[-1].setDefault(True)
        buttons[-1].setFocus()
        self.finished.connect(lambda: self.answered.emit(self._answer))

    def _explanation(self, waiting: int, *, has_tray: bool) -> str:
        sentences = []
        if has_tray:
            sentences.append(tr("They can go on in the background; the tray shows them."))
        sentences.append(
            tr("A stopped job is marked as interrupted, and can be run again at any time.")
        )
        if waiting:
            sentences.append(
                tr_plural(
                    "{count} waiting job stays in the queue.",
                    "{count} waiting jobs stay in the queue.",
                    waiting,
                )
            )
        return " ".join(sentences)

    def _choose(self, choice: CloseChoice) -> None:
        self._answer = CloseAnswer(choice, self._remember.isChecked())
        self.accept()
