"""Bringing the index up to date: from the change feed, and where that has forgotten, by comparing.

A pass goes through the queue's table in parts; that is how an old folder is indexed and how one
catches up that was away for long. What changes meanwhile is in the feed, which is read after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from queue_core.queue.finding.index_file import COLUMNS, WORDS, IndexFile
from queue_core.queue.finding.vocabulary import learn
from queue_core.queue.store.connection import Connection, Row

# Each step of a pass takes some 100 ms, so that whoever waits for it may stop.
PART_ROWS: Final = 5_000
# Without the index a long list takes longer than this.
_PATIENCE_S: Final = 2.0
# A short list is indexed when it is first asked for.
_FEW_ROWS: Final = 1_000
# So many changes are taken over before an answer; where there are more, steps do it.
_MOST_CHANGES: Final = 2_000

_NAMES: Final = ", ".join(COLUMNS)
_VALUES: Final = ", ".join(COLUMNS.values())
_UPSERT: Final = (
    f"INSERT INTO job (job, {_NAMES}) SELECT t.rowid, {_VALUES} FROM queue.task_copy t "
    "WHERE t.rowid IN (SELECT value FROM json_each(?)) ON CONFLICT (job) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
    + ", logged = logged AND finished_at IS excluded.finished_at"
)
_DIFFERENT: Final = (
    "SELECT t.rowid FROM queue.task_copy t LEFT JOIN job known ON known.job = t.rowid "
    "WHERE t.rowid > :after AND t.rowid <= :upto AND (known.job IS NULL "
    "OR known.last_update IS NOT t.last_update OR known.status IS NOT t.status "
    "OR known.id IS NOT t.id)"
)
_CHANGED: Final = (
    "SELECT t.rowid FROM queue.task_copy t WHERE t.id IN (SELECT job_id "
    "FROM queue.monitor_change WHERE seq > :after AND seq <= :upto AND NOT deleted)"
)
_NEW_WORDS: Final = (
    f"SELECT t.rowid, {', '.join(WORDS.values())} FROM queue.task_copy t "
    "LEFT JOIN words w ON w.rowid = t.rowid WHERE t.rowid IN (SELECT value FROM json_each(?)) "
    "AND (w.rowid IS NULL OR "
    + " OR ".join(f"w.{name} IS NOT {expression}" for name, expression in WORDS.items())
    + ")"
)
_PUT_WORDS: Final = f"INSERT OR REPLACE INTO words (rowid, {', '.join(WORDS)}) VALUES (?, ?, ?, ?)"
_RUNNING: Final = (
    "UPDATE job SET duration = (julianday('now') - julianday(started_at)) * 86400 "
    "WHERE status = 'started'"
)


@dataclass(frozen=True)
class Progress:
    """How far the index is.

    Attributes:
        done: Rows that were looked through.
        total: Rows there are.
        is_complete: Whether nothing is left to do.
    """

    done: int
    total: int
    is_complete: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether the index can answer."""
        return self.done >= self.total


class Follower:
    """Brings one index up to date; any number of processes may do so for the same file."""

    def __init__(self, index: IndexFile) -> None:
        self._index = index

    @property
    def is_ready(self) -> bool:
        """Whether every job was looked at once, so that the feed is enough from then on."""
        return self._state("passed") == 1

    def follow(self) -> bool:
        """Take over what the feed tells; return whether the index can answer now.

        An answer must hold all that the feed had told before it was asked for: where another thread
        is at work for long, there is none.
        """
        if not self.is_ready and not self._is_ready_at_once():
            return False
        newest, cursor = self._newest(), self._state("cursor")
        if newest == cursor and not self._has_running():
            return True
        if not cursor <= newest <= cursor + _MOST_CHANGES:
            return False  # steps do it, and do not keep anybody waiting
        if not self._index.following.acquire(timeout=_PATIENCE_S):
            return False
        try:
            with self._index.transaction(durable=False, patience_s=0) as connection:
                return self._take_over(connection)
        finally:
            self._index.following.release()

    def _is_ready_at_once(self) -> bool:
        """Index a short list now: it takes no longer than to look at it."""
        row = self._index.read_one("SELECT max(rowid) FROM queue.task_copy")
        return (row is None or (row[0] or 0) <= _FEW_ROWS) and self.step().is_ready

    def step(self) -> Progress:
        """Bring the index nearer to the queue's table; to be called until it is ready."""
        with self._index.following, self._index.transaction(durable=False) as connection:
            if self.is_ready and self._take_over(connection):
                left = self._newest() - self._state("cursor")
                return Progress(0, 1) if left > _MOST_CHANGES else Progress(1, 1)
            done, last = self._state("done"), _last_row(connection)
            if done == 0:
                _keep(connection, "cursor", self._newest())
            upto = done + PART_ROWS
            _compare(connection, done, upto)
            if upto < last:
                _keep(connection, "done", upto)
                return Progress(upto, last)
            gone = connection.execute("SELECT job FROM job WHERE job > ?", (last,)).fetchall()
            _forget(connection, [row[0] for row in gone])
            _keep(connection, "done", 0)
            _keep(connection, "passed", 1)
        return Progress(1, 1)

    def begin_anew(self, forget: Callable[[Connection], None]) -> None:
        """Compare everything again, with another list than before.

        Args:
            forget: Makes the queue's file, which this locks, too, forget the one before.
        """
        with self._index.following, self._index.transaction(durable=False) as connection:
            _keep(connection, "done", 0)
            _keep(connection, "passed", 0)
            forget(connection)

    def _take_over(self, connection: Connection) -> bool:
        """Take over some of what the feed tells; False where it has forgotten what is needed."""
        cursor, newest = self._state("cursor"), self._newest()
        oldest = connection.execute("SELECT min(seq) FROM queue.monitor_change").fetchone()[0]
        if newest < cursor or (newest > cursor and oldest > cursor + 1):
            _keep(connection, "passed", 0)
            return False
        if newest > cursor:
            span = {"after": cursor, "upto": min(newest, cursor + _MOST_CHANGES)}
            _forget_deleted(connection, span)
            _take(connection, connection.execute(_CHANGED, span).fetchall())
            _keep(connection, "cursor", span["upto"])
        connection.execute(_RUNNING)
        return True

    def _has_running(self) -> bool:
        found = self._index.read_one("SELECT 1 FROM job WHERE status = 'started' LIMIT 1")
        return found is not None

    def _state(self, key: str) -> int:
        row = self._index.read_one("SELECT value FROM state WHERE key = ?", (key,))
        return 0 if row is None else int(row[0] or 0)

    def _newest(self) -> int:
        row = self._index.read_one("SELECT max(seq) FROM queue.monitor_change")
        return 0 if row is None else int(row[0] or 0)


def _last_row(connection: Connection) -> int:
    return int(connection.execute("SELECT max(rowid) FROM queue.task_copy").fetchone()[0] or 0)


def _keep(connection: Connection, key: str, value: int) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))


def _compare(connection: Connection, after: int, upto: int) -> None:
    """Make the index agree with the rows of a span of the queue's table."""
    span = {"after": after, "upto": upto}
    gone = connection.execute(
        "SELECT job FROM job WHERE job > :after AND job <= :upto "
        "AND NOT EXISTS (SELECT 1 FROM queue.task_copy t WHERE t.rowid = job.job)",
        span,
    ).fetchall()
    _forget(connection, [row[0] for row in gone])
    _take(connection, connection.execute(_DIFFERENT, span).fetchall())


def _take(connection: Connection, found: list[Row]) -> None:
    """Take rows of the queue's table over as they are now."""
    if not found:
        return
    rows = json.dumps([row[0] for row in found])
    connection.execute(_UPSERT, (rows,))
    words = connection.execute(_NEW_WORDS, (rows,)).fetchall()
    connection.executemany(_PUT_WORDS, [tuple(row) for row in words])
    learn(connection, (str(text) for _, *texts in words for text in texts))


def _forget_deleted(connection: Connection, span: dict[str, int]) -> None:
    gone = connection.execute(
        "SELECT job FROM job WHERE id IN (SELECT job_id FROM queue.monitor_change "
        "WHERE seq > :after AND seq <= :upto AND deleted) "
        "AND NOT EXISTS (SELECT 1 FROM queue.task_copy t "
        "WHERE t.rowid = job.job AND t.id = job.id)",
        span,
    ).fetchall()
    _forget(connection, [row[0] for row in gone])


def _forget(connection: Connection, rows: list[int]) -> None:
    for table, key in (("job", "job"), ("words", "rowid")):
        connection.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(row,) for row in rows])
