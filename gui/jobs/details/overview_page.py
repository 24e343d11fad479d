"""When, how long, which attempt, which process, how much memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_bytes, format_count, format_duration, format_moment, format_relative
from gui.i18n import mark, tr, translate, translate_message
from gui.jobs.columns import metric_of, origin_word, worker_in_full
from gui.jobs.details.history_section import HistorySection
from gui.jobs.details.lineage_section import LineageSection
from gui.jobs.details.page import DetailsPage
from gui.jobs.type_looks import type_word
from gui.spoken import name_scrolled
from gui.theme import STEP_PX, monospace_font
from gui.widgets import TextLabel, icon_button, row, set_role
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import WaitReason


@dataclass(frozen=True)
class View:
    """What a line of the overview is made from."""

    record: JobRecord
    now: datetime


@dataclass(frozen=True)
class Line:
    """One line of the overview.

    Attributes:
        title: What stands before it, in English.
        text: What it says; where nothing, the line is left out.
        is_code: Whether it is an identifier, which one can copy.
    """

    title: str
    text: Callable[[View], str]
    is_code: bool = False


def _moment(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    return f"{format_moment(moment)} · {format_relative(moment, now=now)}"


def _duration(view: View) -> str:
    running = view.record.status is JobStatus.STARTED
    span = view.record.duration(now=view.now if running else None)
    return "" if span is None else format_duration(span)


def _attempt(view: View) -> str:
    record = view.record
    if record.attempt <= 1 and record.max_attempts <= 1:
        return ""
    return tr("{number} of {total}", number=record.attempt, total=record.max_attempts)


def _bytes(size: int | None) -> str:
    return "" if size is None else format_bytes(size)


def _limit(limit: float | None, text: Callable[[float], str]) -> str:
    return text(limit) if limit else ""


def _interruptions(view: View) -> str:
    count = view.record.interruptions
    return format_count(count) if count else ""


def _cpu(view: View) -> str:
    seconds = view.record.cpu_time_s
    return "" if seconds is None else format_duration(seconds)


def _end(view: View) -> str:
    record = view.record
    if record.exit_signal:
        return tr("Its process was ended by {signal}.", signal=record.exit_signal)
    if record.exit_code:
        return tr("Its process ended with code {code}.", code=record.exit_code)
    return ""


def _place(view: View) -> str:
    record = view.record
    if record.place is None:
        return ""
    return f"{record.place} · {record.node}" if record.node else record.place


LINES: tuple[Line, ...] = (
    Line(mark("Type"), lambda view: type_word(view.record.task_type)),
    Line(mark("Main metric"), lambda view: metric_of(view.record)),
    Line(mark("Created"), lambda view: _moment(view.record.enqueued_at, view.now)),
    Line(mark("Started"), lambda view: _moment(view.record.started_at, view.now)),
    Line(mark("Ended"), lambda view: _moment(view.record.finished_at, view.now)),
    Line(mark("Duration"), _duration),
    Line(mark("Processor time"), _cpu),
    Line(mark("Memory"), lambda view: _bytes(view.record.memory_bytes)),
    Line(mark("Peak memory"), lambda view: _bytes(view.record.peak_memory_bytes)),
    Line(mark("Attempt"), _attempt),
    Line(mark("Priority"), lambda view: format_count(p) if (p := view.record.priority) else ""),
    Line(mark("Time limit"), lambda view: _limit(view.record.timeout_s, format_duration)),
    Line(mark("Memory limit"), lambda view: _limit(view.record.memory_limit_bytes, format_bytes)),
    Line(mark("Kept"), lambda view: tr("Clean-up leaves it alone.") if view.record.pinned else ""),
    Line(mark("Interruptions"), _interruptions),
    Line(mark("Runs on"), _place),
    Line(mark("Worker"), lambda view: "" if view.record.place else worker_in_full(view.record)),
    Line(mark("There"), lambda view: translate_message(view.record.place_note or "")),
    Line(mark("Process"), lambda view: str(view.record.pid or "")),
    Line(mark("Exit"), _end),
    Line(mark("Made by"), lambda view: "" if view.record.is_ours else origin_word(view.record)),
    Line(mark("Identifier"), lambda view: view.record.id, is_code=True),
)


class OverviewPage(DetailsPage):
    """The facts of a job, one per line."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._view: View | None = None
        self.lineage = LineageSection(bridge)
        self.history = HistorySection(bridge)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        self._grid.setHorizontalSpacing(STEP_PX * 4)
        self._grid.setVerticalSpacing(STEP_PX * 2)
        self._grid.setColumnStretch(1, 1)
        self._rows = [self._add(number, line) for number, line in enumerate(LINES)]
        inside.addWidget(self.lineage)
        inside.addLayout(self._grid)
        inside.addWidget(self.history)
        inside.addStretch(1)
        area = QScrollArea()
        name_scrolled(area, tr("Overview"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show the facts."""
        self._view = View(record, datetime.now(UTC))
        self._update(self._view)
        self.lineage.show_record(record)
        self.history.show_record(record)

    def tick(self) -> None:
        """Let durations and relative times go on."""
        if self._view is not None:
            self._view = View(self._view.record, datetime.now(UTC))
            self._update(self._view)
            self.history.tick()

    def _add(self, number: int, line: Line) -> tuple[Line, TextLabel, TextLabel, QWidget | None]:
        title = TextLabel(translate(line.title), role="muted")
        value = TextLabel(font=monospace_font() if line.is_code else None)
        top = Qt.AlignmentFlag.AlignTop
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(title, number, 0, middle if line.is_code else top)
        if not line.is_code:
            self._grid.addWidget(value, number, 1, top)
            return line, title, value, None
        button = icon_button(
            "copy", tr("Copy"), lambda: QApplication.clipboard().setText(value.text)
        )
        set_role(button, "small")
        cell = row(value, button, None)
        self._grid.addLayout(cell, number, 1)
        return line, title, value, button

    def _update(self, view: View) -> None:
        for line, title, value, button in self._rows:
            text = line.text(view)
            value.set_text(text)
            for widget in (title, value, button):
                if widget is not None:
                    widget.setVisible(bool(text))
