"""Reads the logs of the first version, whose chunks had a line of text for a header.

Such a file, or the beginning of one, is read as far as its chunks follow one another.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from queue_core.runner.log.log_frames import DATA_BYTES, Frame, shown_text
from queue_core.runner.log.log_lines import LOGGING, OUTPUT, STDERR, WARNINGS, RawLine

HEADER_BYTES = 200
_HEADER = re.compile(
    rb"(\d{1,15})\t(\d{1,9})\t(\d{1,11}\.\d{3})\t(\d{1,6})\t"
    rb"(stdout|stderr|logging|warnings|output|monitor)\t(\d{1,9})\n"
)
# Records came on standard error, as lines that began with a mark.
_RECORD = re.compile(f"\x1e([0-9]{{1,4}})\x1f({LOGGING}|{WARNINGS}|{OUTPUT})\x1f(.*)", re.DOTALL)


def decode_old_header(header: bytes, start: int) -> Frame | None:
    """Return the chunk whose header begins there; None where there is none."""
    found = _HEADER.match(header)
    if found is None:
        return None
    number, count, time_s, attempt, source, length = found.groups()
    if int(length) > DATA_BYTES or int(count) > int(length) or int(number) == 0:
        return None
    return Frame(
        int(number), int(count), float(time_s), int(attempt), source.decode(), int(length), None,
        start, start + found.end(),
    )  # fmt: skip


def old_lines_of(frame: Frame, data: bytes) -> Iterator[RawLine]:
    """Yield the lines of a chunk."""
    level = logging.WARNING if frame.source in (STDERR, "monitor") else logging.INFO
    for place, raw in enumerate(data.split(b"\n")[: frame.count]):
        number, text = frame.number + place, raw.decode("utf-8", "backslashreplace")
        record = _RECORD.fullmatch(text)
        if record is not None:
            rest = record[3].replace("\x1d", "\n")
            yield RawLine(number, frame.time_s, int(record[1]), record[2], rest, frame.attempt)
        else:
            yield RawLine(number, frame.time_s, level, frame.source, shown_text(raw), frame.attempt)
