"""Threads that receive and send a child's messages: the portable twin of `PacketSocket`."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from queue_core.runner.messages import PACKET_LIMIT_BYTES, OutOfStepError
from queue_core.runner.protocol import GOODBYE

# So much is held that nobody has taken; then the child waits.
_HELD_BYTES = 1 << 20
_POLL_S = 0.2


class ClosableConnection(Protocol):
    """What is needed of a connection, whatever the system makes it of."""

    def send_bytes(self, packet: bytes, /) -> None:
        """Send a message; waits until the system has taken it."""

    def recv_bytes(self, most: int | None = None, /) -> bytes:
        """Wait for a message."""

    def close(self) -> None:
        """Close this end."""


class ThreadMessages:
    """What a child says, and what it is told.

    Args:
        news: Notified when something has come; guards all that is held.
        connection: Our end; closed when the other one is gone.
        has_ended: Whether the child runs no more.
    """

    def __init__(
        self, news: threading.Condition, connection: ClosableConnection,
        has_ended: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._news = news
        self._connection = connection
        self._has_ended = has_ended
        self._sending = threading.Lock()
        self._arrived: deque[bytes] = deque()
        self._taken: deque[bytes] = deque()
        self._held_bytes = 0
        self._is_ignored = False
        self._problem = ""
        self.is_connected = True

    @property
    def has_news(self) -> bool:
        """Whether anything has come that somebody listens to, or the end; under the condition."""
        return not self._is_ignored and bool(self._arrived or not self.is_connected)

    def receive(self) -> bool:
        """Take what has arrived; see `Link`."""
        with self._news:
            if self._arrived:
                self._taken.extend(self._arrived)
                self._arrived.clear()
                self._held_bytes = 0
                self._news.notify_all()
                return True
            if not self.is_connected and not self._problem:
                raise EOFError
            return bool(self._problem)

    def packets(self) -> Iterator[bytes]:
        """Yield and forget what was taken; see `Link`."""
        while self._taken:
            yield self._taken.popleft()
        if self._problem:
            raise OutOfStepError(self._problem)

    @property
    def has_more(self) -> bool:
        """Whether anything was taken and not asked for."""
        return bool(self._taken)

    def ignore(self) -> None:
        """Hold nothing any more of what comes."""
        with self._news:
            self._is_ignored = True
            self._news.notify_all()

    def send(self, packet: bytes, deadline_s: float | None) -> None:
        """Send a packet; see `Link`."""
        outcome: list[Exception | None] = []
        is_done = threading.Event()

        def work() -> None:
            outcome.append(self._send(packet))
            is_done.set()

        threading.Thread(target=work, name="link-sender", daemon=True).start()
        while not is_done.wait(_POLL_S):
            if self._has_ended() or (deadline_s is not None and time.monotonic() > deadline_s):
                raise EOFError
        if outcome[0] is not None:
            raise EOFError from outcome[0]

    def say_goodbye(self) -> None:
        """Let the child end; returns at once, for one that does not read is ended soon."""
        work = threading.Thread(
            target=self._send, args=(GOODBYE,), name="link-goodbye", daemon=True
        )
        with contextlib.suppress(RuntimeError):
            work.start()

    # On the threads ----------------------------------------------------------------------------

    def read(self) -> None:
        """Receive until the other end is gone."""
        try:
            while True:
                self._add(self._connection.recv_bytes(PACKET_LIMIT_BYTES))
        except (EOFError, OSError) as error:
            # A length that is none has no number, unlike what the system says.
            if isinstance(error, OSError) and error.errno is None:
                self._problem = f"A message of more than {PACKET_LIMIT_BYTES:,} bytes is announced."
        finally:
            with self._sending, contextlib.suppress(OSError):
                self._connection.close()
            with self._news:
                self.is_connected = False
                self._news.notify_all()

    def _add(self, packet: bytes) -> None:
        with self._news:
            self._news.wait_for(lambda: self._is_ignored or self._held_bytes < _HELD_BYTES)
            if not self._is_ignored:
                self._arrived.append(packet)
                self._held_bytes += len(packet)
            self._news.notify_all()

    def _send(self, packet: bytes) -> Exception | None:
        with self._sending:
            try:
                self._connection.send_bytes(packet)
            except (OSError, ValueError) as error:
                return error
        return None
