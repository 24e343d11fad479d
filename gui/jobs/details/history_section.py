"""What a job used over time and how its earlier attempts ended: the foot of the overview."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_bytes, format_clock, format_duration
from gui.i18n import tr
from gui.jobs.details.usage_curve import UsageCurve, usage_of
from gui.jobs.presentation import STATUS_LOOKS, error_line, status_word
from gui.theme import STEP_PX, small_font
from gui.throttle import Throttle
from gui.widgets import IconLabel, TextLabel, heading_label, row
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import Attempt, Sample

READ_INTERVAL_S = 1.0


class HistorySection(QWidget):
    """The curves, and one line per ended attempt where there was more than one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._record: JobRecord | None = None
        self._attempts: Sequence[Attempt] = ()
        self.curve = UsageCurve()
        self._title = heading_label(tr("Attempts so far"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(STEP_PX * 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 2, STEP_PX * 4, STEP_PX * 3)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(self.curve)
        layout.addWidget(self._title)
        layout.addLayout(self._lines)
        self._title.hide()
        self._read = Throttle(
            bridge, self._look, what=tr("Reading what a job used"), interval_s=READ_INTERVAL_S,
            parent=self,
        )  # fmt: skip

    def show_record(self, record: JobRecord) -> None:
        """Show the past of a job."""
        before, self._record = self._record, record
        if before is None or before.id != record.id:
            self.curve.show_usage(usage_of((), None))
            self._show_attempts(())
        if before != record and record.started_at is not None:
            self._read.request()

    def tick(self) -> None:
        """Let the curves of a running job grow."""
        if self._record is not None and self._record.status is JobStatus.STARTED:
            self._read.request()

    async def _look(self) -> None:
        record = self._record
        if record is None:
            return
        job_id = record.id
        samples, attempts = await self._bridge.ask(
            lambda queue: (queue.samples(job_id), queue.attempts(job_id))
        )
        if self._record is not None and self._record.id == job_id:
            self._show_samples(samples)
            self._show_attempts(tuple(attempts))

    def _show_samples(self, samples: Sequence[Sample]) -> None:
        limit = self._record.memory_limit_bytes if self._record else None
        self.curve.show_usage(usage_of(samples, limit))

    def _show_attempts(self, attempts: Sequence[Attempt]) -> None:
        several = len(attempts) > 1 or (
            bool(attempts) and self._record is not None and self._record.attempt > 1
        )
        shown = attempts if several else ()
        self._title.setVisible(several)
        if shown == self._attempts:
            return
        self._attempts = shown
        while self._lines.count():
            item = self._lines.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for attempt in shown:
            self._lines.addWidget(_line(attempt))


def attempt_text(attempt: Attempt) -> str:
    """Return "2. Failed at 12:01:07 after 3.1 s, peak 120 MB"."""
    parts = [tr("{number}. {status}", number=attempt.attempt, status=status_word(attempt.status))]
    if attempt.started_at is not None:
        parts.append(tr("started {time}", time=format_clock(attempt.started_at)))
    if attempt.run_seconds is not None:
        parts.append(tr("ran for {duration}", duration=format_duration(attempt.run_seconds)))
    if attempt.peak_memory_bytes:
        parts.append(tr("peak {size}", size=format_bytes(attempt.peak_memory_bytes)))
    return " · ".join(parts)


def _line(attempt: Attempt) -> QWidget:
    look = STATUS_LOOKS[attempt.status]
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(TextLabel(attempt_text(attempt)))
    reason = error_line(attempt.error_msg)
    if reason:
        words.addWidget(TextLabel(reason, role="muted", font=small_font()))
    line = row(IconLabel(look.icon, attempt.status.value))
    line.addLayout(words, 1)
    widget = QWidget()
    widget.setLayout(line)
    return widget
