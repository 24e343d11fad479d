"""What stands where the table would be empty: an invitation, or a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.bridge import Message
from gui.i18n import tr
from gui.plain_text import PlainLabel
from gui.theme import STEP_PX, title_font
from gui.widgets import IconLabel, muted_label, row, text_button


class EmptyState(QWidget):
    """An icon, a sentence and a button in the middle of the room there is."""

    def __init__(self, icon_name: str, title: str, text: str, *buttons: QPushButton) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(STEP_PX * 2)
        layout.setContentsMargins(*[STEP_PX * 12, STEP_PX * 3] * 2)
        heading = PlainLabel(title)
        heading.setFont(title_font())
        heading.setWordWrap(True)
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = muted_label(text)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)
        layout.addLayout(row(None, IconLabel(icon_name, "strong_border", size=48), None))
        layout.addSpacing(STEP_PX * 2)
        layout.addWidget(heading)
        layout.addWidget(self._text)
        layout.addSpacing(STEP_PX * 3)
        layout.addLayout(row(None, *buttons, None))
        layout.addStretch(3)


def no_jobs_state(open_file: Callable[[], object], load_sample: Callable[[], object]) -> EmptyState:
    """Return the invitation of a window without jobs."""
    return EmptyState(
        "dataset",
        tr("Drop a data file here, or try a sample"),
        tr("CSV, Excel, Parquet, JSON, ARFF and more. The job appears here at once."),
        text_button(tr("Try a sample"), load_sample, role="primary"),
        text_button(tr("Open a file…"), open_file),
    )


def problem_state(problem: Message, try_again: Callable[[], object]) -> EmptyState:
    """Return what stands there while the queue cannot be opened."""
    return EmptyState(
        "warning",
        problem.text,
        problem.hint,
        text_button(tr("Try again"), try_again, role="primary"),
    )


def no_match_state(clear: Callable[[], object], meant: QPushButton) -> EmptyState:
    """Return what a filter without matches leaves.

    Args:
        clear: Shows all jobs.
        meant: Looks for what the words may mean instead; shown while there is such a thing.
    """
    return EmptyState(
        "search",
        tr("No job matches"),
        tr("The search and the filters hide all jobs."),
        meant,
        text_button(tr("Clear search and filters"), clear),
    )
