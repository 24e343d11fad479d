"""Finds jobs: the index where it is ready, the queue's own table where it is not."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from queue_core.errors import MonitorError
from queue_core.queue.finding import pages
from queue_core.queue.finding.conditions import condition_of
from queue_core.queue.finding.following import Follower, Progress
from queue_core.queue.finding.index_file import IndexFile
from queue_core.queue.finding.language import parse
from queue_core.queue.finding.log_words import index_logs
from queue_core.queue.finding.mirror import Mirror, OtherListError, forget
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store import queries
from queue_core.queue.store.database import Database
from queue_core.queue.store.sqlite_errors import (
    DamagedDatabaseError,
    DatabaseBusyError,
    explain,
)
from queue_core.queue.values import JobCounts, JobFilter, JobOrder, JobPage

logger = logging.getLogger(__name__)

_MANY: Final = 500
MOST_ROWS: Final = 1 << 40
COUNTED_AT_ONCE: Final = 5_000
# Before a job that is to stay in sight a page holds so much of the list.
_BEFORE_SHARE: Final = 0.5


@dataclass
class _Opened:
    """The index while it is open."""

    file: IndexFile
    mirror: Mirror | None

    @cached_property
    def follower(self) -> Follower:
        """Who brings it up to date."""
        return Follower(self.file)

    def follow(self) -> bool:
        """Take over what the feed tells; return whether the index can answer now."""
        return (self.mirror is None or self.mirror.follow()) and self.follower.follow()

    def begin_anew(self, error: OtherListError) -> None:
        """Forget the list that was indexed before; its files may be in use elsewhere."""
        logger.info("the jobs are indexed anew: %s", error)
        if self.mirror is not None:
            self.follower.begin_anew(forget)

    def close(self) -> None:
        """Let go of the files."""
        self.file.close()
        if self.mirror is not None:
            self.mirror.close()

    def throw_away(self) -> None:
        """Delete the files."""
        self.file.throw_away()
        if self.mirror is not None:
            self.mirror.throw_away()


class JobFinder:
    """Answers lists of jobs in parts, whatever their length.

    Args:
        database: The queue.
        path: Where the index lies; it may be deleted at any time.
        logs: Where the logs of the jobs lie.
    """

    def __init__(self, database: Database, path: Path, logs: Path) -> None:
        self._database = database
        self._path = path
        self._logs = logs
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._is_broken = False

    def page(
        self, where: JobFilter, order: JobOrder, *, start: int, size: int, around: str = "",
        hidden: Iterable[str] = (), is_exact: bool = False, is_hasty: bool = False,
    ) -> JobPage:  # fmt: skip
        """Return a part of the list of the jobs that match.

        Args:
            where: Which jobs.
            order: In which order.
            start: The first row of the part.
            size: How many rows at most.
            around: A job that the part shall hold, wherever it stands by now; empty: none.
            hidden: Jobs that are left out.
            is_exact: Whether the part begins at *start* even where less than *size* is left.
            is_hasty: Whether counting may end early; `is_counted` says then that it did.

        Raises:
            QueryError: The query cannot be understood.
            JobQueueError: It cannot be read.
        """
        source = self._source()
        asked = pages.Asked(
            condition_of(where, words_holding=source.words_holding, task_types=self._types(source)),
            order, pages.rows_of(self._database, tuple(hidden)),
        )  # fmt: skip
        most = max(start + size, COUNTED_AT_ONCE) if is_hasty else None
        total = pages.count(source, asked, most)
        if around:
            (row, *_) = (*pages.rows_of(self._database, (around,)), None)
            place = None if row is None else pages.place_of(source, asked, row)
            start = start if place is None else place - round(size * _BEFORE_SHARE)
        start = max(0, start if is_exact else min(start, total - size))
        rows = pages.rows(source, asked, start, size, total)
        return JobPage(total, start, self._ids(rows), source.is_index, total != most)

    def find(
        self, where: JobFilter, order: JobOrder, *, limit: int | None, offset: int
    ) -> tuple[str, ...]:
        """Return all jobs that match, in order; what is not indexed yet is indexed first.

        Raises:
            QueryError: The query cannot be understood.
            JobQueueError: It cannot be read.
        """
        parse(where.query)  # before anybody waits
        while not self.step().is_complete:
            pass
        size = MOST_ROWS if limit is None else limit
        return self.page(where, order, start=offset, size=size, is_exact=True).ids

    def counts(self) -> JobCounts | None:
        """Return how many jobs there are of each kind; None while nobody uses the index."""
        if self._opened is None:
            return None
        source = self._source()
        if not source.is_index:
            return None
        by_status = dict.fromkeys(JobStatus, 0)
        by_type: dict[str, int] = {}
        known = {status.value: status for status in JobStatus}
        for status, task_type, count in source.database.read("SELECT * FROM tally WHERE count > 0"):
            by_type[str(task_type)] = by_type.get(str(task_type), 0) + count
            if status in known:
                by_status[known[status]] += count
        return JobCounts(by_status, by_type)

    def step(self) -> Progress:
        """Do some more of the indexing: first what answers need, then what makes them quick.

        Each step takes some 100 ms, or a second or two for the order of a million jobs. To be
        called until nothing is left to do; where the index cannot be written, nothing is.
        """
        opened = self._open()
        if opened is None:
            return Progress(1, 1, is_complete=True)
        try:
            try:
                return self._step(opened)
            except OtherListError as error:
                opened.begin_anew(error)
                return Progress(0, 1)
        except DamagedDatabaseError as error:
            self._start_anew(error)
        except DatabaseBusyError as error:  # another program is at it
            logger.debug("the index is busy: %s", error)
        except MonitorError as error:
            logger.info("jobs are found without an index: %s", error)
            self._is_broken = self._path.exists()  # what was deleted is made again
            self.close()
        return Progress(1, 1, is_complete=True)

    def _step(self, opened: _Opened) -> Progress:
        if opened.mirror is not None:
            copied = opened.mirror.step()
            if not copied.is_complete:
                return Progress(copied.done, copied.total)
        progress = opened.follower.step()
        opened.file.tidy()
        if not progress.is_ready:
            return progress
        missing = pages.missing_indexes(opened.file)
        if missing:
            pages.make_index(opened.file, missing[0])
            return Progress(1, 1)
        opened.follower.follow()
        return Progress(1, 1, is_complete=index_logs(opened.file, self._logs))

    def release(self) -> None:
        """Give back what the calling thread holds."""
        if self._opened is not None:
            self._opened.file.release()
            if self._opened.mirror is not None:
                self._opened.mirror.release()

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _source(self) -> pages.Source:
        """Return what can answer now, brought up to date."""
        opened = self._open()
        try:
            if opened is not None and self._follow(opened):
                return pages.Source(opened.file, is_index=True)
        except DamagedDatabaseError as error:
            self._start_anew(error)
        except MonitorError as error:
            logger.debug("the index cannot follow: %s", error)
        return pages.Source(self._database, is_index=False)

    def _follow(self, opened: _Opened) -> bool:
        try:
            return opened.follow()
        except OtherListError as error:
            opened.begin_anew(error)
            return False

    def _open(self) -> _Opened | None:
        """Return the index; None where it cannot be used: then one does without."""
        with self._lock:
            if self._opened is None and not self._is_broken:
                self._opened = self._opened_file()
                self._is_broken = self._opened is None
            return self._opened

    def _opened_file(self, *, is_last_try: bool = False) -> _Opened | None:
        place, mirror = self._database.path, None
        if place is None:
            place = self._path.with_name("mirror.db")
            mirror = Mirror(place, self._database)
        opened = _Opened(IndexFile(self._path, place), mirror)
        try:
            if mirror is not None:
                mirror.prepare()
            opened.file.prepare()
        except (MonitorError, sqlite3.Error) as error:
            logger.info("the index of the jobs cannot be used: %s", error)
            # Another program may be at work with it: only what is damaged goes.
            if _is_damaged(error) and not is_last_try:
                opened.throw_away()
                return self._opened_file(is_last_try=True)
            opened.close()
            return None
        return opened

    def _start_anew(self, error: MonitorError) -> None:
        logger.info("the index of the jobs is made anew: %s", error)
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.throw_away()

    def _types(self, source: pages.Source) -> list[str]:
        table = "tally" if source.is_index else "task_copy"
        rows = source.database.read(f"SELECT DISTINCT task_type FROM {table}")
        return [str(row[0]) for row in rows]

    def _ids(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Return the ids of these rows, in order; a row that has just gone is left out."""
        found: dict[int, str] = {}
        for start in range(0, len(rows), _MANY):
            part = rows[start : start + _MANY]
            marks = ",".join("?" * len(part))
            sql = f"SELECT rowid, {queries.ID} FROM task_copy WHERE rowid IN ({marks})"
            found |= {row[0]: row[1] for row in self._database.read(sql, part)}
        return tuple(found[row] for row in rows if row in found)


def _is_damaged(error: Exception) -> bool:
    cause = error if isinstance(error, sqlite3.Error) else error.__cause__
    if not isinstance(cause, sqlite3.Error):
        return isinstance(error, DamagedDatabaseError)
    return isinstance(explain(cause, Path()), DamagedDatabaseError)
