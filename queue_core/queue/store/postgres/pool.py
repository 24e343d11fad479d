"""Connections that are not in use: a program needs as many as it has threads at work, not more."""

from __future__ import annotations

import contextlib
import threading
from typing import Final

import psycopg

from queue_core.errors import JobQueueError
from queue_core.queue.store.postgres.connecting import ServerConnection, connect
from queue_core.server_address import ServerAddress

# Servers count connections; one that was closed is opened again within a few milliseconds.
_KEPT: Final = 4


class Pool:
    """Lends connections.

    Args:
        address: The server.
    """

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._idle: list[ServerConnection] = []
        self._lent: set[ServerConnection] = set()
        self._is_closed = False
        self._all_back = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether nothing is lent any more."""
        return self._is_closed

    def take(self) -> ServerConnection:
        """Return a connection for the caller alone; the one that was used last.

        Raises:
            psycopg.Error: The server does not answer.
            JobQueueError: The queue is closed.
        """
        with self._lock:
            if self._is_closed:
                raise JobQueueError("The queue is closed.")
            found = self._idle.pop() if self._idle else None
            if found is not None:
                self._lent.add(found)
                return found
        found = ServerConnection(connect(self._address))
        with self._lock:
            self._lent.add(found)
        return found

    def give_back(self, connection: ServerConnection) -> None:
        """Take a connection back; one that is broken takes those with it that wait here.

        One that something has torn out of the middle of a statement is of no use any more.
        """
        broken = connection.driver.closed
        with self._lock:
            self._lent.discard(connection)
            is_kept = connection.is_idle and not self._is_closed and len(self._idle) < _KEPT
            dropped = self._idle if broken else []
            if broken:
                self._idle = []
            if is_kept:
                self._idle.append(connection)
            if self._is_closed and not self._lent:
                self._all_back.set()
        for other in (*dropped, *(() if is_kept else (connection,))):
            _close(other)

    def close(self, patience_s: float) -> None:
        """Close all connections, once what is done with them is done; else break it off."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            if not self._lent:
                self._all_back.set()
        for connection in idle:
            _close(connection)
        if self._all_back.wait(patience_s):
            return
        with self._lock:
            lent = list(self._lent)
        for connection in lent:
            with contextlib.suppress(psycopg.Error):
                connection.driver.cancel_safe(timeout=patience_s)
        self._all_back.wait(patience_s)


def _close(connection: ServerConnection) -> None:
    with contextlib.suppress(psycopg.Error):
        connection.driver.close()
