"""Connections to the queue's SQLite database: one a thread, one writer at a time."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queue_core.errors import JobQueueError, LocalFolderError

logger = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5.0
# How long a write that the user waits for is tried while another process holds the lock.
PATIENCE_S = 60.0
SYNC_DELAY_S = 0.005
CLOSE_PATIENCE_S = 5.0
_flush_to_disk = getattr(os, "fdatasync", os.fsync)
_FULL_HINTS = ("database or disk is full", "disk I/O error")


class Database:
    """The queue's database file.

    Each thread has a connection of its own. Writers of this process take turns on a lock, so that
    none of them sleeps in SQLite's busy handler while another one commits; only a writer of
    another process can make one wait there.

    A commit writes to SQLite's journal and does not wait for the disk (`synchronous=NORMAL`);
    `sync` does that wait, after the lock is given back. What is durable then is what
    `synchronous=FULL` makes durable, but others write meanwhile, a new job starts meanwhile, and
    one wait serves all that was written before it.

    Attributes:
        path: The file.
        on_problem: Told what keeps a write waiting, and None when it went on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._write_lock = threading.RLock()
        self._all: list[sqlite3.Connection] = []
        self._all_lock = threading.Lock()
        self._closed = False
        self._users = 0
        self._users_lock = threading.Lock()
        self._unused = threading.Event()
        self._sync_lock = threading.Lock()
        self._commits = 0
        self._commits_on_disk = 0
        self._syncer: threading.Thread | None = None
        self._unsynced = threading.Event()
        self._after_commit: list[Callable[[], None]] = []
        self.on_problem: Callable[[JobQueueError | None], None] = lambda _: None

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call *callback* after each commit of this object, on the committing thread."""
        self._after_commit.append(callback)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode.

        Raises:
            LocalFolderError: The file cannot be opened.
        """
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
        return found

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise JobQueueError("The queue is closed.")
        try:
            connection = sqlite3.connect(
                self.path,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
            if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                # Of effect on a new file only: space can then be given back in small steps.
                connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            mode = _set_journal_mode(connection)
            # A new connection starts with SQLite's defaults, whatever another one has set. Where a
            # file system knows no WAL there is no journal to wait for: SQLite has to.
            connection.execute(f"PRAGMA synchronous={'NORMAL' if mode == 'wal' else 'FULL'}")
            connection.execute("PRAGMA temp_store=MEMORY")
            # Moving the journal into the file waits for the disk twice: not every 60 jobs.
            connection.execute("PRAGMA wal_autocheckpoint=4000")
            connection.execute("PRAGMA cache_size=-8000")
        except sqlite3.Error as error:
            raise LocalFolderError(
                f"The job database {self.path} cannot be opened: {error}.",
                hint="Check that the folder is writable and the disk is not full.",
            ) from error
        connection.row_factory = sqlite3.Row
        with self._all_lock:
            self._all.append(connection)
        return connection

    def read(self, sql: str, parameters: Any = ()) -> list[sqlite3.Row]:
        """Run a query on this thread's connection and return all rows.

        Raises:
            JobQueueError: The queue is closed.
        """
        self._begin_use()
        try:
            return self.connection.execute(sql, parameters).fetchall()
        finally:
            self._end_use()

    def read_one(self, sql: str, parameters: Any = ()) -> sqlite3.Row | None:
        """Run a query on this thread's connection and return the first row.

        Raises:
            JobQueueError: The queue is closed.
        """
        self._begin_use()
        try:
            row: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
        finally:
            self._end_use()
        return row

    def _begin_use(self) -> None:
        """Keep `close` from closing a connection that a thread works with: that crashes Python."""
        depth = getattr(self._local, "uses", 0)
        if not depth:
            with self._users_lock:
                if self._closed:
                    raise JobQueueError("The queue is closed.")
                self._users += 1
        self._local.uses = depth + 1

    def _end_use(self) -> None:
        self._local.uses -= 1
        if not self._local.uses:
            with self._users_lock:
                self._users -= 1
                if self._closed and not self._users:
                    self._unused.set()

    @contextmanager
    def transaction(
        self, *, durable: bool = True, patience_s: float | None = None
    ) -> Iterator[sqlite3.Connection]:
        """Write atomically; nested calls on a thread join the outer transaction.

        Args:
            durable: Return when the disk has it, so that a power cut cannot take it back. What
                need not survive one (progress, samples) saves the wait.
            patience_s: How long to wait for another process that holds the file locked; None
                means long for what is durable, and short for what is not.

        Raises:
            JobQueueError: The database stayed locked, the disk is full or does not answer, or the
                queue is closed.
        """
        if getattr(self._local, "depth", 0):
            yield self.connection
            return
        if patience_s is None:
            patience_s = PATIENCE_S if durable else BUSY_TIMEOUT_S
        with self._write_lock:
            self._begin_use()
            try:
                with self._written(patience_s) as connection:
                    yield connection
            finally:
                self._end_use()
        self.on_problem(None)
        for callback in self._after_commit:
            callback()
        if durable:
            self.sync()

    @contextmanager
    def _written(self, patience_s: float) -> Iterator[sqlite3.Connection]:
        connection = self.connection
        try:
            self._begin(connection, patience_s)
            self._local.depth = 1
            try:
                yield connection
            finally:
                self._local.depth = 0
            connection.execute("COMMIT")
            self._commits += 1
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise _explain(error, self.path) from error
            raise

    def _begin(self, connection: sqlite3.Connection, patience_s: float) -> None:
        """Take the write lock; another process may hold it for a while."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or self._closed or time.monotonic() >= deadline:
                    raise
                self.on_problem(_explain(error, self.path))
            else:
                return

    def sync(self) -> None:
        """Return when the disk has all that this process has committed so far.

        Within a transaction it does nothing: the transaction decides.

        Raises:
            JobQueueError: The disk is full or does not answer.
        """
        if getattr(self._local, "depth", 0):
            return
        wanted = self._commits
        with self._sync_lock:
            if self._commits_on_disk >= wanted:
                return  # the wait of another thread has served this one, too
            included = self._commits
            try:
                self._flush_journal()
            except OSError as error:
                raise JobQueueError(
                    f"The disk of {self.path.parent} did not take what was written: "
                    f"{error.strerror or error}.",
                    hint="Check the disk; what was stored is kept as long as the machine runs.",
                ) from error
            self._commits_on_disk = included

    def _flush_journal(self) -> None:
        # SQLite's locks are on other files, so a descriptor of our own disturbs nobody.
        try:
            descriptor = os.open(self.path.with_name(self.path.name + "-wal"), os.O_RDWR)
        except FileNotFoundError:
            return  # no WAL on this file system: the commit itself has waited
        try:
            _flush_to_disk(descriptor)
        finally:
            os.close(descriptor)

    def sync_soon(self) -> None:
        """Bring what was written without waiting to the disk, within `SYNC_DELAY_S`.

        One wait for the disk serves all transactions of the meantime. Until then a power cut may
        take back a start or an end of a job (never a `put`); a crash of the program takes nothing.
        """
        if self._syncer is None:
            with self._all_lock:
                if self._syncer is None:
                    self._syncer = threading.Thread(target=self._sync, name="syncer", daemon=True)
                    self._syncer.start()
        if not self._unsynced.is_set():
            self._unsynced.set()

    def _sync(self) -> None:
        while True:
            self._unsynced.wait()
            if self._closed:
                return
            self._unsynced.clear()
            time.sleep(SYNC_DELAY_S)
            try:
                self.sync()
            except JobQueueError as error:
                logger.debug("%s", error)

    def close(self) -> None:
        """Close all connections, once what other threads do with them is done."""
        with self._users_lock:
            self._closed = True
            if not self._users:
                self._unused.set()
        if not self._unused.wait(CLOSE_PATIENCE_S):
            self._interrupt_all()
            self._unused.wait()
        self._unsynced.set()
        if self._syncer is not None:
            self._syncer.join()
        with self._all_lock:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _interrupt_all(self) -> None:
        with self._all_lock:
            for connection in self._all:
                connection.interrupt()

    def release(self) -> None:
        """Close this thread's connection; a thread that ends calls it."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            del self._local.connection
            with self._all_lock:
                if connection in self._all:
                    self._all.remove(connection)
            connection.close()


def _set_journal_mode(connection: sqlite3.Connection) -> str:
    """Switch to WAL and return the mode that it is in then.

    On a new file that upgrades a lock, which can fail when two programs start.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return str(mode)


def _explain(error: sqlite3.OperationalError, path: Path) -> JobQueueError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return DatabaseBusyError(
            f"Another program holds {path.name} locked.",
            hint="It is tried again; close other programs that use the folder if it stays so.",
        )
    if any(hint in text for hint in _FULL_HINTS):
        return DiskFullError(
            f"The disk of {path.parent} is full: nothing could be stored.",
            hint="Free some space; the queue goes on by itself.",
        )
    if "readonly" in text:
        return JobQueueError(
            f"{path} is read-only.", hint="Make the folder writable; the queue goes on by itself."
        )
    return JobQueueError(f"The job database could not be written: {text}.")


class DatabaseBusyError(JobQueueError):
    """Another process held a write lock for longer than we wait."""


class DiskFullError(JobQueueError):
    """There was no space left to store it."""
