"""The database of a queue as everybody else sees it: who keeps it is one of two.

`sqlite_database` keeps it in a file of the local folder, `postgres.database` on a server.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from queue_core.errors import JobQueueError
from queue_core.queue.store.bell import Bell
from queue_core.queue.store.connection import Connection, Parameters, Row

Answer = TypeVar("Answer")

# How long a write that the user waits for is tried while something keeps it.
PATIENCE_S = 60.0


class OwnershipLostError(JobQueueError):
    """Others may take this consumer for dead: it must not go on with what it runs."""


class Ownership(Protocol):
    """The right to run jobs, held by one consumer of this process.

    Attributes:
        text: What stands in a row: process number and a token that is never used twice.
        on_lost: Called where the lock is gone for so long that others may take this consumer for
            dead: it must not go on with what it runs. With None when it is held again.
    """

    text: str
    on_lost: Callable[[OwnershipLostError | None], None]

    def hold(self) -> None:
        """Take the lock; again where it was taken away.

        Raises:
            OSError: Its file cannot be made.
            OwnershipLostError: The server that keeps it does not answer.
        """

    def release(self) -> None:
        """Let go: whatever still stands as run by this owner is not."""


class ServerLostError(JobQueueError):
    """The server does not answer; nothing of what was asked for has been done."""


class CommitUnknownError(JobQueueError):
    """The server was lost in the moment of the commit: the change may be there or not."""


class Database(ABC):
    """Reads, and writes with one writer at a time.

    Attributes:
        name: How it is called in a sentence.
        root: The local folder.
        path: Its file; None where a server keeps it.
        is_apart: Whether it can go down while this program goes on: what a job's start or end
            must not be taken back by waits for its disk then.
        on_problem: Told what keeps a write waiting, and None when it went on.
        repair: Makes missing tables again; called without a transaction.
        look_over: Makes again what another program has taken away or changed of the tables.
    """

    name: str
    root: Path
    path: Path | None
    is_apart = False

    def __init__(self) -> None:
        self._after_commit: list[Callable[[], None]] = []
        self.on_problem: Callable[[JobQueueError | None], None] = lambda _: None
        self.repair: Callable[[], None] = lambda: None
        self.look_over: Callable[[], None] = lambda: None

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call *callback* after each commit of this object, on the committing thread."""
        self._after_commit.append(callback)

    @property
    @abstractmethod
    def index_folder(self) -> Path:
        """Where the index of the jobs lies; on a disk of this machine's own for a server."""

    @abstractmethod
    def read(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Run a query and return all rows.

        Raises:
            JobQueueError: It cannot be read, or the queue is closed.
        """

    @abstractmethod
    def read_one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Run a query and return the first row.

        Raises:
            JobQueueError: It cannot be read, or the queue is closed.
        """

    @property
    @abstractmethod
    def is_in_transaction(self) -> bool:
        """Whether the calling thread is within a transaction."""

    @abstractmethod
    def write(
        self, change: Callable[[Connection], Answer], *, durable: bool = True,
        patience_s: float | None = None, is_done: Callable[[Connection], bool] | None = None,
    ) -> Answer:  # fmt: skip
        """Carry out *change* in one transaction and return its answer; see `transaction`.

        It may be called more than once, where the transaction before came to nothing.

        Args:
            change: Changes rows.
            durable: As for `transaction`.
            patience_s: As for `transaction`.
            is_done: Whether the change is there already; asked where a server was lost in the
                moment of the commit. None: whoever asked for it is told that it is not known.
        """

    @abstractmethod
    def transaction(
        self, *, durable: bool = True, patience_s: float | None = None
    ) -> AbstractContextManager[Connection]:
        """Write atomically; nested calls on a thread join the outer transaction.

        Args:
            durable: Return when the disk has it, so that a power cut cannot take it back. What
                need not survive one (progress, samples) saves the wait.
            patience_s: How long to wait for what keeps it; None means long for what is durable,
                and short for what is not.

        Raises:
            JobQueueError: The database stayed locked, the disk is full or does not answer, a value
                cannot be stored, or the queue is closed.
            RuntimeError: It is to be durable within one that is not: nobody would wait for it.
        """

    @abstractmethod
    def sync(self) -> None:
        """Return when the disk has all that this process has committed so far.

        Within a transaction it does nothing: the transaction decides.

        Raises:
            JobQueueError: The disk is full or does not answer.
        """

    @abstractmethod
    def sync_soon(self) -> None:
        """Bring what was written without waiting to the disk in a moment."""

    @abstractmethod
    def version(self) -> int:
        """Return a number that is another one after each commit of another program."""

    @abstractmethod
    def make_bell(self) -> Bell:
        """Return what wakes the change feed."""

    @abstractmethod
    def make_owner(self) -> Ownership:
        """Return the right to run jobs for one more consumer, which does not hold it yet."""

    @abstractmethod
    def owner_is_alive(self, owner: object) -> bool:
        """Return whether the consumer that *owner* names still runs; anything odd names none."""

    @abstractmethod
    def forget_dead_owners(self) -> None:
        """Clear away what consumers left that ended without a word."""

    @abstractmethod
    def release(self) -> None:
        """Give back what the calling thread holds; a thread that ends calls it."""

    @abstractmethod
    def close(self) -> None:
        """Close all connections, once what other threads do with them is done."""
