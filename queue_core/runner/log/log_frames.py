"""The frames that a log file is made of.

A frame is a mark, a header of fixed size and that many bytes of a job's output. The mark holds
bytes that are stuffed where the output has them, so it stands nowhere else: no byte of a job's
output is ever taken for structure, and a reader finds the next frame from any place in the file,
whatever was cut, overwritten or appended before.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from queue_core.runner.log.log_lines import (
    MONITOR,
    STDERR,
    STDOUT,
    RawLine,
)
from queue_core.runner.log.log_records import count_records, whole_records

# Frames of this source hold records as the child has written them.
RECORDS: Final = "records"
MARK: Final = b"\xf5\xfdL\x01"
_STUFFED = MARK[:1]
_STUFFING = MARK[:1] + b"\x00"
# Mark, number of the first line, how many lines, when, attempt, source, length, checksum of the
# data, checksum of the header.
_HEADER = struct.Struct("<4sQIdIBIII")
_CHECKSUM = struct.Struct("<I")
HEADER_BYTES: Final = _HEADER.size
# No frame holds more; a header that says so is damaged.
DATA_BYTES: Final = 4 * 1024 * 1024
_SOURCES: Final = (STDOUT, STDERR, RECORDS, MONITOR)
_NUMBER_MOST = 1 << 53
_TIME_MOST_S = 250_000_000_000.0  # in the year 9892; what is later has no date


@dataclass(frozen=True)
class Frame:
    """What stands before the data of a frame.

    Attributes:
        number: Number of its first line.
        count: How many lines it has.
        time_s: When they were written, in seconds since the epoch.
        attempt: The attempt that wrote them, from 1.
        source: Where they came from; `RECORDS` for what tells its source itself.
        length: How many bytes its data takes.
        checksum: Of its data; None in logs of an earlier format.
        start: Where in the file it begins.
        data_at: Where in the file its data begins.
    """

    number: int
    count: int
    time_s: float
    attempt: int
    source: str
    length: int
    checksum: int | None
    start: int
    data_at: int

    @property
    def last(self) -> int:
        """Number of its last line."""
        return self.number + self.count - 1

    @property
    def end(self) -> int:
        """Where in the file it ends."""
        return self.data_at + self.length


def encode_frame(*, number: int, time_s: float, attempt: int, source: str, data: bytes) -> bytes:
    """Return data as a frame: whole lines, or whole records."""
    stuffed = data.replace(_STUFFED, _STUFFING) if _STUFFED in data else data
    return _packed(number, count_lines(source, data), time_s, attempt, source, stuffed)


def copied_frame(frame: Frame, stuffed: bytes) -> bytes:
    """Return a frame with the data that stands in it, as it stands there."""
    return _packed(frame.number, frame.count, frame.time_s, frame.attempt, frame.source, stuffed)


def _packed(
    number: int, count: int, time_s: float, attempt: int, source: str, stuffed: bytes
) -> bytes:
    header = _HEADER.pack(
        MARK, number, count, time_s, attempt, _SOURCES.index(source), len(stuffed),
        zlib.crc32(stuffed), 0,
    )[: -_CHECKSUM.size]  # fmt: skip
    return header + _CHECKSUM.pack(zlib.crc32(header)) + stuffed


def count_lines(source: str, data: bytes) -> int:
    """Return how many lines data of this source has."""
    return count_records(data) if source == RECORDS else data.count(b"\n")


def decode_header(header: bytes, start: int) -> Frame | None:
    """Return the frame whose header begins there; None where it is damaged."""
    if len(header) < HEADER_BYTES:
        return None
    mark, number, count, time_s, attempt, source, length, checksum, own = _HEADER.unpack(
        header[:HEADER_BYTES]
    )
    if (
        mark != MARK
        or own != zlib.crc32(header[: HEADER_BYTES - _CHECKSUM.size])
        or source >= len(_SOURCES)
        or not 0 < number < _NUMBER_MOST
        or not 0 <= time_s < _TIME_MOST_S
        or count > length
        or length > DATA_BYTES
    ):
        return None
    return Frame(
        number, count, time_s, attempt, _SOURCES[source], length, checksum, start,
        start + HEADER_BYTES,
    )  # fmt: skip


def lines_of(frame: Frame, data: bytes) -> Iterator[RawLine]:
    """Yield the lines in the data of a frame; none where the data is damaged."""
    if frame.checksum != zlib.crc32(data):
        return
    data = data.replace(_STUFFING, _STUFFED)
    if frame.source == RECORDS:
        for place, record in enumerate(whole_records(data)):
            if record is not None:
                text = record.text.decode("utf-8", "backslashreplace")
                yield RawLine(
                    frame.number + place, frame.time_s, record.level, record.source, text,
                    frame.attempt,
                )  # fmt: skip
        return
    level = logging.WARNING if frame.source in (STDERR, MONITOR) else logging.INFO
    for place, raw in enumerate(data.split(b"\n")[:-1]):
        yield RawLine(
            frame.number + place, frame.time_s, level, frame.source, shown_text(raw), frame.attempt
        )


def shown_text(line: bytes) -> str:
    """Return a line of output as it is shown."""
    # A progress bar redraws its line: what counts is what it shows in the end.
    return line.decode("utf-8", "backslashreplace").rstrip("\r").rpartition("\r")[2]
