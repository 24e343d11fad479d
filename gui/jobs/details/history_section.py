"""What a job used over time and how its earlier attempts ended: the foot of the overview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_bytes, format_clock, format_duration
from gui.i18n import tr
from gui.jobs.details.folding import Fold
from gui.jobs.details.phase_bar import PhaseBar
from gui.jobs.details.phase_spans import spans_of
from gui.jobs.details.usage_curve import UsageCurve, usage_of
from gui.jobs.presentation import STATUS_LOOKS, error_line, status_word
from gui.theme import STEP_PX, monospace_font, small_font
from gui.throttle import Throttle
from gui.widgets import IconLabel, TextLabel, heading_label, row
from queue_core.failures.fingerprint import without_values
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import Attempt, Phase, Sample

READ_INTERVAL_S = 1.0
# A tenth more or less is chance.
LEAST_CHANGE = 0.1


class HistorySection(QWidget):
    """The curves, and one line per ended attempt where there was more than one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._record: JobRecord | None = None
        self._attempts: Sequence[Attempt] = ()
        self._told: Sequence[Phase] = ()
        self.phases = PhaseBar()
        self.curve = UsageCurve()
        self._title = heading_label(tr("Attempts so far"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(STEP_PX * 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 2, STEP_PX * 4, STEP_PX * 3)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(self.phases)
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
            self._told = ()
            self.phases.show_spans(())
            self.curve.show_usage(usage_of((), None))
            self._show_attempts(())
        if before != record and record.started_at is not None:
            self._read.request()

    def tick(self) -> None:
        """Let the curves of a running job grow."""
        if self._record is not None and self._record.status is JobStatus.STARTED:
            self.phases.show_spans(spans_of(self._told, self._record, datetime.now(UTC)))
            self._read.request()

    async def _look(self) -> None:
        record = self._record
        if record is None:
            return
        job_id = record.id
        samples, attempts, phases = await self._bridge.ask(
            lambda queue: (queue.samples(job_id), queue.attempts(job_id), queue.phases(job_id))
        )
        if self._record is not None and self._record.id == job_id:
            self._told = phases
            self.phases.show_spans(spans_of(phases, self._record, datetime.now(UTC)))
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
        for before, attempt in zip((None, *shown), shown, strict=False):
            self._lines.addWidget(_line(attempt, attempt_change(before, attempt)))


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


def attempt_change(before: Attempt | None, attempt: Attempt) -> str:
    """Return what was different from the attempt before it; nothing for the first one."""
    if before is None:
        return ""
    parts = []
    if attempt.error_msg and before.error_msg:
        is_same = without_values(attempt.error_msg) == without_values(before.error_msg)
        parts.append(tr("the same error") if is_same else tr("another error"))
    if attempt.run_seconds is not None and before.run_seconds is not None:
        more_s = attempt.run_seconds - before.run_seconds
        if abs(more_s) >= LEAST_CHANGE * max(attempt.run_seconds, before.run_seconds):
            text = format_duration(abs(more_s))
            parts.append(tr("{time} longer", time=text) if more_s > 0 else
                         tr("{time} shorter", time=text))  # fmt: skip
    if attempt.peak_memory_bytes and before.peak_memory_bytes:
        more = attempt.peak_memory_bytes - before.peak_memory_bytes
        if abs(more) >= LEAST_CHANGE * before.peak_memory_bytes:
            size = format_bytes(abs(more))
            parts.append(tr("{size} more memory", size=size) if more > 0 else
                         tr("{size} less memory", size=size))  # fmt: skip
    listed = ", ".join(parts)
    return tr("Beside the attempt before: {changes}.", changes=listed) if listed else ""


def _line(attempt: Attempt, change: str) -> QWidget:
    look = STATUS_LOOKS[attempt.status]
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(TextLabel(attempt_text(attempt)))
    reason = error_line(attempt.error_msg)
    if reason:
        words.addWidget(TextLabel(reason, role="muted", font=small_font()))
    if change:
        words.addWidget(TextLabel(change, role="muted", font=small_font()))
    if attempt.traceback:
        words.addWidget(Fold(tr("Traceback"), partial(_traceback, attempt.traceback)))
    mark = IconLabel(look.icon, attempt.status.value)
    line = row(mark)
    line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    line.addLayout(words, 1)
    widget = QWidget()
    widget.setLayout(line)
    return widget


def _traceback(text: str) -> QWidget:
    return TextLabel(text.rstrip(), role="muted", font=monospace_font())
