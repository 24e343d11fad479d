"""Huey's storage over our tables: it wakes its worker at once, and each job costs two commits.

What Huey asks for is mapped on `task_copy`, so that there is one truth: a scheduled task is a
waiting row with a `not_before`, a dequeue claims the row, and the end of a job is written in the
same transaction that claims the next one.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage

from queue_core.errors import JobQueueError
from queue_core.queue import task_copy
from queue_core.queue.base import OUR_ORIGIN
from queue_core.queue.connection import PATIENCE_S, Database

logger = logging.getLogger(__name__)

_WAIT_S = 1.0
_RETRY_WRITE_S = 0.25


class WakingStorage(BaseStorage):  # type: ignore[misc]
    """A blocking storage: `wait_ready` waits until a job is ready, and is woken by `put`.

    Args:
        name: Huey's queue name.
        database: The queue's database.

    Attributes:
        blocking: Tells Huey's worker not to sleep between looks.
        trusted_message: Returns Huey's message for a job: the stored one, or a new one where
            that is gone or does not carry our signature. The row is the truth.
        may_start: Says whether a job may be started now (queue paused, memory short, stopping).
        current_pid: Returns the process that will run the next job of the calling thread.
    """

    blocking = True

    def __init__(self, name: str, database: Database) -> None:
        super().__init__(name)
        self._database = database
        self._local = threading.local()
        self._ready = threading.Condition()
        self._tickets = 0
        self._closing = False
        self.trusted_message: Callable[[str, bytes | None], bytes] = lambda _, data: data or b""
        self.may_start: Callable[[], bool] = lambda: True
        self.current_pid: Callable[[], int | None] = lambda: None
        self.on_problem: Callable[[JobQueueError | None], None] = lambda _: None

    # Putting -----------------------------------------------------------------------------------

    def stage(self, job: task_copy.NewJob) -> None:
        """Keep the row that belongs to the next `enqueue` of this thread."""
        self._local.staged = job

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Store Huey's message: with the staged row of a new job, or for a job that goes again."""
        del priority  # the row has it
        staged: task_copy.NewJob | None = getattr(self._local, "staged", None)
        if staged is None:
            self._put_back(data, None)  # an attempt without delay before it
            return
        self._local.staged = None
        with self._database.transaction(durable=False, patience_s=PATIENCE_S) as connection:
            task_copy.insert_job(connection, replace(staged, message=data))
        self.wake()  # the job may start while its `put` waits for the disk
        try:
            self._database.sync()
        except JobQueueError:
            self._withdraw(staged.id)
            raise

    def _withdraw(self, job_id: str) -> None:
        """Take back a job whose `put` fails after all, unless it has started."""
        with self._database.transaction(durable=False) as connection:
            row = connection.execute(
                "DELETE FROM task_copy WHERE id = ? AND status = 'not_started' "
                "RETURNING message_id",
                (job_id,),
            ).fetchone()
            if row is not None:
                connection.execute("DELETE FROM task WHERE id = ?", (row["message_id"],))

    def add_to_schedule(self, data: bytes, ts: datetime) -> None:
        """Put the job that this thread has just run back, not to start before *ts*."""
        moment = ts.replace(tzinfo=UTC) if ts.tzinfo is None else ts
        self._put_back(data, moment.timestamp())

    def _put_back(self, data: bytes, not_before: float | None) -> None:
        """Store the end of an attempt and the wait for the next one in one transaction."""
        job_id, _ = self._local.finished
        with self._database.transaction() as connection:
            self._write_end(connection)
            connection.execute("UPDATE task_copy SET attempt = attempt + 1 WHERE id = ?", (job_id,))
            task_copy.set_message(connection, job_id, data, not_before)
        self.wake()

    # Running -----------------------------------------------------------------------------------

    def finished(self, job_id: str, write: Callable[[Any], None]) -> None:
        """Keep what is to be written about the job that this thread has just run.

        It is written by the next `dequeue`, in one transaction with the next claim.
        """
        self._local.finished = (job_id, write)

    def _write_end(self, connection: Any) -> None:
        pending = getattr(self._local, "finished", None)
        if pending is not None:
            pending[1](connection)
            self._local.finished = None

    @property
    def has_end_to_write(self) -> bool:
        """Whether this thread holds the end of a job that is not written yet."""
        return getattr(self._local, "finished", None) is not None

    def flush(self) -> None:
        """Write what this thread still holds; tried until it works or the queue closes.

        A failed write of a status is never dropped: the job's end is known here only.
        """
        while self.has_end_to_write:
            pending = self._local.finished
            try:
                with self._database.transaction() as connection:
                    self._write_end(connection)
            except JobQueueError as error:
                self._local.finished = pending
                self.on_problem(error)
                if self._closing and not self._patience_left():
                    logger.error("the end of job %s could not be stored: %s", pending[0], error)
                    return
                time.sleep(_RETRY_WRITE_S)
            else:
                self.on_problem(None)

    def _patience_left(self) -> bool:
        self._local.patience = getattr(self._local, "patience", 40) - 1
        return bool(self._local.patience > 0)

    def wait_ready(self, timeout_s: float = _WAIT_S) -> bool:
        """Wait until a job may be ready for this thread; return whether to try."""
        if self._has_ready():
            return True
        with self._ready:
            ticket = self._tickets
        if self._has_ready():
            return True
        with self._ready:
            if self._tickets == ticket and not self._closing:
                self._ready.wait(min(timeout_s, self._next_due_s(timeout_s)))
        return self._has_ready()

    def _has_ready(self) -> bool:
        if self._closing or not self.may_start():
            return False
        return (
            self._database.read_one(
                f"SELECT 1 FROM {task_copy.READY_ROWS} WHERE {task_copy.READY} LIMIT 1",
                (time.time(),),
            )
            is not None
        )

    def _next_due_s(self, timeout_s: float) -> float:
        """Return how long until a delayed job is due."""
        row = self._database.read_one(task_copy.NEXT_DUE, (time.time(),))
        if row is None or row[0] is None:
            return timeout_s
        return max(0.001, float(row[0]) - time.time())

    def dequeue(self) -> bytes | None:
        """Write the end of this thread's last job and claim the next one, in one transaction.

        A worker calls `wait_ready` before it; Huey is told that it blocks, so as not to sleep.
        """
        pending = getattr(self._local, "finished", None)
        claimed: task_copy.Claim | None = None
        try:
            # Not waiting for the disk: `Database.sync_soon` brings it there within 10 ms, together
            # with what other jobs have written meanwhile.
            with self._database.transaction(durable=False) as connection:
                self._write_end(connection)
                if not self._closing and self.may_start():
                    claimed = task_copy.claim(connection, self.current_pid(), time.time())
        except JobQueueError as error:
            self._local.finished = pending
            self.on_problem(error)
            self.flush()
            if pending is None:
                with self._ready:
                    self._ready.wait(_RETRY_WRITE_S)
            return None
        self._database.sync_soon()
        self.on_problem(None)
        if claimed is None:
            return None
        self._local.claimed = claimed.row
        return self.trusted_message(claimed.row["id"], claimed.message)

    @property
    def claimed(self) -> sqlite3.Row:
        """The `RUN_COLUMNS` of the job that this thread has claimed last."""
        row: sqlite3.Row = self._local.claimed
        return row

    def wake(self, *, everybody: bool = False) -> None:
        """Tell a waiting worker (or all) to look."""
        with self._ready:
            self._tickets += 1
            if everybody:
                self._ready.notify_all()
            else:
                self._ready.notify()

    def begin_close(self) -> None:
        """Give out no more jobs."""
        self._closing = True
        self.wake(everybody=True)

    def reopen(self) -> None:
        """Give out jobs again."""
        self._closing = False

    # What else Huey asks -----------------------------------------------------------------------

    def queue_size(self) -> int:
        """Return how many jobs wait."""
        row = self._database.read_one(
            "SELECT COUNT(*) FROM task_copy WHERE status = 'not_started' AND origin = ?",
            (OUR_ORIGIN,),
        )
        return int(row[0]) if row else 0

    def enqueued_items(self, limit: int | None = None) -> list[bytes]:
        """Return the messages of waiting jobs, next first."""
        rows = self._database.read(
            "SELECT data FROM task WHERE queue = ? ORDER BY priority DESC, id LIMIT ?",
            (self.name, -1 if limit is None else limit),
        )
        return [bytes(row[0]) for row in rows]

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Return nothing: delayed jobs are waiting rows, claimed when they are due."""
        del ts
        return []

    def schedule_size(self) -> int:
        """Return 0; see `read_schedule`."""
        return 0

    def scheduled_items(self, limit: int | None = None) -> list[bytes]:
        """Return nothing; see `read_schedule`."""
        del limit
        return []

    # Huey's key-value store is not used: results and errors are columns of the job's row, which
    # clean-up removes with it. Revocation is `cancel`, so Huey's look-ups find nothing.

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        """Keep nothing; see above."""

    def peek_data(self, key: str) -> Any:
        """Find nothing; see above."""
        del key
        return EmptyData

    def peek_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Find nothing; see above."""
        del keys
        return {}

    def pop_data(self, key: str) -> Any:
        """Find nothing; see above."""
        del key
        return EmptyData

    def delete_data(self, key: str) -> bool:
        """Find nothing; see above."""
        del key
        return False

    def has_data_for_key(self, key: str) -> bool:
        """Find nothing; see above."""
        del key
        return False

    def result_store_size(self) -> int:
        """Return 0; see above."""
        return 0
