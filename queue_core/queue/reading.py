"""The reading half of the queue: it needs the database file only, and works beside any writer."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.paths import log_files
from queue_core.queue import schedules
from queue_core.queue.contract import BaseJobQueue
from queue_core.queue.engine.recovery import recover
from queue_core.queue.finding.finder import JobFinder
from queue_core.queue.finding.following import Progress
from queue_core.queue.job_record import OUR_ORIGIN, JobRecord, JobStatus
from queue_core.queue.place_jobs import PlaceJobs
from queue_core.queue.store import away, history, presence, queries, schema, state, triage
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.connection import Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.feed import ChangeWatcher, last_cursor, read_changes
from queue_core.queue.store.log_place import log_of
from queue_core.queue.store.timeline import read_timeline
from queue_core.queue.timeline import Timeline
from queue_core.queue.values import (
    Attempt,
    ChangeBatch,
    FailureGroup,
    Glance,
    JobCounts,
    JobFilter,
    JobOrder,
    JobPage,
    LogLine,
    LogSource,
    Phase,
    Sample,
    Schedule,
)
from queue_core.runner.log.logs import read_log

_STATUSES = frozenset(JobStatus)
# How often a reader looks whether those that run jobs are still there.
_LOOK_S = 1.0
MOST_FAILED = 1_000
_SOURCES = {source.value: source for source in LogSource}


class QueueReader(BaseJobQueue):
    """Everything of a queue that changes nothing.

    Args:
        database: The queue's database.
        logs: Where the logs of the jobs lie.
    """

    def __init__(self, database: Database, logs: Path) -> None:
        self._database = database
        self._logs = logs
        self._watcher = ChangeWatcher(database)
        self._finder = JobFinder(database, database.index_folder / "finding.db", logs)
        self._looked_s = -_LOOK_S

    def get(self, job_id: str) -> JobRecord:
        """Return status and metadata of a job; see `BaseJobQueue.get`."""
        self._close_dead()
        record = queries.read_record(self._database, job_id)
        if record is None:
            raise not_found(job_id)
        return record

    def glance(self, job_id: str) -> Glance:
        """Return the little that somebody who polls asks for, cheap enough for an event loop.

        Whether the program that runs the job still lives is not looked at: `look_after` does.

        Raises:
            JobNotFoundError: There is no such job.
        """
        found = queries.read_glance(self._database, job_id)
        if found is None:
            raise not_found(job_id)
        return found

    def look_after(self) -> None:
        """Close the jobs of programs that are gone, at most once a second."""
        self._close_dead()

    async def async_get(self, job_id: str) -> JobRecord:
        """Do what `get` does in a thread."""
        return await asyncio.to_thread(self.get, job_id)

    def peek(self) -> JobRecord:
        """Return the job that runs next; see `BaseJobQueue.peek`."""
        row = self._database.read_one(
            f"SELECT {queries.ID} AS id FROM {schema.READY_ROWS} WHERE {schema.READY} "
            f"ORDER BY {schema.RUN_ORDER} LIMIT 1",
            (time.time(),),
        )
        if row is None:
            raise JobQueueError("No job is waiting.")
        return self.get(row["id"])

    def is_empty(self) -> bool:
        """Return whether no job of ours waits or runs."""
        row = self._database.read_one(
            "SELECT 1 FROM task_copy WHERE status IN ('not_started', 'started') AND origin = ? "
            "LIMIT 1",
            (OUR_ORIGIN,),
        )
        return row is None

    def list(
        self,
        where: JobFilter | None = None,
        order: JobOrder | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[JobRecord]:
        """Return the jobs that match; see `BaseJobQueue.list`."""
        self._close_dead()
        where, order = where or JobFilter(), order or JobOrder()
        if where.query:
            ids = self._finder.find(where, order, limit=limit, offset=offset)
            found = queries.read_many(self._database, ids)
            return [found[job_id] for job_id in ids if job_id in found]
        return queries.read_list(self._database, where, order, limit=limit, offset=offset)

    def ids(self, where: JobFilter | None = None, order: JobOrder | None = None) -> Sequence[str]:
        """Return the ids of the jobs that match, in order."""
        where, order = where or JobFilter(), order or JobOrder()
        if where.query:
            return self._finder.find(where, order, limit=None, offset=0)
        return queries.read_ids(self._database, where, order)

    def page(
        self, where: JobFilter, order: JobOrder, *, start: int, size: int, around: str = "",
        hidden: Sequence[str] = (), is_hasty: bool = False,
    ) -> JobPage:  # fmt: skip
        """Return a part of the jobs that match, in order, however many there are.

        Until the index is ready (see `index_more`), long lists take longer.

        Args:
            where: Which jobs.
            order: In which order.
            start: The first row of the part.
            size: How many rows at most.
            around: A job that the part shall hold, wherever it stands by now; empty: none.
            hidden: Jobs that are left out.
            is_hasty: Whether counting may end early; the page says whether it did.
        """
        self._close_dead()
        return self._finder.page(
            where, order, start=start, size=size, around=around, hidden=hidden, is_hasty=is_hasty
        )

    def index_more(self) -> Progress:
        """Index some more jobs, so that they are found quickly; say how far it is."""
        return self._finder.step()

    def get_many(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return records by id, without tracebacks and results."""
        self._close_dead()
        return queries.read_many(self._database, job_ids)

    def jobs_at(self, place: str, *, limit: int) -> PlaceJobs:
        """Return what runs at a place and waits for it: the first ones, and how many there are."""
        running, waiting = away.counts_at(self._database, place)
        ids = away.ids_at(self._database, place, limit)
        found = queries.read_many(self._database, ids)
        records = tuple(found[job_id] for job_id in ids if job_id in found)
        return PlaceJobs(records, running, waiting, away.counts_by_node(self._database, place))

    def changed_after(self, moment: datetime, *, limit: int) -> Sequence[JobRecord]:
        """Return the jobs whose row changed at or after *moment*, the latest first.

        For programs that know times only; `changes_since` misses nothing, whatever a clock does.
        """
        self._close_dead()
        return queries.read_changed(self._database, to_text(moment), limit=limit)

    def counts(self) -> JobCounts:
        """Return how many jobs there are by status and by type."""
        self._close_dead()
        return self._finder.counts() or queries.read_counts(self._database)

    def changes_since(self, cursor: int = 0) -> ChangeBatch:
        """Return what changed after *cursor*; see `BaseJobQueue.changes_since`."""
        return read_changes(self._database, cursor)

    def cursor(self) -> int:
        """Return the cursor of a reader that knows everything up to now."""
        return last_cursor(self._database)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* soon after each change; see `BaseJobQueue.subscribe`."""
        return self._watcher.subscribe(callback)

    def logs(
        self, job_id: str, *, after: int = 0, limit: int | None = None, before: int | None = None
    ) -> Sequence[LogLine]:
        """Return the lines of a job's log; see `BaseJobQueue.logs`."""
        path = log_of(self._logs, job_id)
        if not any(file.exists() for file in log_files(path)):
            self._row(job_id, "id")
            return []
        return [
            LogLine(
                number=line.number,
                time=datetime.fromtimestamp(line.time_s, UTC),
                level=line.level,
                source=_SOURCES.get(line.source, LogSource.MONITOR),
                text=line.text,
                attempt=line.attempt,
            )
            for line in read_log(path, after=after, limit=limit, before=before)
        ]

    def interrupted(self) -> Sequence[JobRecord]:
        """Return our jobs that were interrupted and not put again since, newest first."""
        rows = self._database.read(
            f"SELECT {queries.ID} AS id FROM task_copy t WHERE status = 'killed' AND origin = ? "
            "AND NOT EXISTS (SELECT 1 FROM task_copy r WHERE r.retry_of = t.id) "
            "ORDER BY rowid DESC",
            (OUR_ORIGIN,),
        )
        ids = [row["id"] for row in rows]
        found = self.get_many(ids)
        return [found[job_id] for job_id in ids if job_id in found]

    def attempts(self, job_id: str) -> Sequence[Attempt]:
        """Return the ended attempts of a job, first one first."""
        return history.read_attempts(self._database, job_id)

    def timeline(
        self, begin_s: float, end_s: float, *, steps: int = 1000, margin: float = 0.0
    ) -> Timeline:
        """Return what ran between two moments; see `store.timeline.read_timeline`."""
        self._close_dead()
        return read_timeline(self._database, begin_s, end_s, steps=steps, margin=margin)

    def samples(self, job_id: str) -> Sequence[Sample]:
        """Return what a job used over time, coarser the longer it ran."""
        return history.read_samples(self._database, job_id)

    def phases(self, job_id: str) -> Sequence[Phase]:
        """Return when each attempt of a job went over to which phase, in order."""
        return history.read_phases(self._database, job_id)

    def failures(self) -> Sequence[FailureGroup]:
        """Return our failed jobs by what they failed of, the kind seen last first."""
        self._close_dead()
        return triage.read_failures(self._database)

    def failed_ids(
        self, fingerprint: str, *, limit: int = MOST_FAILED, to_retry: bool = False
    ) -> Sequence[str]:
        """Return jobs that failed alike, the latest first.

        Args:
            fingerprint: What their failures share.
            limit: How many at most.
            to_retry: Only those worth another try, the oldest first: neither solved nor repeated
                yet, and of jobs that do the same only the last.
        """
        read = triage.ids_to_retry if to_retry else triage.read_ids
        return read(self._database, fingerprint, limit=limit)

    def schedules(self) -> Sequence[Schedule]:
        """Return the jobs that repeat, by name."""
        return schedules.read_all(self._database)

    def consumers(self) -> Sequence[presence.Consumer]:
        """Return the programs that run jobs of this queue now, this one included."""
        return presence.consumers(self._database)

    @property
    def is_paused(self) -> bool:
        """Whether the user has paused the queue."""
        return state.is_paused(self._database)

    def wait(self, job_id: str, timeout_s: float | None = None) -> JobRecord:
        """Block until the job has ended; see `BaseJobQueue.wait`."""
        if not self.wait_until(lambda: self._status(job_id).is_final, timeout_s):
            raise TimeoutError(f"Job {job_id} has not ended within {timeout_s} s.")
        return self.get(job_id)

    def wait_until(self, condition: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Block until *condition* holds, looking at each change; return False when time is up."""
        changed = threading.Event()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        unsubscribe = self.subscribe(changed.set)
        try:
            while not condition():
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                changed.wait(1.0 if left is None else min(left, 1.0))
                changed.clear()
        finally:
            unsubscribe()
        return True

    def release(self) -> None:
        """Give back what the calling thread holds; a thread that has asked and ends calls it."""
        self._database.release()
        self._finder.release()

    def _close_dead(self) -> None:
        """Close the jobs of dead programs before they are shown as running.

        A program that runs jobs does that itself; where none is left, whoever looks does.
        """
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_S or self._database.is_in_transaction:
            return
        self._looked_s = now_s
        with contextlib.suppress(JobQueueError):  # a file that can only be read is shown as it is
            recover(self._database)

    def _row(self, job_id: str, columns: str) -> Row:
        condition, parameters = queries.locate(job_id)
        row = self._database.read_one(
            f"SELECT {columns} FROM task_copy WHERE {condition}", parameters
        )
        if row is None:
            raise not_found(job_id)
        return row

    def _own_row(self, job_id: str, columns: str) -> Row:
        row = self._row(job_id, f"origin, {columns}")
        if row["origin"] != OUR_ORIGIN:
            raise JobQueueError(
                "This job belongs to DashAI; it is shown here and left alone.",
                hint="Cancel, retry or remove it in DashAI.",
            )
        return row

    def _status(self, job_id: str) -> JobStatus:
        self._close_dead()
        stored = self._row(job_id, "status")["status"]
        return JobStatus(stored) if stored in _STATUSES else JobStatus.KILLED


def not_found(job_id: str) -> JobNotFoundError:
    """Return the error for an unknown id."""
    return JobNotFoundError(
        f"There is no job with the id {job_id}.", hint="List the jobs with `dashai-monitor jobs`."
    )
