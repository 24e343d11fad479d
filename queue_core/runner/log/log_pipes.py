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
        self.open = {stdout, stderr, records}
        for descriptor in self.open:
            os.set_blocking(descriptor, False)

    def read_round(self, log: LogWriter | None) -> bool:
        """Take what the pipes hold now, a part of each; return whether there was any.

        Call it when one of them has something; it takes from all, for the sake of the order.
        """
        pieces: list[Piece] = []
        records = b""
        for _ in range(_LOOKS_IN_A_ROUND):
            # Output before records: all records that were written before it are there then.
            pieces += [self._piece(source, descriptor) for source, descriptor in self._streams]
            fresh = self._read(self._records, _CHUNK_BYTES)
            if not fresh:
                break
            records += fresh  # they may come after output that was written meanwhile
        else:
            pieces += self._rest(pieces, records)
        has_any = bool(records) or any(piece.data for piece in pieces)
        if has_any and log is not None:
            log.feed_round(pieces, records)
        return has_any

    def _piece(self, source: str, descriptor: int) -> Piece:
        """Read no more than is there now: when it was written is known then."""
        waiting = min(system().unread_bytes(descriptor), _CHUNK_BYTES)
        began_ns = time.monotonic_ns()
        data = self._read(descriptor, waiting) if waiting else b""
        ended_ns = time.monotonic_ns()
        if not waiting and descriptor in self.open and _has_ended(descriptor):
            self.open.discard(descriptor)
        left = system().unread_bytes(descriptor) if data else 0
        return Piece(source, data, began_ns, ended_ns, left)

    def _rest(self, pieces: list[Piece], records: bytes) -> list[Piece]:
        """Read what was written before the last record, and nothing that came after it."""
        now_ns = time.monotonic_ns()
        missing = missing_before_last(pieces, records)
        return [
            Piece(source, self._read(descriptor, size), now_ns, now_ns)
            for source, descriptor in self._streams
            if (size := missing.get(source, 0)) > 0
        ]

    def _read(self, descriptor: int, size: int) -> bytes:
        if descriptor not in self.open:
            return b""
        try:
            data = os.read(descriptor, size)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.open.discard(descriptor)
        return data


def _has_ended(descriptor: int) -> bool:
    """Return whether nobody can write to a pipe any more, and all has been read."""
    looking = select.poll()
    looking.register(descriptor, select.POLLIN)
    return any(not events & select.POLLIN for _, events in looking.poll(0))
