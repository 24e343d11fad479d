"""What connects the supervisor with a child on Linux: descriptors that one call waits for."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from queue_core.runner.log import log_pipes as pipes
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.supervision.link import END, MESSAGES, OUTPUT, ROUNDS, ProcessHandle
from queue_core.runner.supervision.packets import PacketSocket, close_all, connection_pair
from queue_core.runner.supervision.starting import start_error

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

logger = logging.getLogger(__name__)

_SAID_BYTES = 1 << 16


@dataclass(frozen=True)
class ChildEnds:
    """The descriptors that a child is given.

    Attributes:
        connection: To its supervisor.
        output: Its standard output.
        errors: Its standard error.
        records: For what it logs; see `child_logging`.
    """

    connection: int
    output: int
    errors: int
    records: int


class WatchedProcess(ProcessHandle, Protocol):
    """A process whose end is told.

    Attributes:
        end_descriptor: Becomes readable when it has ended.
    """

    end_descriptor: int


@dataclass
class PollLink:
    """The supervisor's end of a child's connection and output; see `Link`. Made by `open_link`."""

    process: WatchedProcess
    _socket: PacketSocket
    _outputs: tuple[int, int, int]
    _log_pipes: pipes.LogPipes
    _selector: selectors.BaseSelector

    def wait(self, timeout_s: float) -> set[str]:
        """Return which of `OUTPUT`, `MESSAGES` and `END` have something to say."""
        return {key.data for key, _ in self._selector.select(timeout_s)}

    def descriptors(self) -> list[int]:
        """Return what is listened to."""
        return [key.fd for key in self._selector.get_map().values()]

    def send(self, packet: bytes, *, deadline_s: float | None) -> None:
        """Send a packet, however long the other end takes to read it; see `Link`."""
        self._socket.send(packet, end_of_process=self.process.end_descriptor, deadline_s=deadline_s)

    def receive(self) -> bool:
        """Take what has arrived, or a piece of it; see `Link`."""
        return self._socket.receive()

    def packets(self) -> Iterator[bytes]:
        """Yield and forget the packets that have arrived whole; see `Link`."""
        return self._socket.packets()

    @property
    def has_more(self) -> bool:
        """Whether anything has arrived that was not taken."""
        return self._socket.has_more

    def read_output(self, log: LogWriter | None) -> bool:
        """Move what the output pipes hold now to the log; return whether there was any."""
        before = set(self._log_pipes.open)
        try:
            has_any = self._log_pipes.read_round(log)
        except Exception:  # no log is worth a job
            logger.exception("a log takes no output")
            has_any = True
        for descriptor in before - self._log_pipes.open:
            self._forget(descriptor)
        return has_any

    def drain(self, log: LogWriter | None, rounds: int = ROUNDS) -> None:
        """Take what the output pipes hold; all that the job wrote is in them by now."""
        for _ in range(rounds):
            if not self.read_output(log):
                break

    def said(self) -> str:
        """Return what the process has written to its standard error, for one that did not start."""
        with contextlib.suppress(OSError):
            return os.read(self._outputs[1], _SAID_BYTES).decode("utf-8", "replace").strip()
        return ""

    def stop_listening(self) -> None:
        """Listen to no messages any more; the output goes on."""
        self._forget(self._socket.fileno())

    def close_connection(self) -> None:
        """Let the child know that nobody has an order for it any more."""
        if self._socket.fileno() >= 0:
            self._forget(self._socket.fileno())
            self._socket.close()

    def close(self) -> None:
        """Close all of it."""
        self._selector.close()
        self._socket.close()
        close_all(list(self._outputs))
        self._outputs = (-1, -1, -1)
        self.process.close()

    def _forget(self, descriptor: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(descriptor)


def open_link(make: Callable[[ChildEnds], WatchedProcess]) -> PollLink:
    """Return the link to a new process.

    Args:
        make: Makes the process, which is given the other ends.

    Raises:
        ChildStartError: There is none.
    """
    theirs: list[int] = []
    with contextlib.ExitStack() as on_failure:
        try:
            socket, connection = connection_pair()
            theirs.append(connection)
            on_failure.callback(socket.close)
            outputs: list[int] = []
            for _ in range(3):  # standard output, standard error, records
                read_end, write_end = os.pipe()
                theirs.append(write_end)
                outputs.append(read_end)
                on_failure.callback(os.close, read_end)
            selector = selectors.PollSelector()  # it takes no descriptor of its own
            on_failure.callback(selector.close)
            process = make(ChildEnds(*theirs))
        except OSError as error:
            raise start_error(error) from error
        finally:
            close_all(theirs)
        on_failure.pop_all()
    stdout, stderr, records = outputs
    log_pipes = pipes.LogPipes(stdout, stderr, records)
    for descriptor in outputs:
        selector.register(descriptor, selectors.EVENT_READ, OUTPUT)
    selector.register(socket.fileno(), selectors.EVENT_READ, MESSAGES)
    # A grandchild may hold the pipes open after the child is gone: watch the process itself.
    selector.register(process.end_descriptor, selectors.EVENT_READ, END)
    return PollLink(process, socket, (stdout, stderr, records), log_pipes, selector)
