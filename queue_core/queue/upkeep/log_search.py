"""Searches the logs of all jobs: bytes first, and only what holds the text is read as lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from queue_core.paths import LocalFolder, log_files
from queue_core.queue.store.log_place import log_of
from queue_core.queue.values import LogLine, LogSource
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_lines import RawLine

_WINDOW_BYTES = 4 * 1024 * 1024
# No log of ours is longer; a job may have made a hole of terabytes of its own.
_MOST_BYTES = 4 * 1024**3
_SOURCES = {source.value: source for source in LogSource}
_ASCII_PART = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True)
class LogMatch:
    """A line of a log that holds the text.

    Attributes:
        job_id: The job that wrote it.
        line: The line.
    """

    job_id: str
    line: LogLine


def search_logs(
    folder: LocalFolder,
    text: str,
    job_ids: Iterable[str] | None = None,
    limit: int = 500,
    *,
    limit_per_job: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[LogMatch]:
    """Return the lines that hold *text*, in lower or upper case alike; newest jobs first.

    Args:
        folder: The local folder.
        text: What to look for; blanks count. An empty text is found nowhere.
        job_ids: Only the logs of these jobs, in this order; None means all.
        limit: How many lines at most.
        limit_per_job: How many of one job at most, so that one cannot take all places.
        should_stop: Asked before each log.
    """
    wanted = text.lower()
    if not wanted:
        return []
    found: list[LogMatch] = []
    for job_id in _newest_first(folder.logs) if job_ids is None else job_ids:
        left = limit - len(found)
        if left <= 0 or should_stop():
            break
        most = left if limit_per_job is None else min(left, limit_per_job)
        found.extend(
            LogMatch(job_id, _as_line(line))
            for line in _search_log(log_of(folder.logs, job_id), wanted, most)
        )
    return found


def _newest_first(logs: Path) -> list[str]:
    """Return the ids of the jobs that have a log; ids are in the order of creation."""
    return sorted((path.stem for path in (logs / "jobs").glob("*/*.log")), reverse=True)


def _search_log(path: Path, wanted: str, limit: int) -> list[RawLine]:
    lines: list[RawLine] = []
    for path_of_file in log_files(path):
        with LogFile(path_of_file) as file:
            lines.extend(_search_file(file, wanted, limit))
    lines.sort(key=lambda line: line.number)
    return lines[:limit]


def _search_file(file: LogFile, wanted: str, limit: int) -> Iterator[RawLine]:
    places = _places(file, wanted)
    place = next(places, None)
    count = 0
    for frame in file.frames() if place is not None else ():
        while place is not None and place < frame.data_at:
            place = next(places, None)  # within the header, or in what is damaged
        if place is None:
            return
        if place >= frame.end:
            continue
        for line in file.lines(frame):
            if wanted in line.text.lower():
                yield line
                count += 1
                if count == limit:
                    return
        while place is not None and place < frame.end:
            place = next(places, None)


def _places(file: LogFile, wanted: str) -> Iterator[int]:
    """Yield where the text may be, in bytes from the start of the file, increasing."""
    needles = _needles(wanted)
    overlap = max(map(len, needles)) - 1
    for start in range(0, min(file.size, _MOST_BYTES), _WINDOW_BYTES):
        # Windows overlap, so that no occurrence is cut.
        window = file.read(start, _WINDOW_BYTES + overlap).lower()
        place = _find_any(window, needles, 0)
        while place >= 0:
            yield start + place
            place = _find_any(window, needles, place + 1)


def _needles(wanted: str) -> tuple[bytes, ...]:
    """Return bytes of which one is wherever the text is, once ASCII is in lower case.

    Other letters change their bytes with their case, so the longest part without them is looked
    for; where there is none, the first letter in both cases.
    """
    part = max(_ASCII_PART.findall(wanted), key=len, default="")
    if part:
        return (part.encode(),)
    letters = {wanted[0], wanted[0].upper()[:1]}
    return tuple(letter.encode("utf-8", "surrogatepass") for letter in letters)


def _find_any(window: bytes, needles: tuple[bytes, ...], start: int) -> int:
    """Return where the first of *needles* is; -1 where there is none."""
    return min(
        (place for needle in needles if (place := window.find(needle, start)) >= 0), default=-1
    )


def _as_line(line: RawLine) -> LogLine:
    return LogLine(
        number=line.number,
        time=datetime.fromtimestamp(line.time_s, UTC),
        level=line.level,
        source=_SOURCES.get(line.source, LogSource.MONITOR),
        text=line.text,
        attempt=line.attempt,
    )
