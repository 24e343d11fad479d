"""Huey's storage over our tables, and the bell that wakes its workers.

Huey carries the messages; what it asks for is mapped on `task_copy`, so that there is one truth. A
job is put, claimed and ended by the functions of `store.lifecycle`, with typed values that Huey's
interface has no room for; what is left to Huey's storage is to count and to show.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage

from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store import schema
from queue_core.queue.store.database import Database
from queue_core.queue.store.labels import Offer
from queue_core.queue.store.queries import NO_LIMIT

_WAIT_S = 1.0


class ReadyBell:
    """Wakes worker threads as soon as a job may be ready.

    Args:
        database: The queue's database.

    Attributes:
        may_start: Says whether a job may be started now (queue paused, memory short).
        offer: The labels of this consumer.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._condition = threading.Condition()
        self._tickets = 0
        self._closing = False
        self.may_start: Callable[[], bool] = lambda: True
        self.offer = Offer()

    @property
    def is_closing(self) -> bool:
        """Whether no more jobs are given out."""
        return self._closing

    def wake(self, *, everybody: bool = False) -> None:
        """Tell a waiting worker (or all) to look."""
        with self._condition:
            self._tickets += 1
            if everybody:
                self._condition.notify_all()
            else:
                self._condition.notify()

    def close(self) -> None:
        """Give out no more jobs."""
        self._closing = True
        self.wake(everybody=True)

    def reopen(self) -> None:
        """Give out jobs again."""
        self._closing = False

    def wait(self, timeout_s: float = _WAIT_S) -> bool:
        """Wait until a job may be ready for this thread; return whether to try.

        Raises:
            JobQueueError: The database cannot be read.
        """
        if self._is_ready():
            return True
        with self._condition:
            ticket = self._tickets
        if self._is_ready():
            return True
        pause_s = min(timeout_s, self._next_due_s(timeout_s))
        with self._condition:
            if self._tickets == ticket and not self._closing:
                self._condition.wait(pause_s)
        return self._is_ready()

    def _is_ready(self) -> bool:
        if self._closing or not self.may_start():
            return False
        return (
            self._database.read_one(
                f"SELECT 1 FROM {schema.READY_ROWS} WHERE {schema.READY} "
                f"AND {self.offer.sql} LIMIT 1",
                (time.time(), *self.offer.texts),
            )
            is not None
        )

    def _next_due_s(self, timeout_s: float) -> float:
        """Return how long until a delayed job is due."""
        row = self._database.read_one(schema.NEXT_DUE, (time.time(),))
        due = row[0] if row is not None else None
        return max(0.001, due - time.time()) if isinstance(due, int | float) else timeout_s


class RowStorage(BaseStorage):  # type: ignore[misc]
    """What Huey's own tools see of the queue.

    Args:
        name: Huey's queue name.
        database: The queue's database.
    """

    blocking = True

    def __init__(self, name: str, database: Database) -> None:
        super().__init__(name)
        self._database = database

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Refuse: a message without its row would be a job that nobody can see."""
        raise NotImplementedError("Jobs are put by HueyJobQueue.put.")

    def dequeue(self) -> bytes | None:
        """Return nothing: workers claim rows."""
        return None

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
            (self.name, NO_LIMIT if limit is None else limit),
        )
        return [row[0] for row in rows if isinstance(row[0], bytes)]

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
