"""Threads that read a child's pipes: the portable twin of `LogPipes`.

Nobody but the kernel knows whether a pipe holds more. So the child writes a mark to each of its
pipes before it answers (`job_process.order_marks`): what comes before it belongs to the order.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from queue_core.runner.log.log_frames import RECORDS
from queue_core.runner.log.log_lines import STDERR
from queue_core.runner.log.log_order import Piece
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.supervision.mark_filter import MarkFilter

_CHUNK_BYTES = 1 << 16
# So much is held that nobody has taken; then the child waits, as it does at a full pipe.
_HELD_BYTES = 1 << 20
# How long what was written may take to come, where neither a mark nor the end is to be seen.
_SETTLE_S = 0.5


class ThreadOutput:
    """What comes from a child's pipes, in the order of its arrival.

    Args:
        news: Notified when something has come; guards all that is held.
        pipes: The reading end of each pipe, by what comes from it; each is closed at its end.
        mark: What the child writes to each pipe before it answers.
    """

    def __init__(self, news: threading.Condition, pipes: Mapping[str, int], mark: bytes) -> None:
        self._news = news
        self._pipes = dict(pipes)
        self._mark = mark
        self._pieces: deque[tuple[str, bytes]] = deque()
        self._held_bytes = 0
        self._unfinished = set(pipes)
        self._open = set(pipes)
        self._is_closed = False

    def readers(self) -> dict[str, Callable[[], None]]:
        """Return what is to run on a thread of its own, by name."""
        return {source: _Reader(self, source, self._mark).run for source in self._pipes}

    @property
    def has_news(self) -> bool:
        """Whether anything has come; asked under the condition."""
        return bool(self._pieces)

    def begin_order(self) -> None:
        """Expect a new mark on each pipe."""
        with self._news:
            self._unfinished = set(self._open)

    def take(self, log: LogWriter | None) -> bool:
        """Move what has come to the log; return whether there was any."""
        with self._news:
            pieces = list(self._pieces)
            self._pieces.clear()
            self._held_bytes = 0
            self._news.notify_all()
        for source, data in pieces if log is not None else ():
            assert log is not None
            if source == RECORDS:
                log.feed_round((), data)
            else:
                now_ns = time.monotonic_ns()
                log.feed_round([Piece(source, data, now_ns, now_ns)], b"")
        return bool(pieces)

    def wait_for_more(self, until_s: float) -> bool:
        """Return whether something has come that belongs to the order; waits for it."""
        with self._news:
            self._news.wait_for(
                lambda: self._pieces or not self._unfinished, max(0.0, until_s - time.monotonic())
            )
            return bool(self._pieces)

    def said(self) -> str:
        """Return what came on standard error and was not taken, once all of it has come."""
        with self._news:
            self._news.wait_for(lambda: STDERR not in self._open, _SETTLE_S)
            data = b"".join(data for source, data in self._pieces if source == STDERR)
        return data.decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Take nothing any more."""
        with self._news:
            self._is_closed = True
            self._pieces.clear()
            self._news.notify_all()

    # On the threads ----------------------------------------------------------------------------

    def descriptor(self, source: str) -> int:
        """Return the pipe's reading end."""
        return self._pipes[source]

    def add(self, source: str, data: bytes, *, is_marked: bool) -> None:
        """Hold what has come; waits while too much is held."""
        with self._news:
            self._news.wait_for(lambda: self._is_closed or self._held_bytes < _HELD_BYTES)
            if data and not self._is_closed:
                self._pieces.append((source, data))
                self._held_bytes += len(data)
            if is_marked:
                self._unfinished.discard(source)
            self._news.notify_all()

    def end(self, source: str) -> None:
        """Note that a pipe has ended, and close it."""
        with contextlib.suppress(OSError):
            os.close(self._pipes[source])
        with self._news:
            self._open.discard(source)
            self._unfinished.discard(source)
            self._news.notify_all()


class _Reader:
    """Reads one pipe to its end."""

    def __init__(self, output: ThreadOutput, source: str, mark: bytes) -> None:
        self._output = output
        self._source = source
        self._filter = MarkFilter(mark)

    def run(self) -> None:
        """Read until nobody can write to it any more."""
        descriptor = self._output.descriptor(self._source)
        try:
            while data := os.read(descriptor, _CHUNK_BYTES):
                plain, is_marked = self._filter.feed(data)
                self._output.add(self._source, plain, is_marked=is_marked)
            self._output.add(self._source, self._filter.finish(), is_marked=False)
        except OSError:
            pass  # Windows ends a pipe by an error
        finally:
            self._output.end(self._source)
