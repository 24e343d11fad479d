"""How many jobs there are of each kind."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.throttle import Throttle
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import ChangeBatch, JobCounts

COUNTS_INTERVAL_S = 0.4


class QueueOverview(QObject):
    """The numbers of the sidebar and the status bar.

    Signals:
        counts_changed: The `JobCounts` are new.
    """

    counts_changed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.counts = JobCounts({}, {})
        self._throttle = Throttle(
            bridge, self._read, what=tr("Counting jobs"), interval_s=COUNTS_INTERVAL_S, parent=self
        )
        bridge.changed.connect(self._on_changed)

    def count(self, status: JobStatus) -> int:
        """Return how many jobs have *status*."""
        return self.counts.by_status.get(status, 0)

    def _on_changed(self, batch: ChangeBatch) -> None:
        self._throttle.request()

    async def _read(self) -> None:
        before = self.counts
        self.counts = await self._bridge.counts()
        if self.counts != before:
            self.counts_changed.emit(self.counts)
