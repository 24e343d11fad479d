"""The portable twin of `PollLink`: threads wait for a child's messages and output.

A thread that waits in a read cannot be called off on every system, so each ends by the end of what
it reads, which comes with the child's. What somebody else holds open meanwhile costs a thread that
sleeps, until that one ends too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.supervision.link import END, MESSAGES, OUTPUT, ROUNDS, ProcessHandle
from queue_core.runner.supervision.thread_messages import ClosableConnection, ThreadMessages
from queue_core.runner.supervision.thread_output import ThreadOutput

logger = logging.getLogger(__name__)

# Between the end of its connection and that of the process.
_END_LOOK_S = 0.01
# How long what was written may take to come, where no end is to be seen.
_SETTLE_S = 0.5


class ThreadLink:
    """The supervisor's end of a child's connection and output; see `Link`.

    Args:
        process: The child.
        connection: Our end of the connection; this link closes it.
        pipes: The reading end of each pipe, by what comes from it; this link closes them.
        mark: What the child writes to each pipe before it answers.
    """

    def __init__(
        self, process: ProcessHandle, connection: ClosableConnection, pipes: Mapping[str, int],
        mark: bytes,
    ) -> None:  # fmt: skip
        self.process = process
        self._news = threading.Condition()
        self._messages = ThreadMessages(self._news, connection, process.has_ended)
        self._output = ThreadOutput(self._news, pipes, mark)
        self.packets: Callable[[], Iterator[bytes]] = self._messages.packets
        self.receive: Callable[[], bool] = self._messages.receive
        self.stop_listening: Callable[[], None] = self._messages.ignore
        self.said: Callable[[], str] = self._output.said

    def start(self) -> None:
        """Start to listen.

        Raises:
            RuntimeError: The system gives no more threads; what has one ends with the process.
        """
        for what, work in {"messages": self._messages.read, **self._output.readers()}.items():
            name = f"link-{self.process.pid}-{what}"
            threading.Thread(target=work, name=name, daemon=True).start()

    def wait(self, timeout_s: float) -> set[str]:
        """Return what has something to say; see `Link`."""
        until_s = time.monotonic() + timeout_s
        with self._news:
            while not (found := self._found()) and (left := until_s - time.monotonic()) > 0:
                # The end of its connection announces that of the process, which tells nobody.
                self._news.wait(left if self._messages.is_connected else min(left, _END_LOOK_S))
                if not self._messages.is_connected and self.process.has_ended():
                    break
        if not found and self.process.has_ended():
            with self._news:
                self._news.wait_for(lambda: not self._messages.is_connected, _SETTLE_S)
                found = self._found() | {END}
        return found

    def _found(self) -> set[str]:
        news = {MESSAGES: self._messages.has_news, OUTPUT: self._output.has_news}
        return {what for what, is_there in news.items() if is_there}

    def descriptors(self) -> list[int]:
        """Return nothing: it is to be looked at."""
        return []

    def send(self, packet: bytes, *, deadline_s: float | None) -> None:
        """Send a packet; see `Link`."""
        self._output.begin_order()
        self._messages.send(packet, deadline_s)

    @property
    def has_more(self) -> bool:
        """Whether anything has arrived that was not taken."""
        return self._messages.has_more

    def close_connection(self) -> None:
        """Say so: a connection that a thread listens to cannot be closed."""
        self._messages.ignore()
        self._messages.say_goodbye()

    def read_output(self, log: LogWriter | None) -> bool:
        """Move what has come to the log; return whether there was any."""
        try:
            return self._output.take(log)
        except Exception:  # no log is worth a job
            logger.exception("a log takes no output")
            return True

    def drain(self, log: LogWriter | None, rounds: int = ROUNDS) -> None:
        """Move all that was written until the answer, or the end, to the log."""
        until_s = time.monotonic() + _SETTLE_S
        for _ in range(rounds):
            has_any = self.read_output(log)
            if not has_any and (log is None or not self._output.wait_for_more(until_s)):
                break

    def close(self) -> None:
        """Take nothing any more; the threads end with what they read."""
        self._messages.ignore()
        self._output.close()
        self.process.close()
