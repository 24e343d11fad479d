"""The change feed: what happened to `task_copy`, by whichever process, and who wants to know."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable

from queue_core.errors import LocalFolderError
from queue_core.queue.base import ChangeBatch
from queue_core.queue.connection import Database

logger = logging.getLogger(__name__)

_LOOK_S = 0.04  # the price of an idle program: each look wakes the processor
_REST_S = 0.01
_BATCH = 5_000
# How many changes the feed remembers; a reader that is further behind reads everything again.
KEPT_CHANGES = 20_000


def read_changes(database: Database, cursor: int) -> ChangeBatch:
    """Return what happened after *cursor*, each job once."""
    rows = database.read(
        "SELECT seq, job_id, deleted FROM monitor_change WHERE seq > ? ORDER BY seq LIMIT ?",
        (cursor, _BATCH + 1),
    )
    oldest = database.read_one("SELECT MIN(seq), MAX(seq) FROM monitor_change")
    first, last = (oldest[0] or 0, oldest[1] or 0) if oldest else (0, 0)
    if (cursor and first > cursor + 1) or cursor > last or len(rows) > _BATCH:
        return ChangeBatch(last, reset=True)
    state = {row["job_id"]: bool(row["deleted"]) for row in rows}
    return ChangeBatch(
        rows[-1]["seq"] if rows else cursor,
        changed=tuple(job_id for job_id, deleted in state.items() if not deleted),
        deleted=tuple(job_id for job_id, deleted in state.items() if deleted),
        reset=cursor == 0 and first > 1,
    )


def last_cursor(database: Database) -> int:
    """Return the cursor of a reader that knows everything."""
    row = database.read_one("SELECT MAX(seq) FROM monitor_change")
    return int(row[0] or 0) if row else 0


def prune_changes(connection: sqlite3.Connection) -> int:
    """Forget old changes (never the newest: numbers must go on); return how many."""
    return connection.execute(
        "DELETE FROM monitor_change WHERE seq <= (SELECT MAX(seq) FROM monitor_change) - ?",
        (KEPT_CHANGES,),
    ).rowcount


class ChangeWatcher:
    """Calls subscribers soon after each commit, of this process or another.

    Commits of this process ring a bell; for those of others, `PRAGMA data_version` is looked at
    25 times a second, which reads no table (about 5 microseconds a look). The thread runs only
    while somebody is subscribed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._callbacks: dict[object, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._thread: threading.Thread | None = None
        self._stopping = False
        database.on_commit(self._ring)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* after each change until the returned function is called."""
        token = object()
        with self._lock:
            self._callbacks[token] = callback
            if self._thread is None or not self._thread.is_alive():
                self._stopping = False
                self._thread = threading.Thread(
                    target=self._watch, name="change-watcher", daemon=True
                )
                self._thread.start()

        def unsubscribe() -> None:
            with self._lock:
                self._callbacks.pop(token, None)

        return unsubscribe

    def _ring(self) -> None:
        # Asked first, because a busy queue commits much more often than the thread looks; it
        # takes the bell back before it reads, so nothing is missed.
        if not self._bell.is_set():
            self._bell.set()

    def stop(self) -> None:
        """End the thread."""
        with self._lock:
            self._callbacks.clear()
            self._stopping = True
            thread, self._thread = self._thread, None
        self._bell.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _watch(self) -> None:
        seen = -1
        while True:
            rung = self._bell.wait(_LOOK_S)
            if rung:
                self._bell.clear()
            with self._lock:
                if self._stopping or not self._callbacks:
                    self._thread = None if not self._stopping else self._thread
                    break
                callbacks = list(self._callbacks.values())
            version = self._data_version(seen)
            if version != seen or rung:
                seen = version
                for callback in callbacks:
                    try:
                        callback()
                    except Exception:  # a border: one subscriber must not end the others' feed
                        logger.exception("a subscriber of the change feed failed")
                # What changes meanwhile is told at once: a busy queue must not be watched to death.
                time.sleep(_REST_S)
        self._database.release()

    def _data_version(self, seen: int) -> int:
        try:
            row = self._database.read_one("PRAGMA data_version")
        except (sqlite3.Error, LocalFolderError) as error:
            logger.debug("the change feed cannot look: %s", error)
            return seen
        return int(row[0]) if row else seen
