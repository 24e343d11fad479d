"""Why the waiting jobs that somebody looks at wait, asked in one batch."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.jobs.record_store import RecordStore
from gui.throttle import Throttle
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import WaitReason

INTERVAL_S = 0.25
# With thousands waiting, the places of a page of jobs cost a tenth of a second.
TICKS_BETWEEN = 5


class WaitingReasons(QObject):
    """The reasons of the jobs in sight; others are not asked for: each costs a few reads.

    Signals:
        changed: Some jobs wait for other reasons.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, store: RecordStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._store = store
        self._reasons: dict[str, WaitReason] = {}
        self._watched: dict[str, tuple[str, ...]] = {}
        self._ticks = 0
        self._throttle = Throttle(
            bridge, self._read, what=tr("Asking why jobs wait"), interval_s=INTERVAL_S, parent=self
        )
        bridge.changed.connect(self._on_news)
        store.updated.connect(self._on_news)

    def get(self, job_id: str) -> WaitReason | None:
        """Return why a job waits; None where it does not, or nobody has asked yet."""
        return self._reasons.get(job_id)

    def watch(self, watcher: str, job_ids: Iterable[str]) -> None:
        """Follow these jobs for *watcher*, instead of the ones it named before."""
        wanted = tuple(job_ids)
        if wanted != self._watched.get(watcher, ()):
            self._watched[watcher] = wanted
            self.refresh()

    def tick(self) -> None:
        """Note that a second went by: time and free memory are reasons too."""
        self._ticks += 1
        if self._ticks % TICKS_BETWEEN == 0:
            self.refresh()

    def refresh(self) -> None:
        """Ask again."""
        if self._reasons or self._waiting():
            self._throttle.request()

    def _on_news(self, _news: object) -> None:
        self.refresh()

    async def _read(self) -> None:
        waiting = self._waiting()
        found = await self._bridge.why_many(waiting) if waiting else {}
        if found != self._reasons:
            self._reasons = found
            self.changed.emit()

    def _waiting(self) -> tuple[str, ...]:
        ids = dict.fromkeys(job_id for watched in self._watched.values() for job_id in watched)
        records = self._store.known(ids)
        return tuple(
            record.id for record in records
            if record.is_ours and record.status is JobStatus.NOT_STARTED
        )  # fmt: skip
