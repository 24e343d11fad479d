"""The queue's database in a file: SQLite, one connection a thread, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from queue_core.errors import JobQueueError, LocalFolderError
from queue_core.queue.store import owner
from queue_core.queue.store.bell import Bell
from queue_core.queue.store.bell_choice import make_bell
from queue_core.queue.store.connecting import BUSY_TIMEOUT_S, connect, suspicion
from queue_core.queue.store.connection import Connection, Parameters
from queue_core.queue.store.database import PATIENCE_S, Answer, Database
from queue_core.queue.store.disk import DiskSync
from queue_core.queue.store.sqlite_errors import (
    DamagedDatabaseError,
    DatabaseBusyError,
    MissingTableError,
    explain,
)

CLOSE_PATIENCE_S = 5.0
_BUSY_PAUSE_S = 0.01
_WRONG_VALUES = (sqlite3.Error, UnicodeError, OverflowError)


class SqliteDatabase(Database):
    """The queue's database file.

    Each thread has a connection of its own. Writers of this process take turns on a lock, so that
    none of them sleeps in SQLite's busy handler while another one commits; only a writer of
    another process can make one wait there.

    A commit writes to SQLite's journal and does not wait for the disk (`synchronous=NORMAL`);
    `sync` does that wait, after the lock is given back. What is durable then is what
    `synchronous=FULL` makes durable, but others write meanwhile, a new job starts meanwhile, and
    one wait serves all that was written before it.

    Args:
        path: The file; it lies in the local folder.
    """

    path: Path

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.name = path.name
        self.path = path
        self.root = path.parent
        self._local = threading.local()
        self._write_lock = threading.RLock()
        self._all: list[sqlite3.Connection] = []
        self._all_lock = threading.Lock()
        self._closed = False
        self._users = 0
        self._users_lock = threading.Lock()
        self._unused = threading.Event()
        self._disk = DiskSync(path)
        self._file: tuple[int, int] | None = None

    @property
    def index_folder(self) -> Path:
        """Where the index of the jobs lies: beside the list."""
        return self.root / "monitor"

    # Connections ---------------------------------------------------------------------------------

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
        self._require_same_file()
        try:
            connection = connect(self.path)
        except sqlite3.Error as error:
            problem = explain(error, self.path)
            raise LocalFolderError(
                f"The job database {self.path} cannot be opened: {error}.",
                hint=problem.hint or "Check that the folder is writable and the disk is not full.",
            ) from error
        self._remember_file()
        with self._all_lock:
            self._all.append(connection)
        return connection

    def _remember_file(self) -> None:
        if self._file is None:
            with contextlib.suppress(OSError):
                found = os.stat(self.path)  # noqa: PTH116 - as in `_require_same_file`
                self._file = (found.st_dev, found.st_ino)

    def _require_same_file(self) -> None:
        """Refuse to go on with a file that has no name any more: all of it would be lost.

        Raises:
            JobQueueError: The file was deleted or replaced while the program ran.
        """
        if self._file is None:
            return
        try:
            found = os.stat(self.path)  # noqa: PTH116 - asked at each write: Path.stat costs twice
            same = (found.st_dev, found.st_ino) == self._file
        except OSError:
            same = False
        if not same:
            raise JobQueueError(
                f"The job database {self.path} was deleted or replaced while the program ran.",
                hint="Put the file back, or start the program again; nothing new is stored now.",
            )

    def release(self) -> None:
        """Close this thread's connection; a thread that ends calls it."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            del self._local.connection
            with self._all_lock:
                if connection in self._all:
                    self._all.remove(connection)
            connection.close()

    def close(self) -> None:
        """Close all connections, once what other threads do with them is done."""
        with self._users_lock:
            self._closed = True
            if not self._users:
                self._unused.set()
        if not self._unused.wait(CLOSE_PATIENCE_S):
            self._interrupt_all()
        self._disk.stop()
        # Closed under a thread that works with it, a connection takes the process down: one that
        # does not let go even of an interrupted query is left to the end of the process.
        if self._unused.wait(CLOSE_PATIENCE_S):
            with self._all_lock:
                for connection in self._all:
                    connection.close()
                self._all.clear()

    def _interrupt_all(self) -> None:
        with self._all_lock:
            for connection in self._all:
                connection.interrupt()

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

    # Reading -------------------------------------------------------------------------------------

    def read(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Run a query on this thread's connection; see `Database.read`."""
        return self._read(lambda: self.connection.execute(sql, parameters).fetchall())

    def read_one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Run a query on this thread's connection; see `Database.read_one`."""

        def query() -> sqlite3.Row | None:
            row: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
            return row

        return self._read(query)

    def _read(self, query: Callable[[], Answer]) -> Answer:
        self._begin_use()
        try:
            return query()
        except _WRONG_VALUES as error:
            problem = self._explain(error)
            if not isinstance(problem, MissingTableError) or self.is_in_transaction:
                raise problem from error
        finally:
            self._end_use()
        self.repair()
        self._begin_use()
        try:
            return query()
        except _WRONG_VALUES as error:
            raise self._explain(error) from error
        finally:
            self._end_use()

    def _explain(self, error: sqlite3.Error | UnicodeError | OverflowError) -> JobQueueError:
        """Return what happened; damage is remembered, so that the next start looks at all of it."""
        problem = explain(error, self.path)
        if isinstance(problem, DamagedDatabaseError):
            with contextlib.suppress(OSError):
                suspicion(self.path).touch(mode=0o600)
        return problem

    # Writing -------------------------------------------------------------------------------------

    @property
    def is_in_transaction(self) -> bool:
        """Whether the calling thread is within a transaction."""
        return bool(getattr(self._local, "depth", 0))

    def write(
        self, change: Callable[[Connection], Answer], *, durable: bool = True,
        patience_s: float | None = None,
        is_done: Callable[[Connection], bool] | None = None,  # noqa: ARG002 - a file says it
    ) -> Answer:  # fmt: skip
        """Carry out *change* in one transaction; see `Database.write`.

        Where a table of ours is missing, it is made again and the change tried once more.
        """
        try:
            with self.transaction(durable=durable, patience_s=patience_s) as connection:
                return change(connection)
        except MissingTableError:
            if self.is_in_transaction:
                raise
            self.repair()
        with self.transaction(durable=durable, patience_s=patience_s) as connection:
            return change(connection)

    @contextmanager
    def transaction(
        self, *, durable: bool = True, patience_s: float | None = None
    ) -> Iterator[sqlite3.Connection]:
        """Write atomically; see `Database.transaction`."""
        if self.is_in_transaction:
            if durable and not self._local.durable:
                raise RuntimeError("A durable transaction cannot join one that is not.")
            yield self.connection
            return
        if patience_s is None:
            patience_s = PATIENCE_S if durable else BUSY_TIMEOUT_S
        with self._write_lock:
            self._begin_use()
            try:
                with self._written(patience_s, durable=durable) as connection:
                    yield connection
            finally:
                self._end_use()
        self.on_problem(None)
        for callback in self._after_commit:
            callback()
        if durable:
            self.sync()

    @contextmanager
    def _written(self, patience_s: float, *, durable: bool) -> Iterator[sqlite3.Connection]:
        connection = self.connection
        self._require_same_file()
        try:
            self._begin(connection, patience_s)
            self._local.depth, self._local.durable = 1, durable
            try:
                yield connection
            finally:
                self._local.depth = 0
            connection.execute("COMMIT")
            self._disk.count_commit()
        except BaseException as error:
            _roll_back(connection)
            if isinstance(error, _WRONG_VALUES):
                raise self._explain(error) from error
            raise

    def _begin(self, connection: sqlite3.Connection, patience_s: float) -> None:
        """Take the write lock; another process may hold it for a while."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                self._lock_file(connection)
            except sqlite3.OperationalError as error:
                problem = explain(error, self.path)
                is_busy = isinstance(problem, DatabaseBusyError)
                if not is_busy or self._closed or time.monotonic() >= deadline:
                    raise
                self.on_problem(problem)
                time.sleep(_BUSY_PAUSE_S)  # not each lock is waited for by SQLite itself
            else:
                return

    def _lock_file(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that writes."""
        connection.execute("BEGIN IMMEDIATE")

    def sync(self) -> None:
        """Flush the journal; see `Database.sync`."""
        if not self.is_in_transaction:
            self._disk.sync()

    def sync_soon(self) -> None:
        """Bring what was written without waiting to the disk in a moment."""
        self._disk.sync_soon()

    # Who else works with the file ----------------------------------------------------------------

    def version(self) -> int:
        """Return SQLite's `data_version`, which reads no table."""
        row = self.read_one("PRAGMA data_version")
        return int(row[0]) if row else 0

    def make_bell(self) -> Bell:
        """Return a bell that writes to the journal ring, where the system tells of them."""
        return make_bell(self.path.with_name(f"{self.path.name}-wal"))

    def make_owner(self) -> owner.Owner:
        """Return an owner whose lock is on a file."""
        return owner.Owner(self.root)

    def owner_is_alive(self, owner_text: object) -> bool:
        """Return whether somebody holds the lock of *owner_text*."""
        return owner.owner_is_alive(self.root, owner_text)

    def forget_dead_owners(self) -> None:
        """Delete the lock files of consumers that ended without a word."""
        owner.forget_dead_owners(self.root)


def _roll_back(connection: sqlite3.Connection) -> None:
    # What fails here too is told by what failed first; SQLite forgets an open transaction itself.
    with contextlib.suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
