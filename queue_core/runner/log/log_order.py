"""Puts what came on several pipes into the order in which it was written.

Bytes on a pipe carry no time. But a record says when it was written and how much of the other
pipes waited to be read just then; with the times of the reads, that is its place among them,
whoever wrote to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.runner.log.log_frames import RECORDS
from queue_core.runner.log.log_lines import STDERR, STDOUT
from queue_core.runner.log.log_records import Packet, count_records, whole_records

# Of a flood of records nobody follows the order, and looking at each one costs time.
_RECORDS_ORDERED = 256
_STREAMS = (STDOUT, STDERR)


@dataclass(frozen=True)
class Piece:
    """What one read of a pipe gave.

    Attributes:
        source: Which pipe.
        data: What was read.
        began_ns: When the read began, by the monotonic clock; all of the data was there by then.
        ended_ns: When it had ended.
        left: How many bytes waited in the pipe after the read.
    """

    source: str
    data: bytes
    began_ns: int
    ended_ns: int
    left: int = 0


def in_order(pieces: list[Piece], records: bytes) -> list[tuple[str, bytes]]:
    """Return raw output and records, cut and ordered as they were written.

    Args:
        pieces: What was read of the pipes for raw output, in that order.
        records: The records that were read after the first of the pieces.
    """
    plain = [(piece.source, piece.data) for piece in pieces if piece.data]
    if not plain or not records or count_records(records) > _RECORDS_ORDERED:
        return [*plain, (RECORDS, records)] if records else plain
    streams = {
        source: b"".join(piece.data for piece in pieces if piece.source == source)
        for source in _STREAMS
    }
    done = dict.fromkeys(_STREAMS, 0)
    found: list[tuple[str, bytes]] = []

    def take(source: str, end: int) -> None:
        if end > done[source]:
            found.append((source, streams[source][done[source] : end]))
            done[source] = end

    for packet in whole_records(records):
        if packet is None:
            continue
        for source, waiting in zip(_STREAMS, packet.waiting, strict=True):
            take(source, min(_place(pieces, source, packet, waiting), len(streams[source])))
        record = records[packet.start : packet.end]
        if found and found[-1][0] == RECORDS:
            record = found.pop()[1] + record
        found.append((RECORDS, record))
    for source in _STREAMS:
        take(source, len(streams[source]))
    return found


def missing_before_last(pieces: list[Piece], records: bytes) -> dict[str, int]:
    """Return how many bytes of each stream, written before the last record, have not been read."""
    last = None
    for packet in whole_records(records):
        last = packet or last
    if last is None:
        return {}
    missing: dict[str, int] = {}
    for source, waiting in zip(_STREAMS, last.waiting, strict=True):
        read = sum(len(piece.data) for piece in pieces if piece.source == source)
        missing[source] = _place(pieces, source, last, waiting) - read
    return missing


def _place(pieces: list[Piece], source: str, packet: Packet, waiting: int) -> int:
    """Return how many bytes of a stream were written before a record."""
    read_before = 0
    for piece in pieces:
        if piece.source != source or piece.began_ns > packet.time_ns:
            continue
        if piece.ended_ns < packet.time_ns or _had_taken(piece, waiting):
            read_before += len(piece.data)
    return read_before + waiting


def _had_taken(piece: Piece, waiting: int) -> bool:
    """Return whether a read that was under way had taken its bytes when *waiting* were unread.

    Before, at least its own were waiting, and after it less was left. Where more was left, the
    program may have written on either side; a thread waits longer to come back from a read than
    to begin it.
    """
    return waiting < len(piece.data) or waiting <= piece.left
