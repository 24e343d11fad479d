"""What a child says in whole records: logging, warnings and pieces of its output.

They travel on a pipe of their own, so that nothing a job prints can pass for one. Each is a packet
of at most `PIPE_BUF` bytes, which the system writes whole even where threads and forked copies
write at once; longer texts go in several packets. The program stores them as they come and reads
them only when somebody looks.

The mark of a packet holds bytes that UTF-8 never has, so no text can contain it.
"""

from __future__ import annotations

import select
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from queue_core.runner.log.log_lines import LOGGING, OUTPUT, WARNINGS

WHOLE: Final = b"\xf6\xfdR\x01"
PART: Final = b"\xf6\xfdR\x02"
MARK: Final = b"\xf6\xfdR"
# Mark, level, source, whether it is the last part, which text it is part of, when it was written,
# how much of standard output and standard error waited to be read then, length, checksum.
_HEADER = struct.Struct("<4sHBBQQIIII")
_CHECKSUM = struct.Struct("<I")
HEADER_BYTES: Final = _HEADER.size
PACKET_BYTES: Final = getattr(select, "PIPE_BUF", 512)
# The longest text that is kept of one record.
TEXT_BYTES: Final = 256 * 1024
_SOURCES: Final = (LOGGING, WARNINGS, OUTPUT)
_LEVEL_MOST = 0xFFFF
_WAITING_MOST = 0xFFFFFFFF


@dataclass(frozen=True)
class Packet:
    """A record, or a part of one.

    Attributes:
        level: A level of `logging`.
        source: `logging`, `warnings` or `output`.
        is_last: Whether the text ends here.
        text_id: Which text it is a part of; no two texts of a job have the same.
        time_ns: When it was written, by the monotonic clock.
        waiting: How many bytes of standard output and error the program had not read by then.
        text: UTF-8.
        start: Where it begins in the data that it was found in.
        end: Where it ends.
    """

    level: int
    source: str
    is_last: bool
    text_id: int
    time_ns: int
    waiting: tuple[int, int]
    text: bytes
    start: int = 0
    end: int = 0


def encode_packets(
    *, level: int, source: str, text: str, text_id: int, time_ns: int = 0,
    waiting: tuple[int, int] = (0, 0),
) -> list[bytes]:  # fmt: skip
    """Return a record as packets to write one after another, cut to what is kept of a text."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) > TEXT_BYTES:
        more = f"… ({len(data) - TEXT_BYTES:,} more bytes)".encode()
        data = data[:TEXT_BYTES].decode("utf-8", "ignore").encode() + more
    room = PACKET_BYTES - HEADER_BYTES
    pieces = [data[at : at + room] for at in range(0, len(data), room)] or [b""]
    mark = WHOLE if len(pieces) == 1 else PART
    last = len(pieces) - 1
    return [
        _encode(mark, Packet(level, source, place == last, text_id, time_ns, waiting, piece))
        for place, piece in enumerate(pieces)
    ]


def encode_whole(packet: Packet) -> bytes:
    """Return a record in one packet, however long."""
    return _encode(WHOLE, packet)


def _encode(mark: bytes, packet: Packet) -> bytes:
    out, err = (min(bytes_, _WAITING_MOST) for bytes_ in packet.waiting)
    header = _HEADER.pack(
        mark, min(max(packet.level, 0), _LEVEL_MOST), _SOURCES.index(packet.source),
        packet.is_last, packet.text_id, packet.time_ns, out, err, len(packet.text), 0,
    )  # fmt: skip
    body = header[: -_CHECKSUM.size]
    return body + _CHECKSUM.pack(zlib.crc32(packet.text, zlib.crc32(body))) + packet.text


def packet_at(data: bytes, start: int) -> Packet | None:
    """Return the packet that begins there; None where it is damaged or not whole yet."""
    text_at = start + HEADER_BYTES
    if text_at > len(data):
        return None
    _, level, source, last, text_id, time_ns, out, err, length, checksum = _HEADER.unpack_from(
        data, start
    )
    if source >= len(_SOURCES) or text_at + length > len(data):
        return None
    text = data[text_at : text_at + length]
    if zlib.crc32(text, zlib.crc32(data[start : text_at - _CHECKSUM.size])) != checksum:
        return None
    return Packet(
        level, _SOURCES[source], bool(last), text_id, time_ns, (out, err), text, start,
        text_at + length,
    )  # fmt: skip


def whole_records(data: bytes) -> Iterator[Packet | None]:
    """Yield what stands at each mark of a whole record; None where it is damaged."""
    start = data.find(WHOLE)
    while start >= 0:
        packet = packet_at(data, start)
        yield packet
        start = data.find(WHOLE, start + len(WHOLE) if packet is None else packet.end)


def count_records(data: bytes) -> int:
    """Return how many `whole_records` yields."""
    # Counting marks is enough: no text holds one.
    return data.count(WHOLE)


class RecordAssembler:
    """Turns what comes from the pipe, cut anywhere, into whole records one after another."""

    def __init__(self) -> None:
        self._held = b""
        self._parts: dict[int, list[Packet]] = {}
        self._parts_bytes = 0

    def feed(self, data: bytes) -> bytes:
        """Return the records that are whole by now; costs next to nothing where all are short."""
        data = self._held + data
        cut = _end_of_packets(data)
        data, self._held = data[:cut], data[cut:]
        if PART in data or self._parts:
            return self._join(data)
        return data

    def finish(self) -> bytes:
        """Return what has come of texts whose end never came."""
        found = b"".join(self._ended(text_id) for text_id in list(self._parts))
        self._held = b""
        return found

    def _join(self, data: bytes) -> bytes:
        found: list[bytes] = []
        start = data.find(MARK)
        while start >= 0:
            packet = packet_at(data, start)
            if packet is None:
                start = data.find(MARK, start + len(MARK))
                continue
            if data.startswith(WHOLE, start):
                found.append(data[start : packet.end])
            else:
                self._parts.setdefault(packet.text_id, []).append(packet)
                self._parts_bytes += len(packet.text)
                if packet.is_last or self._parts_bytes > 4 * TEXT_BYTES:
                    found.append(self._ended(packet.text_id))
            start = data.find(MARK, packet.end)
        return b"".join(found)

    def _ended(self, text_id: int) -> bytes:
        parts = self._parts.pop(text_id)
        text = b"".join(part.text for part in parts)
        self._parts_bytes -= len(text)
        last = parts[-1]
        return encode_whole(
            Packet(last.level, last.source, True, text_id, last.time_ns, last.waiting, text)
        )


def _end_of_packets(data: bytes) -> int:
    """Return where the last whole packet ends; what follows may be the beginning of one."""
    start = data.rfind(MARK)
    if start < 0:
        end = 0
    else:
        packet = packet_at(data, start)
        end = start if packet is None else packet.end
    # What is longer than a packet is none, and will not become one.
    return end if len(data) - end < PACKET_BYTES else len(data)
