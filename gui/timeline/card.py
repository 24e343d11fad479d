"""The card beside the pointer: what a bar is, and why it failed."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.format import format_clock, format_date, format_duration
from gui.i18n import tr
from gui.jobs.presentation import error_line, status_word
from gui.jobs.type_looks import type_word
from gui.theme import STEP_PX, body_font, small_font
from gui.widgets import TextLabel, muted_label
from queue_core.queue.job_record import JobRecord
from queue_core.queue.timeline import Span

WIDTH_PX = 300
AWAY_PX = 14


class SpanCard(QFrame):
    """Name, kind, times and reason; the pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("spanCard")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedWidth(WIDTH_PX)
        self._name = TextLabel(font=body_font(semibold=True), most_lines=2)
        self._facts = TextLabel(role="muted", font=small_font())
        self._times = TextLabel(role="muted", font=small_font())
        self._reason = TextLabel(font=small_font(), most_lines=4)
        self._hint = muted_label(tr("Double-click goes to the job."))
        self._hint.setFont(small_font())
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 3, STEP_PX * 2, STEP_PX * 3, STEP_PX * 2)
        layout.setSpacing(STEP_PX)
        for widget in (self._name, self._facts, self._times, self._reason, self._hint):
            layout.addWidget(widget)
        self.job_id = ""
        self.hide()

    def show_span(self, span: Span, place: QPoint) -> None:
        """Show an attempt beside a point of the parent."""
        if self.job_id != span.job_id:
            self._reason.hide()
        self.job_id = span.job_id
        self._name.set_text(span.name)
        facts = [type_word(span.task_type), status_word(span.status)]
        if span.attempt > 1:
            facts.append(tr("attempt {number}", number=span.attempt))
        self._facts.set_text(" · ".join(facts))
        self._times.set_text(times_text(span))
        self._put(place)
        self.show()
        self.raise_()

    def show_reason(self, record: JobRecord) -> None:
        """Add why the job failed, where it did."""
        reason = error_line(record.error_msg)
        self._reason.set_text(reason, role=record.status.value)
        self._reason.setVisible(bool(reason))
        self._put(self.pos() - QPoint(AWAY_PX, AWAY_PX))

    def _put(self, place: QPoint) -> None:
        height = self._layout.totalHeightForWidth(WIDTH_PX)
        self.resize(WIDTH_PX, height)
        room = self.parentWidget()
        assert room is not None
        left = place.x() + AWAY_PX
        if left + WIDTH_PX > room.width():
            left = max(0, place.x() - AWAY_PX - WIDTH_PX)
        top = min(place.y() + AWAY_PX, max(0, room.height() - height - STEP_PX))
        self.move(left, top)


def times_text(span: Span) -> str:
    """Return "28 Nov 12:01:07 – 12:03:10 · 2 min 03 s"."""
    begin, end = (datetime.fromtimestamp(s, UTC) for s in (span.begin_s, span.end_s))
    clock = end.astimezone().strftime("%H:%M:%S")
    same_day = begin.astimezone().date() == end.astimezone().date()
    until = clock if same_day else f"{format_date(end)} {clock}"
    if span.is_running:
        return tr("since {time}", time=format_clock(begin))
    return f"{format_clock(begin)} – {until} · {format_duration(span.took_s)}"
