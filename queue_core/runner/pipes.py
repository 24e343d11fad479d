"""Everything that connects the supervisor with one child: its connection and its output."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
from collections.abc import Mapping
from dataclasses import dataclass

from queue_core.runner.logs import STDERR, STDOUT, LogWriter
from queue_core.runner.packets import PacketSocket, close_all, connection_pair
from queue_core.runner.process_source import ProcessHandle, ProcessSource, start_error

logger = logging.getLogger(__name__)

MESSAGES, END = "messages", "end"
_CHUNK_BYTES = 1 << 16
_CHUNKS = 1_024


@dataclass
class Pipes:
    """The supervisor's ends; made by `open_child`.

    Attributes:
        process: The process at the other end.
        socket: The connection to it.
    """

    process: ProcessHandle
    socket: PacketSocket
    _outputs: dict[str, int]
    _selector: selectors.BaseSelector

    def wait(self, timeout_s: float) -> set[str]:
        """Return which of `STDOUT`, `STDERR`, `MESSAGES` and `END` have something to say."""
        return {key.data for key, _ in self._selector.select(timeout_s)}

    def descriptors(self) -> list[int]:
        """Return what is listened to."""
        return [key.fd for key in self._selector.get_map().values()]

    def read_output(self, source: str, log: LogWriter | None) -> bool:
        """Move a piece of the output to the log; return whether there was any."""
        descriptor = self._outputs.get(source)
        if descriptor is None:
            return False
        try:
            data = os.read(descriptor, _CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        if data:
            if log is not None:
                feed(log, source, data)
        else:
            self._forget(descriptor)
            os.close(self._outputs.pop(source))
        return bool(data)

    def drain(self, log: LogWriter | None, chunks: int = _CHUNKS) -> None:
        """Take what the output pipes hold; all that the job wrote is in them by now."""
        for source in (STDOUT, STDERR):
            for _ in range(chunks):
                if not self.read_output(source, log):
                    break

    def said(self) -> str:
        """Return what the process has written to its standard error, for one that did not start."""
        descriptor = self._outputs.get(STDERR)
        if descriptor is None:
            return ""
        with contextlib.suppress(OSError):
            return os.read(descriptor, _CHUNK_BYTES).decode("utf-8", "replace").strip()
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
        close_all(list(self._outputs.values()))
        self._outputs.clear()
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
            outputs: dict[str, int] = {}
            for name in (STDOUT, STDERR):
                outputs[name], write_end = os.pipe()
                theirs.append(write_end)
                on_failure.callback(os.close, outputs[name])
                os.set_blocking(outputs[name], False)
            # One that takes no descriptor of its own, where there is such.
            selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)()
            on_failure.callback(selector.close)
            process = source.start(
                connection=connection, output=theirs[1], errors=theirs[2], environment=environment
            )
        except OSError as error:
            raise start_error(error) from error
        finally:
            close_all(theirs)
        on_failure.pop_all()
    for name, descriptor in outputs.items():
        selector.register(descriptor, selectors.EVENT_READ, name)
    selector.register(socket.fileno(), selectors.EVENT_READ, MESSAGES)
    if process.end_descriptor is not None:
        # A grandchild may hold the pipes open after the child is gone: watch the process itself.
        selector.register(process.end_descriptor, selectors.EVENT_READ, END)
    return Pipes(process, socket, outputs, selector)


def feed(log: LogWriter, source: str, data: bytes) -> None:
    """Append output to a log; no log is worth a job."""
    try:
        log.feed(source, data)
    except Exception:
        logger.exception("the log %s takes no output", log.path.name)
