"""The records of the jobs that are looked at, kept fresh by the change feed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import ChangeBatch

CAPACITY = 2000
FETCH_SIZE = 200
# Rows that change all the time are painted so often, and no more.
NEWS_INTERVAL_MS = 200


class RecordStore(QObject):
    """A cache of job records; the ones somebody watches are read again when they change.

    Signals:
        updated: Ids whose records are new or different, as a tuple.
        ended: Ids of jobs seen unended before that have ended now, as a tuple.
    """

    updated = Signal(object)
    ended = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._records: OrderedDict[str, JobRecord] = OrderedDict()
        self._stale: set[str] = set()
        self._wanted: dict[str, None] = {}
        self._watched: dict[str, frozenset[str]] = {}
        self._is_fetching = False
        self._news: dict[str, None] = {}
        self._rest = QTimer(self, singleShot=True, interval=NEWS_INTERVAL_MS)
        self._rest.timeout.connect(self._read_news)
        bridge.changed.connect(self._on_changed)

    def get(self, job_id: str) -> JobRecord | None:
        """Return the last known record, or None where it has not been read yet."""
        return self._records.get(job_id)

    def known(self, job_ids: Iterable[str]) -> tuple[JobRecord, ...]:
        """Return the records of these jobs that have been read."""
        found = (self._records.get(job_id) for job_id in job_ids)
        return tuple(record for record in found if record is not None)

    def watch(self, watcher: str, job_ids: Iterable[str]) -> None:
        """Keep these jobs fresh for *watcher*, instead of the ones it named before."""
        self._watched[watcher] = frozenset(job_ids)
        self.want(self._watched[watcher])

    def want(self, job_ids: Iterable[str]) -> None:
        """Read these jobs, unless they are known and fresh."""
        for job_id in job_ids:
            if job_id in self._records:
                self._records.move_to_end(job_id)
                if job_id not in self._stale:
                    continue
            self._wanted[job_id] = None
        if self._wanted and not self._is_fetching:
            self._is_fetching = True
            self._bridge.start(self._fetch(), what=tr("Reading jobs"))

    async def _fetch(self) -> None:
        try:
            while self._wanted:
                asked = list(self._wanted)[:FETCH_SIZE]
                for job_id in asked:
                    del self._wanted[job_id]
                self._stale.difference_update(asked)
                self._take(asked, await self._bridge.records(asked))
        finally:
            self._is_fetching = False

    def _take(self, asked: list[str], found: dict[str, JobRecord]) -> None:
        updated: list[str] = []
        ended: list[str] = []
        for job_id in asked:
            before, after = self._records.get(job_id), found.get(job_id)
            if before == after:
                continue
            updated.append(job_id)
            if after is None:
                del self._records[job_id]
                continue
            self._records[job_id] = after
            if before is not None and after.status.is_final and not before.status.is_final:
                ended.append(job_id)
        while len(self._records) > CAPACITY:
            forgotten, _ = self._records.popitem(last=False)
            self._stale.discard(forgotten)
        if updated:
            self.updated.emit(tuple(updated))
        if ended:
            self.ended.emit(tuple(ended))

    def _on_changed(self, batch: ChangeBatch) -> None:
        changed = tuple(self._records) if batch.reset else (*batch.changed, *batch.deleted)
        self._stale.update(job_id for job_id in changed if job_id in self._records)
        watched: frozenset[str] = frozenset().union(*self._watched.values())
        self._news.update(dict.fromkeys(job_id for job_id in changed if job_id in watched))
        if not self._rest.isActive():
            self._read_news()

    def _read_news(self) -> None:
        if self._news:
            news, self._news = self._news, {}
            self._rest.start()
            # What is being read right now may be from before this change: it is read once more.
            self.want(news)
