"""Sends one order to a child and serves its pipes until the answer; checks each message."""

from __future__ import annotations

import logging
import threading
import time
from typing import Protocol

from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.messages import Envelope, OutOfStepError, decode
from queue_core.runner.protocol import Answer, Ended, Entity, Failed, Finished, Progress, Warned
from queue_core.runner.supervision.link import END, MESSAGES, OUTPUT, Link

logger = logging.getLogger(__name__)

_POLL_S = 0.2
# Between the end of its connection and the end of a process that ends.
_CLOSED_PATIENCE_S = 1.0


class JobListener(Protocol):
    """Who is told what a running job reports; called on the thread that waits for the job."""

    def progress(self, fraction: float | None, message: str) -> None:
        """The job is this far, 0 to 1."""

    def warning(self, text: str) -> None:
        """The job did something that the user should know."""

    def entity(self, kind: str, entity_id: int) -> None:
        """The job makes this entity."""


class Deaf:
    """Listens to a clean-up, which has nothing to report."""

    def progress(self, fraction: float | None, message: str) -> None:
        """Ignore it."""

    def warning(self, text: str) -> None:
        """Ignore it."""

    def entity(self, kind: str, entity_id: int) -> None:
        """Ignore it."""


class Exchange:
    """One order and what comes back.

    Args:
        link: The child.
        order_id: What each of its messages must carry.
        listener: Who is told.
        log: Where its output goes.

    Attributes:
        answer: How the order ended, once the child has said so.
        last_word: What the child said as it left, if it has come already.
    """

    def __init__(self, link: Link, order_id: str, listener: JobListener, log: LogWriter) -> None:
        self._link = link
        self._order_id = order_id
        self._listener = listener
        self._log = log
        self._closed_at: float | None = None
        self.answer: Answer | None = None
        self.last_word: Ended | None = None

    def hold(
        self, packet: bytes, *, is_given_up: threading.Event, deadline_s: float | None = None
    ) -> Answer | None:
        """Send the order and wait for its answer; None where the process ended without one.

        Args:
            packet: The order.
            is_given_up: Set when waiting has no sense any more.
            deadline_s: When to give up, by the monotonic clock.

        Raises:
            OutOfStepError: The child sent what this order does not allow.
        """
        try:
            self._link.send(packet, deadline_s=deadline_s)
            while self.answer is None:
                if deadline_s is not None and time.monotonic() > deadline_s:
                    return None
                if is_given_up.is_set():
                    self._serve_once()  # what it has still said
                    break
                if not self._serve_once():
                    break
        except EOFError:
            return self.answer
        finally:
            self._link.drain(self._log)
        return self.answer

    def _serve_once(self) -> bool:
        """Serve what has something to say; return False when the process has ended."""
        sources = self._link.wait(_POLL_S)
        if OUTPUT in sources:
            self._link.read_output(self._log)
        if MESSAGES in sources:
            self._take_messages()
        elif END in sources:
            # Once more: it may have come just before the end, and since we looked.
            while self._take_messages():
                pass
            return False
        if self._closed_at is not None and time.monotonic() - self._closed_at > _CLOSED_PATIENCE_S:
            raise OutOfStepError("It has closed its connection to this program.")
        return True

    def _take_messages(self) -> bool:
        """Take what has come; return whether there was anything."""
        try:
            has_more = self._link.receive()
        except EOFError:
            has_more = False
            self._closed_at = self._closed_at or time.monotonic()
            self._link.stop_listening()
        for packet in self._link.packets():
            self._take(decode(packet))
        return has_more

    def _take(self, envelope: Envelope) -> None:
        """Take one message of this order and this process."""
        if envelope.pid != self._link.process.pid:
            raise OutOfStepError(f"A message came from process {envelope.pid}, a copy of it.")
        if envelope.order_id != self._order_id:
            raise OutOfStepError("A message belongs to another order.")
        message = envelope.message
        if isinstance(message, Ended) and self.answer is not None and self.last_word is None:
            self.last_word = message
        elif self.answer is not None:
            raise OutOfStepError("A message came after the answer.")
        elif isinstance(message, Finished | Failed):
            self.answer = message
        elif isinstance(message, Progress | Warned | Entity):
            self._tell(message)
        else:
            raise OutOfStepError(f"A message {type(message).__name__} is not expected now.")

    def _tell(self, message: Progress | Warned | Entity) -> None:
        """Tell the listener; whatever that does, the job goes on."""
        try:
            match message:
                case Progress(fraction=fraction, message=text):
                    self._listener.progress(fraction, text)
                case Warned(text=text):
                    self._listener.warning(text)
                case Entity(kind=kind, entity_id=entity_id):
                    self._listener.entity(kind, entity_id)
        except Exception:
            logger.exception("what a job reports could not be taken")
