"""Brings a log that is written on another machine into the job's own, frame by frame."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from queue_core.paths import log_files
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_frames import Frame

# What is copied at once; the rest waits for the next round.
_MOST_BYTES: Final = 8 << 20


class FrameTarget(Protocol):
    """Takes the frames of a log: a `LogWriter`, or what sends them on."""

    def copy_frame(self, frame: Frame, data: bytes) -> None:
        """Take a frame with its numbers and time."""

    def close(self) -> None:
        """Take no more."""


class LogCopy:
    """Follows the files of a log.

    Frames carry the numbers of their lines, and the machine counts on from what the job's log had:
    so it goes on where it was after any crash of this program, and nothing comes twice.

    Args:
        source: The log on the storage.
        target: Writes the job's log.
    """

    def __init__(self, source: Path, target: FrameTarget) -> None:
        self._source = source
        self._target = target
        self._seen: tuple[tuple[int, int], ...] = ()
        self._known = 0

    def follow(self) -> bool:
        """Copy what is new; return whether that was all of it. Never raises."""
        found = tuple(_version(path) for path in log_files(self._source))
        if found == self._seen:
            return True
        left = _MOST_BYTES
        for path in sorted(log_files(self._source), key=_last):
            with LogFile(path) as file:
                for frame in file.frames(file.place_after(self._known)):
                    if frame.last <= self._known:
                        continue
                    if left <= 0:
                        return False
                    data = file.read(frame.data_at, frame.length)
                    self._target.copy_frame(frame, data)
                    self._known = frame.last
                    left -= frame.length
        self._seen = found
        return True

    def close(self) -> None:
        """Close the job's log."""
        self._target.close()


def _version(path: Path) -> tuple[int, int]:
    """Return what changes as a file does: a tail that was begun anew may be as long as before."""
    try:
        found = path.stat()
    except OSError:
        return -1, 0
    return found.st_size, found.st_mtime_ns


def _last(path: Path) -> int:
    with LogFile(path) as file:
        frame = file.last_frame()
    return 0 if frame is None else frame.last
