"""Everything that connects the supervisor with one child: its connection and its output."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
from collections.abc import Mapping
from dataclasses import dataclass

from queue_core.runner.log.log_pipes import LogPipes
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.supervision.packets import PacketSocket, close_all, connection_pair
from queue_core.runner.supervision.process_source import (
    ChildEnds,
    ProcessHandle,
    ProcessSource,
    start_error,
)

logger = logging.getLogger(__name__)

MESSAGES, END, OUTPUT = "messages", "end", "output"
_SAID_BYTES = 1 << 16
_ROUNDS = 1_024


@dataclass
class Pipes:
    """The supervisor's ends; made by `open_child`.

    Attributes:
        process: The process at the other end.
        socket: The connection to it.
    """

    process: ProcessHandle
    socket: PacketSocket
    _outputs: tuple[int, int, int]
    _log_pipes: LogPipes
    _selector: selectors.BaseSelector

    def wait(self, timeout_s: float) -> set[str]:
        """Return which of `OUTPUT`, `MESSAGES` and `END` have something to say."""
        return {key.data for key, _ in self._selector.select(timeout_s)}

    def descriptors(self) -> list[int]:
        """Return what is listened to."""
        return [key.fd for key in self._selector.get_map().values()]

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

    def drain(self, log: LogWriter | None, rounds: int = _ROUNDS) -> None:
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
        self._forget(self.socket.fileno())

    def close_connection(self) -> None:
        """Let the child know that nobody has an order for it any more."""
        if self.socket.fileno() >= 0:
            self._forget(self.socket.fileno())
            self.socket.close()

    def close(self) -> None:
        """Close all of it."""
        self._selector.close()
        self.socket.close()
        close_all(list(self._outputs))
        self._outputs = (-1, -1, -1)
        self.process.close()

    def _forget(self, descriptor: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(descriptor)


def open_child(source: ProcessSource, environment: Mapping[str, str]) -> Pipes:
    """Return a new process of *source*, connected.

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
            # One that takes no descriptor of its own, where there is such.
            selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)()
            on_failure.callback(selector.close)
            process = source.start(ChildEnds(*theirs), environment=environment)
        except OSError as error:
            raise start_error(error) from error
        finally:
            close_all(theirs)
        on_failure.pop_all()
    stdout, stderr, records = outputs
    log_pipes = LogPipes(stdout, stderr, records)
    for descriptor in outputs:
        selector.register(descriptor, selectors.EVENT_READ, OUTPUT)
    selector.register(socket.fileno(), selectors.EVENT_READ, MESSAGES)
    if process.end_descriptor is not None:
        # A grandchild may hold the pipes open after the child is gone: watch the process itself.
        selector.register(process.end_descriptor, selectors.EVENT_READ, END)
    return Pipes(process, socket, (stdout, stderr, records), log_pipes, selector)
