"""The last jobs of a group of failures, each one click away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.format import format_relative
from gui.i18n import tr
from gui.plain_text import as_typed, no_mnemonic
from gui.theme import STEP_PX
from gui.widgets import TextLabel, heading_label, row, text_button
from queue_core.queue.job_record import JobRecord

MOST_SHOWN = 5
NAME_LETTERS = 48


class JobLinks(QWidget):
    """Names of jobs with when they ended.

    Signals:
        job_wanted: The id of a job to show.
    """

    job_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._records: tuple[JobRecord, ...] = ()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP_PX)
        layout.addWidget(heading_label(tr("Last jobs")))
        layout.addLayout(self._lines)
        self.hide()

    def show_jobs(self, records: Sequence[JobRecord]) -> None:
        """Name other jobs, the latest first; nothing where there are none."""
        if tuple(records) == self._records:
            return
        self._records = tuple(records)
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for record in self._records:
            self._lines.addWidget(self._line(record))
        self.setVisible(bool(records))

    def _line(self, record: JobRecord) -> QWidget:
        name = " ".join(record.job_name.split())
        short = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
        button = text_button(short, partial(self.job_wanted.emit, record.id), role="link")
        button.setText(no_mnemonic(short))
        button.setToolTip(as_typed(record.job_name))
        when = "" if record.finished_at is None else format_relative(record.finished_at)
        if record.solved_by:
            when = tr("{time} · solved", time=when)
        line = QWidget()
        line.setLayout(row(button, TextLabel(when, role="muted"), None))
        return line
