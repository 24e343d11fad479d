"""Writes the log of a job: what comes from its pipes, in frames, in the order of its making."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from queue_core.paths import log_files
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_frames import (
    RECORDS,
    Frame,
    copied_frame,
    count_lines,
    encode_frame,
)
from queue_core.runner.log.log_lines import MONITOR
from queue_core.runner.log.log_order import Piece, in_order
from queue_core.runner.log.log_records import RecordAssembler

logger = logging.getLogger(__name__)

_PARTIAL_LIMIT = 256 * 1024
_FRAME_BYTES = 1 << 20
_FLAGS = (
    os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


class LogWriter:
    """Appends what a job writes; made at its first output, so that silent jobs cost no file.

    Nothing here raises: a full disk, or a job that removes its own log, must not end the job.

    Args:
        path: The log file.
        attempt: Which attempt writes, from 1.
        limit_bytes: How much is kept: half of it from the start, the rest from the end.
        after: Number of the last line that the log has already, where its beginning is elsewhere.
    """

    def __init__(self, path: Path, *, attempt: int, limit_bytes: int, after: int = 0) -> None:
        self.path = path
        self.attempt = attempt
        self._head_limit = limit_bytes // 2
        self._tail_limit = limit_bytes // 4
        self._descriptor = -1
        self._number = after
        self._is_numbered = False
        self._tail: int | None = None
        self._partial: dict[str, bytes] = {}
        self._records = RecordAssembler()
        self._has_warned = False

    def feed(self, source: str, data: bytes) -> None:
        """Append raw output; an unfinished line waits for its end."""
        for start in range(0, len(data), _FRAME_BYTES):
            self._write(self._whole_lines([(source, data[start : start + _FRAME_BYTES])]))

    def feed_records(self, data: bytes) -> None:
        """Append what came on the pipe for records, cut anywhere."""
        self._write([(RECORDS, self._records.feed(data))])

    def feed_round(self, pieces: Iterable[Piece], records: bytes) -> None:
        """Append what was read from all pipes at about the same time, in the order of its making.

        Args:
            pieces: Raw output, in the order in which it was read.
            records: What came on the pipe for records, read after the first of the pieces.
        """
        whole = self._records.feed(records) if records else b""
        self._write(self._whole_lines(in_order(list(pieces), whole)))

    def note(self, text: str) -> None:
        """Append a line of the monitor itself."""
        line = text.replace("\n", " ").encode("utf-8", "backslashreplace") + b"\n"
        self._write([(MONITOR, line)])

    def copy_frame(self, frame: Frame, data: bytes) -> None:
        """Append a frame of the same log that was written elsewhere, with its numbers and time."""
        if self._is_numbered and frame.last <= self._number:
            return
        try:
            if not self._is_numbered:
                self._continue_existing()
            if frame.last > self._number:
                self._append(copied_frame(frame, data))
                self._number = frame.last
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Write unfinished lines and close the file."""
        left = [(source, data + b"\n") for source, data in self._partial.items()]
        self._partial.clear()
        self._write([*left, (RECORDS, self._records.finish())])
        self._close_file()

    def _whole_lines(self, parts: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Keep what has no end yet, and return the rest."""
        found: list[tuple[str, bytes]] = []
        for source, data in parts:
            if source == RECORDS:
                found.append((source, data))
                continue
            held = self._partial.pop(source, b"")
            cut = data.rfind(b"\n") + 1
            if cut:
                found.append((source, held + data[:cut]))
                held = b""
            held += data[cut:]
            if len(held) >= _PARTIAL_LIMIT:
                found.append((source, held + b"\n"))
            elif held:
                self._partial[source] = held
        return found

    # --- the file -----------------------------------------------------------------------------

    def _write(self, parts: Iterable[tuple[str, bytes]]) -> None:
        counted = [(source, data, count_lines(source, data)) for source, data in parts]
        counted = [part for part in counted if part[2]]
        if not counted:
            return
        try:
            if not self._is_numbered:
                self._continue_existing()
            now_s = time.time()
            frames: list[bytes] = []
            for source, data, count in counted:
                frames.append(
                    encode_frame(
                        number=self._number + 1, time_s=now_s, attempt=self.attempt,
                        source=source, data=data,
                    )
                )  # fmt: skip
                self._number += count  # lines that cannot be written are missed by their numbers
            self._append(b"".join(frames))
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._close_file()
        if not self._has_warned:
            logger.warning("log %s: %s", self.path.name, error)
        self._has_warned = True

    def _append(self, data: bytes) -> None:
        size = self._open_size()
        limit = self._head_limit if self._tail is None else self._tail_limit
        if size and size + len(data) > limit:
            self._turn()
        while data:
            data = data[os.write(self._descriptor, data) :]

    def _open_size(self) -> int:
        """Open the file where it is not, or no longer the one at its path; return its size."""
        if self._descriptor >= 0:
            try:
                found = self._current().lstat()
                if os.path.samestat(found, os.fstat(self._descriptor)):
                    return found.st_size
            except FileNotFoundError:
                pass
            self._close_file()
        self._open_current()
        return os.fstat(self._descriptor).st_size

    def _open_current(self) -> None:
        path = self._current()
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        if _is_folder(path) and self._tail is None:
            self._tail = 0  # the job has put a folder in the place of its log: go on beside it
            path = self._current()
        if _is_no_file(path):
            path.unlink()
        self._descriptor = os.open(path, _FLAGS, _FILE_MODE)

    def _turn(self) -> None:
        """Go on in the other tail, which is emptied."""
        self._close_file()
        self._tail = 0 if self._tail is None else 1 - self._tail
        self._open_current()
        os.ftruncate(self._descriptor, 0)

    def _close_file(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _current(self) -> Path:
        return self.path if self._tail is None else log_files(self.path)[1 + self._tail]

    def _continue_existing(self) -> None:
        """Number on where an earlier attempt ended."""
        self._is_numbered = True
        for place, path in enumerate(log_files(self.path)):
            with LogFile(path) as file:
                last = file.last_frame()
            if last is not None and last.last > self._number:
                self._number = last.last
                self._tail = place - 1 if place else None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _is_no_file(path: Path) -> bool:
    """Return whether a link, a pipe or a socket stands where a log belongs."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
