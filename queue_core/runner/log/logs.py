"""The log of a job: captured as it comes, kept with head and tail, split into lines when read.

The supervisor never touches single lines, so that a job that floods its output costs the window
nothing. What is written stands in frames (`log_frames`). Beyond half its limit a log goes on in
two tail files that take turns; the gap in the line numbers then tells what was cut.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from queue_core.paths import log_files
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_lines import MONITOR, RawLine

# More than anybody can read; a log of empty lines only would take gigabytes of memory.
_MOST_LINES = 1_000_000
_HEAD_SUFFIX = ".log"


@dataclass(frozen=True)
class _Part:
    """What was read of one file of a log.

    Attributes:
        lines: Its lines, increasing.
        is_from_start: Whether the file was read from its beginning, or from the number asked for.
        begins_at: Number of the first line that a tail holds; 0 of the head.
    """

    lines: list[RawLine]
    is_from_start: bool
    begins_at: int


def read_log(
    path: Path, *, after: int = 0, limit: int | None = None, before: int | None = None
) -> list[RawLine]:
    """Return the lines whose number is above *after*, at most the last *limit* of them.

    Never raises and never waits, whatever has become of the files; lines that are missing are
    told by a line of the monitor in their place.

    Args:
        path: The log.
        after: The last number that is known already.
        limit: How many at most; None means a million.
        before: Only lines whose number is below; None: up to the end.
    """
    limit = _MOST_LINES if limit is None else max(0, min(limit, _MOST_LINES))
    parts: list[_Part] = []
    left = limit
    for file in _newest_first(path):
        if left <= 0:
            break
        part = _read_file(file, after, left, before)
        if part.lines:
            parts.append(part)
            left -= len(part.lines)
    lines = list(_with_gaps(reversed(parts), after))
    return lines[-limit:] if limit else []


def _newest_first(path: Path) -> list[Path]:
    """Return the files that hold frames, that with the newest lines first."""
    found: list[tuple[int, Path]] = []
    for path_of_file in log_files(path):
        with LogFile(path_of_file) as file:
            last = file.last_frame()
        if last is not None:
            found.append((last.last, path_of_file))
    found.sort(reverse=True, key=lambda item: item[0])
    return [file for _, file in found]


def _read_file(path: Path, after: int, limit: int, before: int | None) -> _Part:
    lines: list[RawLine] = []
    begins_at = 0
    with LogFile(path) as file:
        last = file.last_frame()
        end = last.last + 1 if last else 0
        if before is not None:
            end = min(end, before)
        start = max(after, end - 1 - limit)
        if path.suffix != _HEAD_SUFFIX:
            first = next(file.frames(), None)
            begins_at = first.number if first else 0
        known = start
        for frame in file.frames(file.place_after(start)):
            if known >= end - 1:
                break
            # Numbers only grow; what does not is a copy of what stands before.
            if frame.last > known:
                lines.extend(line for line in file.lines(frame) if known < line.number < end)
                known = frame.last
            if len(lines) > 2 * limit:
                del lines[:-limit]
    return _Part(lines, start == after, begins_at)


def _with_gaps(parts: Iterable[_Part], after: int) -> Iterator[RawLine]:
    """Yield the lines of all files in order, with a line wherever some are missing."""
    known = after
    is_wanted = False  # what lies before the last lines that were asked for is no gap
    for part in parts:
        is_wanted = is_wanted or part.is_from_start
        for line in part.lines:
            gap = line.number - known - 1
            if gap > 0 and is_wanted:
                yield _gap(line, known + 1, gap, was_cut=part.begins_at > known)
            if line.number > known:
                yield line
                known = line.number
            is_wanted = True


def _gap(line: RawLine, number: int, count: int, *, was_cut: bool) -> RawLine:
    what = f"{count:,} lines" if count > 1 else "one line"
    why = (
        f"… {what} cut: the log reached its limit …"
        if was_cut
        else f"… {what} missing: this part of the log is damaged or could not be written …"
    )
    return RawLine(number, line.time_s, logging.WARNING, MONITOR, why, line.attempt)
