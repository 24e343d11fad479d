"""The line at the bottom: what runs, how busy the machine is, when the table was last written."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from gui.bridge import Bridge
from gui.format import format_bytes, format_clock, format_count
from gui.i18n import tr, tr_plural
from gui.jobs.expectations import left_text
from gui.spoken import Role, speak_as
from gui.theme import STEP_PX, small_font
from gui.throttle import Throttle
from gui.widgets import muted_label
from queue_core.queue.estimates import Expected
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import ChangeBatch, JobCounts

LOAD_INTERVAL_MS = 2000
HEIGHT_PX = 28


class StatusBar(QFrame):
    """Counts at the left, the machine in the middle, the last write at the right."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setObjectName("statusBar")
        speak_as(self, Role.StatusBar, tr("State of the queue"))
        self.setFixedHeight(HEIGHT_PX)
        self._bridge = bridge
        self._said: list[str] = []
        self._expected: Expected | None = None
        self._counts = muted_label(tr("Opening the queue…"))
        self._load = muted_label()
        self._saved = muted_label()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, 0, STEP_PX * 4, 0)
        layout.setSpacing(STEP_PX * 6)
        for label in (self._counts, self._load, self._saved):
            label.setFont(small_font())
        layout.addWidget(self._counts)
        layout.addStretch(1)
        layout.addWidget(self._load)
        layout.addWidget(self._saved)
        self._saved.hide()
        self._read_load = Throttle(
            bridge, self._show_load, what=tr("Reading the system load"), interval_s=1.0,
            parent=self,
        )  # fmt: skip
        self._timer = QTimer(self)
        self._timer.setInterval(LOAD_INTERVAL_MS)
        self._timer.timeout.connect(self._read_load.request)
        bridge.changed.connect(self._on_changed)

    def set_counts(self, counts: JobCounts) -> None:
        """Show how many jobs run and wait."""
        running = counts.by_status.get(JobStatus.STARTED, 0)
        waiting = counts.by_status.get(JobStatus.NOT_STARTED, 0)
        parts = []
        if running:
            parts.append(tr_plural("{count} running", "{count} running", running))
        if waiting:
            parts.append(tr_plural("{count} waiting", "{count} waiting", waiting))
        self._said = parts
        self._say()

    def set_expected(self, expected: Expected | None) -> None:
        """Show when all jobs will have ended, where that is known."""
        self._expected = expected
        self._say()

    def _say(self) -> None:
        parts = list(self._said)
        if parts and self._expected is not None and self._expected.high_s >= 1:
            parts.append(left_text(self._expected))
        self._counts.setText(" · ".join(parts) or tr("No jobs running"))

    async def _show_load(self) -> None:
        load = await self._bridge.system_load()
        text = tr(
            "CPU {percent} % · {free} free",
            percent=format_count(round(load.cpu_percent)),
            free=format_bytes(load.available_bytes),
        )
        self._load.setText(text)

    def _on_changed(self, batch: ChangeBatch) -> None:
        if not batch.reset:
            self._saved.setText(tr("saved {time}", time=format_clock(datetime.now(UTC))))
            self._saved.show()

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the machine while somebody can see it."""
        super().showEvent(event)
        self._read_load.request()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop watching."""
        self._timer.stop()
        super().hideEvent(event)
