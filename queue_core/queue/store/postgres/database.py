"""The queue's database on a server: many readers who wait for nobody, one writer at a time.

A write transaction begins with a lock that all programs of the list share, so what `lifecycle`
proves of a job's states holds here as in a file, and changes are numbered in the order in which
they are committed. A commit does not wait for the server's disk; `sync` does, after the lock is
given back.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from queue_core.errors import JobQueueError
from queue_core.paths import cache_folder
from queue_core.queue.store.connection import Connection, Parameters, Row
from queue_core.queue.store.database import (
    PATIENCE_S,
    Answer,
    CommitUnknownError,
    Database,
    ServerLostError,
)
from queue_core.queue.store.postgres.bell import ServerBell
from queue_core.queue.store.postgres.connecting import ServerConnection
from queue_core.queue.store.postgres.errors import explain
from queue_core.queue.store.postgres.owners import Owners, ServerOwner
from queue_core.queue.store.postgres.pool import Pool
from queue_core.queue.store.sqlite_errors import DatabaseBusyError, MissingTableError
from queue_core.server_address import ServerAddress

_BUSY_S: Final = 5.0
_CLOSE_PATIENCE_S: Final = 5.0
_LOOK_S: Final = 0.25
_WRONG = (psycopg.Error, UnicodeError)


class ServerDatabase(Database):
    """A list on a server.

    Args:
        address: Where it is.
        root: The local folder, which holds files and logs.
    """

    path = None
    is_apart = True

    def __init__(self, address: ServerAddress, root: Path) -> None:
        super().__init__()
        self.name = address.name
        self.root = root
        self.address = address
        self._pool = Pool(address)
        self._local = threading.local()
        self._write_lock = threading.RLock()
        # What this program writes is not told to itself once more.
        self.sender = secrets.token_hex(8)
        self._version = 0
        self._owners = Owners(self, address)
        key = lock_key(address.schema, "writer")
        self._begin = (
            "BEGIN", f"SET LOCAL lock_timeout = {int(_BUSY_S * 1000)}",
            f"SELECT pg_advisory_xact_lock({key})",
        )  # fmt: skip
        self._commit = (f"NOTIFY {address.channel}, '{self.sender}'", "COMMIT")

    @property
    def index_folder(self) -> Path:
        """Where this machine keeps the index: SQLite does not work on what machines share."""
        name = hashlib.sha256(f"{self.address.url}\0{self.address.schema}".encode()).hexdigest()
        return cache_folder() / name[:16]

    # Reading -------------------------------------------------------------------------------------

    def read(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Run a query; see `Database.read`."""
        return self._read(lambda connection: connection.execute(sql, parameters).fetchall())

    def read_one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Run a query; see `Database.read_one`."""
        return self._read(lambda connection: connection.execute(sql, parameters).fetchone())

    def _read(self, query: Callable[[ServerConnection], Answer]) -> Answer:
        if self.is_in_transaction:
            return query(self._local.connection)
        try:
            return self._read_once(query)
        except ServerLostError:
            if self._pool.is_closed:
                raise
        except MissingTableError:
            self.repair()
        return self._read_once(query)  # the connection may have been old, and the server is there

    def _read_once(self, query: Callable[[ServerConnection], Answer]) -> Answer:
        with self._lent() as connection:
            return query(connection)

    @contextmanager
    def _lent(self) -> Iterator[ServerConnection]:
        """Lend a connection; what the server does to it becomes an error of the queue."""
        connection: ServerConnection | None = None
        try:
            connection = self._pool.take()
            yield connection
        except _WRONG as error:
            raise self._explained(error, connection) from error
        finally:
            if connection is not None:
                self._pool.give_back(connection)

    def _explained(
        self, error: psycopg.Error | UnicodeError, connection: ServerConnection | None
    ) -> JobQueueError:
        if self._pool.is_closed:
            return JobQueueError("The queue is closed.")
        is_lost = connection is None or connection.driver.closed
        return explain(error, self.name, is_lost=is_lost)

    # Writing -------------------------------------------------------------------------------------

    @property
    def is_in_transaction(self) -> bool:
        """Whether the calling thread is within a transaction."""
        return getattr(self._local, "connection", None) is not None

    def write(
        self, change: Callable[[Connection], Answer], *, durable: bool = True,
        patience_s: float | None = None, is_done: Callable[[Connection], bool] | None = None,
    ) -> Answer:  # fmt: skip
        """Carry out *change* in one transaction; see `Database.write`."""
        if self.is_in_transaction:
            with self.transaction(durable=durable) as connection:
                return change(connection)
        patience_s = _patience_s(patience_s, durable=durable)
        deadline = time.monotonic() + patience_s
        is_repaired = is_unknown = False
        answers: list[Answer] = []

        def attempt(connection: Connection) -> None:
            if is_unknown and is_done is not None and is_done(connection):
                return
            answers[:] = [change(connection)]

        while True:
            try:
                with self.transaction(durable=durable, patience_s=patience_s) as connection:
                    attempt(connection)
            except MissingTableError:
                if is_repaired:
                    raise
                self.repair()
                is_repaired = True
            except ServerLostError as error:
                self._wait_for_server(error, deadline)
            except CommitUnknownError as error:
                if is_done is None:
                    raise
                is_unknown = True
                self._wait_for_server(error, deadline)
            else:
                return answers[0]

    def _wait_for_server(self, error: JobQueueError, deadline: float) -> None:
        if self._pool.is_closed or time.monotonic() >= deadline:
            raise error
        self.on_problem(error)
        time.sleep(_LOOK_S)

    @contextmanager
    def transaction(
        self, *, durable: bool = True, patience_s: float | None = None
    ) -> Iterator[ServerConnection]:
        """Write atomically; see `Database.transaction`."""
        if self.is_in_transaction:
            if durable and not self._local.durable:
                raise RuntimeError("A durable transaction cannot join one that is not.")
            yield self._local.connection
            return
        patience_s = _patience_s(patience_s, durable=durable)
        with self._lent() as connection:
            # Threads of this program take turns here, and not all of them at the server.
            with self._write_lock:
                yield from self._written(connection, patience_s, durable=durable)
            self.on_problem(None)
            for callback in self._after_commit:
                callback()
            if durable:
                self._flush(connection)

    def _written(
        self, connection: ServerConnection, patience_s: float, *, durable: bool
    ) -> Iterator[ServerConnection]:
        self._take_lock(connection, patience_s)
        self._local.connection, self._local.durable = connection, durable
        try:
            yield connection
        except BaseException:
            _roll_back(connection)
            raise
        finally:
            self._local.connection = None
        if connection.has_failed:  # and somebody did not mind: COMMIT would not say so
            _roll_back(connection)
            raise JobQueueError(f"A change of the job list {self.name} could not be stored.")
        self._end(connection, *self._commit)

    def _take_lock(self, connection: ServerConnection, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                connection.command(*self._begin)
            except psycopg.errors.LockNotAvailable as error:
                _roll_back(connection)
                problem = explain(error, self.name, is_lost=False)
                assert isinstance(problem, DatabaseBusyError)
                if self._pool.is_closed or time.monotonic() >= deadline:
                    raise problem from error
                self.on_problem(problem)
            else:
                return

    def _end(self, connection: ServerConnection, *statements: str) -> None:
        """Run what ends in a commit; where no answer comes, it is not known what it came to."""
        try:
            connection.command(*statements)
        except psycopg.Error as error:
            if not connection.driver.closed:
                raise
            raise CommitUnknownError(
                f"The server of the job list was lost ({self.name}) when it was to store this: "
                "it may have done so.",
                hint="Look into the list before you do it again.",
            ) from error

    def sync(self) -> None:
        """Return when the server's disk has all that was committed; see `Database.sync`."""
        if self.is_in_transaction:
            return
        with self._lent() as connection:
            self._flush(connection)

    def _flush(self, connection: ServerConnection) -> None:
        # A commit that waits for the disk brings all there that was committed before it.
        self._end(
            connection, "BEGIN", "SET LOCAL synchronous_commit = on",
            "SELECT pg_logical_emit_message(true, 'dashai-monitor', '')", "COMMIT",
        )  # fmt: skip

    def sync_soon(self) -> None:
        """Do nothing: the server writes within half a second what nobody waits for."""

    # Who else works with the list ----------------------------------------------------------------

    def version(self) -> int:
        """Return how often another program has said that it has committed something."""
        return self._version

    def count_news(self) -> None:
        """Note that another program has committed something, or may have."""
        self._version += 1

    def make_bell(self) -> ServerBell:
        """Return a bell that the server rings."""
        return ServerBell(self)

    def make_owner(self) -> ServerOwner:
        """Return an owner whose lock is held by a connection of its own."""
        return self._owners.new()

    def owner_is_alive(self, owner: object) -> bool:
        """Return whether somebody holds the lock of *owner*, or did a moment ago."""
        return self._owners.is_alive(owner)

    def forget_dead_owners(self) -> None:
        """Do nothing: locks of a server leave nothing behind."""

    # End -----------------------------------------------------------------------------------------

    def release(self) -> None:
        """Do nothing: connections are given back after each use."""

    def close(self) -> None:
        """Close all connections; see `Database.close`."""
        self._pool.close(_CLOSE_PATIENCE_S)


def lock_key(schema: str, what: str) -> int:
    """Return the number of a lock; locks of one database are told apart by numbers alone."""
    digest = hashlib.sha256(f"dashai-monitor\0{schema}\0{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _patience_s(patience_s: float | None, *, durable: bool) -> float:
    if patience_s is not None:
        return patience_s
    return PATIENCE_S if durable else _BUSY_S


def _roll_back(connection: ServerConnection) -> None:
    # What fails here too is told by what failed first; a server forgets what was not committed.
    with contextlib.suppress(psycopg.Error):
        if connection.in_transaction:
            connection.command("ROLLBACK")
