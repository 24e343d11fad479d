"""Jobs that were put with one press: put all or none, and compared when the last one has ended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.notifications import ToastAction, notify
from gui.results.compare.opening import open_comparison, runs_of_jobs
from gui.window_queue import QueueOrders
from queue_core.errors import MonitorError
from queue_core.jobs.base import BaseJob
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch, JobOptions

SESSION = "session_id"


def put_together(
    jobs: Sequence[BaseJob], options: JobOptions, queue: QueueOrders
) -> tuple[str, ...]:
    """Put jobs as one group; where one cannot be put, none is.

    The session that the first one makes is that of the others: all answer the same question.

    Raises:
        MonitorError: Why not.
    """
    group = replace(options, group_id=uuid.uuid4().hex)
    ids: list[str] = []
    try:
        # Not extended at once: what was put before an error must be known.
        for job in jobs:
            session = jobs[0].kwargs.get(SESSION)
            if session is not None:
                job.kwargs[SESSION] = session
            ids.append(queue.put(job, group))
    except MonitorError:
        for job_id in ids:
            with suppress(MonitorError):
                queue.cancel(job_id)
        raise
    return tuple(ids)


class GroupWatch(QObject):
    """Looks after a group until all of it has ended, then offers the comparison once."""

    def __init__(self, window: QWidget, bridge: Bridge, job_ids: Sequence[str]) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._ids = tuple(job_ids)
        self._running = set(job_ids)
        self._is_asking = False
        self._is_over = False
        bridge.changed.connect(self._on_changed)
        self._ask()

    def _on_changed(self, batch: ChangeBatch) -> None:
        if batch.reset or not self._running.isdisjoint((*batch.changed, *batch.deleted)):
            self._ask()

    def _ask(self) -> None:
        if not self._is_asking:
            self._is_asking = True
            self._bridge.start(self._look(), what=tr("Reading jobs"))

    async def _look(self) -> None:
        """Read the group; what changes meanwhile is a later change's to ask for."""
        self._is_asking = False
        records = await self._bridge.ask(lambda queue: queue.get_many(self._ids))
        self._running = {job_id for job_id, r in records.items() if not r.status.is_final}
        if self._running or self._is_over or not isValid(self):
            return
        self._is_over = True
        self._bridge.changed.disconnect(self._on_changed)
        runs = await self._bridge.ask(partial(runs_of_jobs, self._ids))
        if isValid(self):  # else the window has gone meanwhile
            self._tell(records, runs)
            self.setParent(None)
            self.deleteLater()

    def _tell(self, records: Mapping[str, JobRecord], runs: Sequence[int]) -> None:
        done = [record for record in records.values() if record.status is JobStatus.FINISHED]
        failed = sum(record.status is JobStatus.ERROR for record in records.values())
        if not done:
            return  # each failure has been told already
        said = tr_plural("{count} model is trained.", "{count} models are trained.", len(done))
        hint = tr_plural("{count} job failed.", "{count} jobs failed.", failed) if failed else ""
        compare = ToastAction(
            tr("Compare"), lambda: open_comparison(self._window, self._bridge, run_ids=runs)
        )
        notify(self._window, said, *((compare,) if len(runs) > 1 else ()), hint=hint)
