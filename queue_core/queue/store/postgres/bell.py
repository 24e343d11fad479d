"""The bell that the server rings when another program has committed something."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import time
from collections.abc import Callable
from typing import Final, Protocol

import psycopg

from queue_core.errors import JobQueueError
from queue_core.queue.store.bell import Bell, Ring
from queue_core.queue.store.postgres.connecting import Driver, connect
from queue_core.queue.store.postgres.errors import explain
from queue_core.server_address import ServerAddress

logger = logging.getLogger(__name__)

_LOOK_S: Final = 5.0
_LOST_LOOK_S: Final = 0.5


class Heard(Protocol):
    """The list whose changes are told.

    Attributes:
        name: How it is called in a sentence.
        sender: What this program calls itself where it tells of changes.
        on_problem: Told that the server does not answer, and None when it does.
    """

    name: str
    sender: str
    on_problem: Callable[[JobQueueError | None], None]

    @property
    def address(self) -> ServerAddress:
        """Where it is."""

    def count_news(self) -> None:
        """Note that another program has committed something, or may have."""


class ServerBell(Bell):
    """Listens on a connection of its own; where that is lost, it is opened again.

    What was told meanwhile is not told again by the server, so coming back counts as news.

    Args:
        database: Whose changes are told.
    """

    def __init__(self, database: Heard) -> None:
        self._database = database
        self._hears, self._rings = socket.socketpair()
        self._hears.setblocking(False)
        self._rings.setblocking(False)
        self._is_rung = False
        self._driver: Driver | None = None

    def ring(self) -> None:
        """Wake the one who waits."""
        if not self._is_rung:
            self._is_rung = True
            with contextlib.suppress(OSError):  # it is full, or closed
                self._rings.send(b"\0")

    def wait(self) -> Ring:
        """Wait for a ring of this program or of the server, or until it is time to look."""
        driver = self._listening()
        sources: list[socket.socket | int] = [self._hears]
        if driver is not None:
            sources.append(driver.fileno())
        ready, _, _ = select.select(sources, (), (), _LOST_LOOK_S if driver is None else _LOOK_S)
        is_told = driver is not None and self._has_news(driver, is_ready=driver.fileno() in ready)
        if self._hears in ready:
            self._is_rung = False  # before anybody looks, so that nothing is missed
            with contextlib.suppress(OSError):
                self._hears.recv(4096)
            return Ring.OWN
        return Ring.WRITTEN if is_told else Ring.NOTHING

    def _listening(self) -> Driver | None:
        """Return the connection that listens; None while the server does not answer."""
        if self._driver is not None:
            return self._driver
        try:
            driver = self._listen()
        except psycopg.Error as error:
            self._database.on_problem(explain(error, self._database.name, is_lost=True))
            return None
        self._driver = driver
        self._database.count_news()
        self._database.on_problem(None)
        self.ring()
        return driver

    def _listen(self) -> Driver:
        driver = connect(self._database.address)
        try:
            driver.execute(f"LISTEN {self._database.address.channel}".encode())
        except BaseException:
            driver.close()
            raise
        return driver

    def _has_news(self, driver: Driver, *, is_ready: bool) -> bool:
        """Take what the server has told; return whether another program was at work."""
        try:
            if not is_ready:  # nothing for a while: is it still there?
                driver.execute(b"SELECT 1")
            told = [note.payload for note in driver.notifies(timeout=0)]
        except psycopg.Error as error:
            logger.debug("the server does not tell of changes any more: %s", error)
            self._driver = None
            driver.close()
            time.sleep(_LOST_LOOK_S / 5)
            return False
        if all(sender == self._database.sender for sender in told):
            return False
        self._database.count_news()
        return True

    def close(self) -> None:
        """Close the connection and the sockets."""
        if self._driver is not None:
            with contextlib.suppress(psycopg.Error):
                self._driver.close()
        self._hears.close()
        self._rings.close()
