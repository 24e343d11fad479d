"""Finds and reads the frames of one log file, whatever has become of it.

A job may cut its own log, append to it, or put a folder or a pipe in its place. Nothing here
raises, waits, or reads more than a bounded part of the file at once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from queue_core.runner.log.log_frames import (
    DATA_BYTES,
    HEADER_BYTES,
    MARK,
    Frame,
    decode_header,
    lines_of,
)
from queue_core.runner.log.log_lines import RawLine
from queue_core.runner.log.log_old_format import HEADER_BYTES as OLD_HEADER_BYTES
from queue_core.runner.log.log_old_format import decode_old_header, old_lines_of

_BLOCK_BYTES = 256 * 1024
# A place is looked for as near as this.
_NEAR_BYTES = 32 * 1024
# What lies between two frames and is none is skipped this far; a hole of terabytes ends a file.
_GARBAGE_BYTES = 64 * 1024 * 1024
# A pipe in the place of a log must not be waited for, nor a link be followed to another file.
READ_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip


class LogFile:
    """One file of a log, as large as it was when it was opened; empty where there is none.

    Args:
        path: The file; anything may be in its place.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = -1
        self.size = 0
        self._block = b""
        self._block_at = 0
        try:
            self._descriptor = os.open(path, READ_FLAGS)
            found = os.fstat(self._descriptor)
            if stat.S_ISREG(found.st_mode):
                self.size = found.st_size
        except (OSError, ValueError):
            pass  # gone, or nothing that can be read

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    # --- frames -------------------------------------------------------------------------------

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Yield the whole frames from *start* on; what is damaged between them is left out."""
        if start == 0:
            for old in self._old_frames():
                yield old
                start = old.end
        while True:
            place = self._find(start, self.size)
            if place is None:
                return
            frame = decode_header(self.read(place, HEADER_BYTES), place)
            if frame is None:
                start = place + len(MARK)
            elif frame.end > self.size:
                start = frame.data_at  # it was cut, or is being written
            elif (inner := self._first_inside(frame)) is not None:
                start = inner  # it was cut before another one was written
            else:
                yield frame
                start = frame.end

    def lines(self, frame: Frame) -> Iterator[RawLine]:
        """Yield the lines of a frame; none where its data is damaged."""
        data = self.read(frame.data_at, frame.length)
        return old_lines_of(frame, data) if frame.checksum is None else lines_of(frame, data)

    def last_frame(self) -> Frame | None:
        """Return the last whole frame; it is looked for from the end."""
        high = end = self.size
        while high > max(0, self.size - _GARBAGE_BYTES):
            low = max(0, high - _BLOCK_BYTES)
            block = self.read(low, high - low + HEADER_BYTES)
            place = block.rfind(MARK, 0, high - low + len(MARK) - 1)
            while place >= 0:
                frame = decode_header(block[place : place + HEADER_BYTES], low + place)
                if frame is not None and frame.end <= end:
                    return frame
                end = low + place
                place = block.rfind(MARK, 0, place + len(MARK) - 1)
            high = low
        # Only chunks of the first version, or a hole too long to be looked through.
        return max(self.frames(), key=lambda frame: frame.last, default=None)

    def place_after(self, number: int) -> int:
        """Return a place from which on all frames with lines above *number* follow.

        It is looked for by halving, so that following a long log reads little of it.
        """
        low, high = 0, self.size
        while number > 0 and high - low > _NEAR_BYTES:
            middle = (low + high) // 2
            frame = self._first_between(middle, min(high, middle + DATA_BYTES))
            if frame is None or frame.last > number:
                high = middle
            else:
                low = frame.start
        return low

    def _old_frames(self) -> Iterator[Frame]:
        start = 0
        while True:
            frame = decode_old_header(self.read(start, OLD_HEADER_BYTES), start)
            if frame is None or frame.end > self.size:
                return
            yield frame
            start = frame.end

    def _first_inside(self, frame: Frame) -> int | None:
        """Return where the next frame begins if that is before the end of this one."""
        return self._find(frame.data_at, min(self.size, frame.end + len(MARK) - 1))

    def _first_between(self, start: int, end: int) -> Frame | None:
        while (place := self._find(start, end)) is not None:
            frame = decode_header(self.read(place, HEADER_BYTES), place)
            if frame is not None:
                return frame
            start = place + len(MARK)
        return None

    # --- bytes --------------------------------------------------------------------------------

    def read(self, start: int, length: int) -> bytes:
        """Return bytes of the file; fewer where it ends or cannot be read."""
        length = max(0, min(length, self.size - start, 2 * DATA_BYTES))
        at = start - self._block_at
        if not (at >= 0 and at + length <= len(self._block)):
            self._block_at, at = start, 0
            self._block = self._read_file(start, max(length, _BLOCK_BYTES))
        return self._block[at : at + length]

    def _read_file(self, start: int, length: int) -> bytes:
        pieces: list[bytes] = []
        try:
            os.lseek(self._descriptor, start, os.SEEK_SET)
            while length > 0 and (piece := os.read(self._descriptor, length)):
                pieces.append(piece)
                length -= len(piece)
        except OSError:
            pass  # the disk does not give it out: as if the file ended here
        return b"".join(pieces)

    def _find(self, start: int, end: int) -> int | None:
        """Return where the next mark begins that ends before *end*."""
        end = min(end, start + _GARBAGE_BYTES)
        while start + len(MARK) <= end:
            at = start - self._block_at
            if not 0 <= at <= len(self._block) - len(MARK):
                self._block_at, at = start, 0
                self._block = self._read_file(start, _BLOCK_BYTES)
            place = self._block.find(MARK, at, end - self._block_at)
            if place >= 0:
                return self._block_at + place
            if len(self._block) < len(MARK):
                return None
            start = self._block_at + len(self._block) - len(MARK) + 1
        return None
