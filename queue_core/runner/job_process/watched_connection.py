"""The connection of a child that was started as a program of its own: its end ends the child.

A thread listens, so that the end is noticed while the job runs; orders wait until they are asked
for. Forked children need none: their template ends them.
"""

from __future__ import annotations

import os
import queue
import threading
from typing import Protocol

from queue_core.runner import process_tree
from queue_core.runner.protocol import GOODBYE

_LOOK_S = 1.0


class MessageConnection(Protocol):
    """What is needed of a connection, whatever the system makes it of."""

    def send_bytes(self, packet: bytes, /) -> None:
        """Send a message."""

    def recv_bytes(self) -> bytes:
        """Wait for a message."""

    def fileno(self) -> int:
        """Return its number."""


class ListeningConnection(MessageConnection, Protocol):
    """One that can be asked whether anything has come."""

    def poll(self, timeout: float, /) -> bool:
        """Wait for a message or the end, so long at most."""


class WatchedConnection:
    """Has of a connection what `Channel` needs.

    Args:
        connection: The connection; nobody else may receive from it.
    """

    def __init__(self, connection: ListeningConnection) -> None:
        self._connection = connection
        self._identity = _identity(connection.fileno())
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="order-listener", daemon=True).start()

    def send_bytes(self, packet: bytes) -> None:
        """Send a message."""
        self._connection.send_bytes(packet)

    def recv_bytes(self) -> bytes:
        """Wait for the next order.

        Raises:
            EOFError: None will come any more.
        """
        order = self._orders.get()
        if order is None:
            raise EOFError
        return order

    def fileno(self) -> int:
        """Return the number of the connection."""
        return self._connection.fileno()

    @property
    def has_order(self) -> bool:
        """Whether one waits."""
        return not self._orders.empty()

    def _listen(self) -> None:
        try:
            while self._is_ours():
                # Again and again: what the job closes stays open for whoever waits for it.
                if self._connection.poll(_LOOK_S) and self._is_ours():
                    order = self._connection.recv_bytes()
                    self._orders.put(None if order == GOODBYE else order)
        except (EOFError, OSError):
            if self._is_ours():
                # Descendants first: those in groups of their own are found through us only.
                process_tree.end_descendants(os.getpid(), patience_s=1.0)
                os._exit(1)
        # The job has closed it: the program sees that and ends us.
        self._orders.put(None)

    def _is_ours(self) -> bool:
        return _identity(self._connection.fileno()) == self._identity


def _identity(number: int) -> tuple[int, int] | None:
    """Return what is open by a number; None where that is no descriptor."""
    try:
        found = os.fstat(number)
    except OSError:
        return None
    return found.st_dev, found.st_ino
