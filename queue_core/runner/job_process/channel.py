"""The child's end of the connection, and what a running job reports through it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from queue_core.plain import as_fraction, plain_text
from queue_core.runner.job_process.child_logging import write_output
from queue_core.runner.job_process.watched_connection import MessageConnection
from queue_core.runner.messages import Envelope, decode_order, encode
from queue_core.runner.protocol import Answer, Ended, Entity, Message, Progress, Ready, Warned

_PROGRESS_INTERVAL_S = 0.05
_WARNING_LIMIT = 10_000
_MESSAGE_LIMIT = 2_000
_KIND_LIMIT = 100
_ID_LIMIT = 1 << 62


class Channel:
    """The child's end of the connection; several threads may send.

    It belongs to one process: in a forked copy of that process it sends nothing.

    Args:
        connection: What it sends through.
        before_answer: Called before each answer.
    """

    def __init__(
        self, connection: MessageConnection, *, before_answer: Callable[[], object] = lambda: None
    ) -> None:
        self._connection = connection
        self._before_answer = before_answer
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._order_id = ""
        self._takes_reports = False

    def begin(self, order_id: str) -> None:
        """Let what is sent from now on belong to this order."""
        with self._lock:
            self._order_id, self._takes_reports = order_id, True

    def report(self, message: Progress | Warned | Entity) -> None:
        """Send what a job reports; nothing where no job runs any more."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            if self._takes_reports:
                self._send(message)

    def answer(self, message: Answer) -> bool:
        """Send how the order ended; nothing can be reported after it. Return whether it went."""
        with self._lock:
            self._takes_reports = False
            self._before_answer()
            return self._send(message)

    def say(self, message: Ready | Ended) -> None:
        """Send what belongs to the process, not to its job."""
        with self._lock:
            self._send(message)

    def _send(self, message: Message) -> bool:
        try:
            packet = encode(message, order_id=self._order_id, pid=self._pid)
            self._connection.send_bytes(packet)
        except OSError:
            return False  # a supervisor that is gone, or a connection that the job has closed
        return True

    def receive(self) -> tuple[Envelope, bytes]:
        """Wait for an order and its job.

        Raises:
            EOFError: The supervisor is gone.
            OSError: The connection does not work any more.
            OutOfStepError: What came is no order.
        """
        return decode_order(self._connection.recv_bytes())

    @property
    def descriptor(self) -> int:
        """The number of the connection."""
        return self._connection.fileno()


class Reporter:
    """What a running job reports goes through here; see `context.JobReporter`.

    Whatever it is given, it makes plain; it never raises.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._last_sent = 0.0
        self._last_message: str | None = None

    def progress(self, fraction: float | None, message: str) -> None:
        """Send progress, at most 20 times a second within a phase."""
        number, text = as_fraction(fraction), plain_text(message, _MESSAGE_LIMIT)
        now = time.monotonic()
        if (
            now - self._last_sent < _PROGRESS_INTERVAL_S
            and number != 1.0
            and text == self._last_message
        ):
            return
        self._last_sent, self._last_message = now, text
        self._channel.report(Progress(number, text))

    def warning(self, text: str) -> None:
        """Send a sentence to keep with the job."""
        self._channel.report(Warned(plain_text(text, _WARNING_LIMIT)))

    def output(self, text: str) -> None:
        """Write a piece of the job's output."""
        write_output(text)

    def entity(self, kind: str, entity_id: int) -> None:
        """Send which entity the job makes."""
        number = int(entity_id)
        if 0 <= number < _ID_LIMIT:
            self._channel.report(Entity(plain_text(kind, _KIND_LIMIT), number))
