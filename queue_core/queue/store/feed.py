"""The change feed: what happened to `task_copy`, by whichever process, and who wants to know."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from queue_core.errors import MonitorError
from queue_core.queue.store.bell import Bell, Ring
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.values import ChangeBatch
from queue_core.steady_thread import begin

logger = logging.getLogger(__name__)

_REST_S = 0.01
_PAUSE_S = 0.5
_STOP_PATIENCE_S = 5.0
# A commit is written first and seen when the disk has it; looks after a write, further and further.
_LOOKS_AFTER_WRITE_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032)
_BATCH = 5_000
# How many changes the feed remembers; a reader that is further behind reads everything again.
KEPT_CHANGES = 20_000
_LAST_NUMBER = 1 << 62
# Two questions: asked for both at once, SQLite goes through the whole table.
_ENDS = "SELECT (SELECT MIN(seq) FROM monitor_change), (SELECT MAX(seq) FROM monitor_change)"


def read_changes(database: Database, cursor: int) -> ChangeBatch:
    """Return what happened after *cursor*, each job once."""
    rows = database.read(
        "SELECT seq, job_id, deleted FROM monitor_change WHERE seq > ? ORDER BY seq LIMIT ?",
        (cursor, _BATCH + 1),
    )
    ends = database.read_one(_ENDS)
    first, last = (ends[0] or 0, ends[1] or 0) if ends else (0, 0)
    if (cursor and first > cursor + 1) or cursor > last or len(rows) > _BATCH:
        return ChangeBatch(last, reset=True)
    state = {r["job_id"]: bool(r["deleted"]) for r in rows if isinstance(r["job_id"], str)}
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


def prune_changes(connection: Connection) -> int:
    """Forget old changes (never the newest: numbers must go on); return how many."""
    # At the end of all integers SQLite gives out random numbers: begin again, and readers reset.
    connection.execute("DELETE FROM monitor_change WHERE seq > ?", (_LAST_NUMBER,))
    return connection.execute(
        "DELETE FROM monitor_change WHERE seq <= (SELECT MAX(seq) FROM monitor_change) - ?",
        (KEPT_CHANGES,),
    ).rowcount


class ChangeWatcher:
    """Calls subscribers soon after each commit, of this process or another.

    Commits of this process ring a bell; writes of others to the database's log do where the system
    tells of them, and elsewhere `PRAGMA data_version`, which reads no table, is looked at 25 times
    a second. The thread runs only while somebody is subscribed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._callbacks: dict[object, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._bell: Bell | None = None
        self._thread: threading.Thread | None = None
        self._is_watching = False
        self._seen = -1
        database.on_commit(self._ring)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* after each change until the returned function is called."""
        token = object()
        with self._lock:
            self._callbacks[token] = callback
            if not self._is_watching:
                self._is_watching = True
                bell = self._database.make_bell()
                self._bell = bell
                self._thread = threading.Thread(
                    target=self._watch, args=(bell,), name="change-watcher", daemon=True
                )
                try:
                    begin(self._thread)
                except RuntimeError:  # the next one who subscribes tries again
                    self._is_watching = False
                    bell.close()
                    raise

        def unsubscribe() -> None:
            with self._lock:
                self._callbacks.pop(token, None)
                is_last = not self._callbacks
            if is_last:
                self._ring()  # the thread sees that nobody listens

        return unsubscribe

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.ring()

    def stop(self) -> None:
        """End the thread."""
        with self._lock:
            self._callbacks.clear()
        self._ring()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_STOP_PATIENCE_S)

    def _watch(self, bell: Bell) -> None:
        self._seen = -1
        bell.ring()  # what changed while this thread started
        while self._look(bell):
            pass
        self._database.release()
        bell.close()

    def _look(self, bell: Bell) -> bool:
        """Wait for one change and tell of it; return whether anybody still listens."""
        try:
            ring = bell.wait()
            callbacks = self._listeners()
            if callbacks:
                self._tell(bell, ring, callbacks)
        except BaseException as error:  # noqa: BLE001 - nothing may end the feed
            logger.warning("the change feed: %s: %s", type(error).__name__, error)
            time.sleep(_PAUSE_S)
            return bool(self._listeners())
        else:
            return bool(callbacks)

    def _listeners(self) -> list[Callable[[], None]]:
        with self._lock:
            self._is_watching = bool(self._callbacks)
            return list(self._callbacks.values())

    def _tell(self, bell: Bell, ring: Ring, callbacks: list[Callable[[], None]]) -> None:
        seen = self._seen
        version = self._after_write(seen) if ring is Ring.WRITTEN else self._data_version(seen)
        if version == seen and ring is not Ring.OWN:
            return
        if ring is Ring.NOTHING:
            bell.missed()
        self._seen = version
        for callback in callbacks:
            try:
                callback()
            except BaseException:  # a border: one subscriber must not end the others' feed
                logger.exception("a subscriber of the change feed failed")
        # What changes meanwhile is told at once: a busy queue must not be watched to death.
        time.sleep(_REST_S)

    def _after_write(self, seen: int) -> int:
        """Return the version once the write is a commit; *seen* if it becomes none."""
        for pause_s in _LOOKS_AFTER_WRITE_S:
            version = self._data_version(seen)
            if version != seen:
                return version
            time.sleep(pause_s)
        return self._data_version(seen)

    def _data_version(self, seen: int) -> int:
        try:
            return self._database.version()
        except MonitorError as error:
            logger.debug("the change feed cannot look: %s", error)
            return seen
