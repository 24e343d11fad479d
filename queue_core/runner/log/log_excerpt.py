"""The beginning and the end of a log as text, without reading what lies between."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from queue_core.paths import log_files
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_lines import RawLine
from queue_core.runner.log.logs import read_log


def log_excerpt(path: Path, *, head_lines: int, tail_lines: int) -> list[str]:
    """Return the first and the last lines of a log, each with time, attempt, level and source.

    Args:
        path: The log.
        head_lines: How many from its beginning.
        tail_lines: How many from its end.
    """
    tail = read_log(path, limit=tail_lines)
    first = tail[0].number if tail else 1
    head: list[RawLine] = []
    for line in _from_start(path):
        if line.number >= first or len(head) >= head_lines:
            break
        head.append(line)
    shown = [_shown(line) for line in head]
    left_out = first - 1 - (head[-1].number if head else 0)
    if left_out > 0:
        shown.append(f"… {left_out:,} lines are left out here …")
    return shown + [_shown(line) for line in tail]


def _from_start(path: Path) -> Iterator[RawLine]:
    with LogFile(log_files(path)[0]) as file:
        for frame in file.frames():
            yield from file.lines(frame)


def _shown(line: RawLine) -> str:
    when = datetime.fromtimestamp(line.time_s, UTC).isoformat(sep=" ", timespec="milliseconds")
    level = logging.getLevelName(line.level)
    return f"{when}  attempt {line.attempt}  {level:<8} {line.source:<8} {line.text}"
