"""Who runs a job of a list on a server: known by a lock that its connection holds.

The server lets the lock go when the connection ends: at once where its program dies, within some
25 s where its machine is cut off. A server that begins anew has forgotten all locks, so a lock
that is free proves a death only when it has been free for a while: its holder takes it again
before that, or stops its jobs. On the machine of the holder nobody waits: its process is gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
import time
from collections.abc import Callable
from functools import cache
from typing import Final

import psutil
import psycopg

from queue_core.queue.store.clock import host_id
from queue_core.queue.store.database import Database, OwnershipLostError
from queue_core.queue.store.postgres.connecting import Driver, connect
from queue_core.server_address import ServerAddress
from queue_core.steady_thread import SteadyThread

_OWNER: Final = re.compile(r"(\d{1,10}):([0-9a-f]{32})", re.ASCII)
# How often a holder sees to its lock, and after how long without it the jobs are stopped.
_LOOK_S: Final = 2.0
LOST_AFTER_S: Final = 15.0
# How long `release` waits for a server that has taken a question and does not answer.
_LET_GO_S: Final = _LOOK_S + LOST_AFTER_S
# How long a lock must be free until its holder is taken for dead.
FREE_S: Final = 10.0
_HELD: Final = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid = CAST(? AS bigint) AND objid = CAST(? AS bigint) LIMIT 1"
)


@cache
def _machine() -> str:
    """Return what the token of an owner says of its machine; containers may share the first."""
    return hashlib.sha256(f"{host_id()}\0{platform.node()}".encode()).hexdigest()[:8]


def _key(token: str) -> int:
    return int.from_bytes(hashlib.sha256(token.encode()).digest()[:8], "big")


class ServerOwner:
    """The right to run jobs of a list, held by one consumer of this process.

    Args:
        address: The server.

    Attributes:
        text: What stands in a row: process number and a token that is never used twice.
        on_lost: Called, on a thread of this object, when the lock is gone for so long that
            others may call the jobs of this consumer dead; with None when it is held again.
    """

    def __init__(self, address: ServerAddress) -> None:
        self.token = secrets.token_hex(12) + _machine()
        self.text = f"{os.getpid()}:{self.token}"
        self.on_lost: Callable[[OwnershipLostError | None], None] = lambda _: None
        self._address = address
        self._driver: Driver | None = None
        self._held_s = 0.0
        self._is_told = False
        self._thread: SteadyThread | None = None

    def hold(self) -> None:
        """Take the lock, and see to it from now on.

        Raises:
            OwnershipLostError: The server does not answer.
        """
        if self._thread is not None:
            return
        self._look()
        if self._driver is None:
            raise OwnershipLostError("The server of the job list does not answer.")
        self._thread = SteadyThread("owner", self._round, at_end=self._close)
        self._thread.start()

    def release(self) -> None:
        """Let go: whatever still stands as run by this owner is not.

        Where its thread waits for a server without an end, that lets go when the wait is over.
        """
        if self._thread is not None:
            self._thread.stop()
            if not self._thread.join(_LET_GO_S):
                return
        self._close()

    def _round(self) -> None:
        assert self._thread is not None
        if not self._thread.pause(_LOOK_S):
            self._look()

    def _look(self) -> None:
        """Make sure of the lock; tell where it is lost for too long."""
        began_s = time.monotonic()
        try:
            self._take()
        except psycopg.Error:
            self._close()
        else:
            self._held_s = began_s
            if self._is_told:
                self._is_told = False
                self.on_lost(None)
        if not self._is_told and time.monotonic() - self._held_s > LOST_AFTER_S and self._held_s:
            self._is_told = True
            self.on_lost(
                OwnershipLostError(
                    f"The server of the job list ({self._address.name}) could not be reached for "
                    f"{LOST_AFTER_S:.0f} s, so this program does not count as alive any more.",
                    hint="Its jobs were stopped; retry them when the server answers.",
                )
            )

    def _take(self) -> None:
        if self._driver is None:
            driver = connect(self._address)
            try:
                key = _key(self.token)
                signed = key - (1 << 64) if key >> 63 else key
                driver.execute(f"SELECT pg_advisory_lock({signed})".encode())
            except BaseException:
                driver.close()
                raise
            self._driver = driver
        else:
            self._driver.execute(b"SELECT 1")

    def _close(self) -> None:
        if self._driver is not None:
            with contextlib.suppress(psycopg.Error):
                self._driver.close()
        self._driver = None


class Owners:
    """Tells living consumers from dead ones.

    Args:
        database: The list.
        address: Where it is.
    """

    def __init__(self, database: Database, address: ServerAddress) -> None:
        self._database = database
        self._address = address
        self._free_since_s: dict[str, float] = {}

    def new(self) -> ServerOwner:
        """Return one more owner of this process."""
        return ServerOwner(self._address)

    def is_alive(self, owner: object) -> bool:
        """Return whether the consumer that *owner* names still runs; anything odd names none."""
        found = _OWNER.fullmatch(owner) if isinstance(owner, str) else None
        if found is None:
            return False
        token = found[2]
        key = _key(token)
        if self._database.read_one(_HELD, (key >> 32, key & 0xFFFFFFFF)) is not None:
            self._free_since_s.pop(token, None)
            return True
        if token.endswith(_machine()) and not psutil.pid_exists(int(found[1])):
            return False
        now_s = time.monotonic()
        return now_s - self._free_since_s.setdefault(token, now_s) < FREE_S
