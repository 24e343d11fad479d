"""The three pipes by which a child writes to its job's log."""

from __future__ import annotations

import os
import select
import sys
import time

from queue_core.runner.log.log_lines import STDERR, STDOUT
from queue_core.runner.log.log_order import Piece, missing_before_last
from queue_core.runner.log.log_writer import LogWriter
from queue_core.system.choice import system

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

_CHUNK_BYTES = 1 << 16
_LOOKS_IN_A_ROUND = 64


class LogPipes:
    """Reads standard output, standard error and the records of a child, without waiting.

    Args:
        stdout: The reading end of the child's standard output.
        stderr: That of its standard error.
        records: That of the pipe whose writing end `install_logging` was given in the child.

    Attributes:
        open: The descriptors whose writers are not all gone; to wait for.
    """

    def __init__(self, stdout: int, stderr: int, records: int) -> None:
        self._streams = ((STDOUT, stdout), (STDERR, stderr))
        self._records = records
        self._unread = system().unread_bytes
        self._ends = select.poll()
        self.open = {stdout, stderr, records}
        for descriptor in self.open:
            os.set_blocking(descriptor, False)
            self._ends.register(descriptor, select.POLLIN)

    def read_round(self, log: LogWriter | None) -> bool:
        """Take what the pipes hold now, a part of each; return whether there was any.

        Call it when one of them has something; it takes from all, for the sake of the order.
        """
        pieces: list[Piece] = []
        records = b""
        for _ in range(_LOOKS_IN_A_ROUND):
            # Output before records: all records that were written before it are there then.
            pieces += [piece for stream in self._streams if (piece := self._piece(*stream))]
            fresh = self._read(self._records, self._unread(self._records))
            if not fresh:
                break
            records += fresh  # they may come after output that was written meanwhile
        else:
            pieces += self._rest(pieces, records)
        if not records and not pieces:
            self._forget_ended()
            return False
        if log is not None:
            log.feed_round(pieces, records)
        return True

    def _piece(self, source: str, descriptor: int) -> Piece | None:
        """Read no more than is there now: when it was written is known then."""
        waiting = self._unread(descriptor)
        began_ns = time.monotonic_ns()
        data = self._read(descriptor, waiting)
        if not data:
            return None
        return Piece(source, data, began_ns, time.monotonic_ns(), self._unread(descriptor))

    def _rest(self, pieces: list[Piece], records: bytes) -> list[Piece]:
        """Read what was written before the last record, and nothing that came after it."""
        now_ns = time.monotonic_ns()
        missing = missing_before_last(pieces, records)
        return [
            Piece(source, self._read(descriptor, size), now_ns, now_ns)
            for source, descriptor in self._streams
            if (size := missing.get(source, 0)) > 0
        ]

    def _read(self, descriptor: int, waiting: int) -> bytes:
        if not waiting or descriptor not in self.open:
            return b""
        try:
            return os.read(descriptor, min(waiting, _CHUNK_BYTES))
        except BlockingIOError:
            return b""  # somebody else holds a copy of it, and was quicker
        except OSError:
            self._forget(descriptor)
            return b""

    def _forget_ended(self) -> None:
        """Forget the pipes to which nobody can write any more, all having been read."""
        for descriptor, events in self._ends.poll(0):
            if not events & select.POLLIN:
                self._forget(descriptor)

    def _forget(self, descriptor: int) -> None:
        self.open.discard(descriptor)
        self._ends.unregister(descriptor)
