"""Whether an old workbook (.xls) is sound enough to be given to the reader of its cells.

The reader trusts the sizes that such a file states: of a damaged one it may ask for more memory
than the machine has, which ends the process. So the chains of its sectors and the sizes of its
sheets are looked at first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ROWS, MOST_COLUMNS = 65_536, 256
_LAST = 0xFFFF_FFFA  # what is larger ends a chain
_HEADER_SECTORS = 109
_ENTRY_BYTES = 128
_DIMENSIONS = 0x0200
_CELLS = frozenset(
    (0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E)
)
_TOO_LARGE = "a sheet of it is larger than a sheet can be"
_SMALL_STREAM_BYTES = 4096


class UnsoundError(Exception):
    """The file contradicts itself."""


def fault_of(path: Path) -> str:
    """Return what is wrong with a compound file; empty: it is sound, or none of this kind."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        return ""
    try:
        _require_sound(data)
    except (UnsoundError, struct.error, IndexError) as error:
        return str(error) if isinstance(error, UnsoundError) else "a part of it is missing"
    return ""


def _require_sound(data: bytes) -> None:
    sector_shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if sector_shift not in (9, 12) or mini_shift != 6:
        raise UnsoundError("its sectors have an impossible size")
    size = 1 << sector_shift
    fat = _table(data, size)
    first_directory, first_mini = struct.unpack_from("<I", data, 48)[0], _at(data, 60)
    directory = _stream(data, fat, first_directory, size)
    entries = [
        directory[at : at + _ENTRY_BYTES]
        for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES)
    ]
    if not entries:
        raise UnsoundError("it has no directory")
    root = entries[0]
    minis = _stream(data, fat, _at(root, 116), size) if _at(root, 116) < _LAST else b""
    mini_fat_bytes = _stream(data, fat, first_mini, size) if first_mini < _LAST else b""
    mini_fat = list(struct.unpack(f"<{len(mini_fat_bytes) // 4}I", mini_fat_bytes))
    for entry in entries[1:]:
        length = _at(entry, 120)
        if entry[66:67] != b"\x02" or not length:
            continue
        if length > len(data):
            raise UnsoundError("a part of it is longer than the whole file")
        if length < _SMALL_STREAM_BYTES:
            numbers = _chain(mini_fat, _at(entry, 116))
            content = b"".join(minis[number * 64 : number * 64 + 64] for number in numbers)
        else:
            content = _stream(data, fat, _at(entry, 116), size)
        _require_content(entry, content, length)


def _require_content(entry: bytes, content: bytes, length: int) -> None:
    if len(content) < length:
        raise UnsoundError("a part of it is cut off")
    if _name(entry) in ("Workbook", "Book"):
        _require_sizes(content[:length])


def _table(data: bytes, size: int) -> list[int]:
    """Return which sector follows each one."""
    count = _at(data, 44)
    sectors = [_at(data, 76 + 4 * n) for n in range(min(count, _HEADER_SECTORS))]
    following, seen = _at(data, 68), set()
    while following < _LAST and len(sectors) < count:
        if following in seen:
            raise UnsoundError("its table of sectors leads in a circle")
        seen.add(following)
        content = _sector(data, following, size)
        *more, following = struct.unpack(f"<{size // 4}I", content)
        sectors += [number for number in more if number < _LAST]
    if count > len(data) // size + 1:
        raise UnsoundError("its table of sectors is larger than the file")
    blocks = [_sector(data, number, size) for number in sectors if number < _LAST]
    return [value for block in blocks for value in struct.unpack(f"<{size // 4}I", block)]


def _chain(table: list[int], first: int) -> Iterator[int]:
    number, count = first, 0
    while number < _LAST:
        if number >= len(table) or count > len(table):
            raise UnsoundError("its sectors lead nowhere, or in a circle")
        yield number
        number, count = table[number], count + 1


def _stream(data: bytes, table: list[int], first: int, size: int) -> bytes:
    return b"".join(_sector(data, number, size) for number in _chain(table, first))


def _sector(data: bytes, number: int, size: int) -> bytes:
    start = (number + 1) * size
    content = data[start : start + size]
    if not content:
        raise UnsoundError("a part of it is cut off")
    return content.ljust(size, b"\0")


def _require_sizes(content: bytes) -> None:
    """Make sure that the records follow each other and no sheet is larger than there are cells."""
    at = 0
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        at += 4
        if at + length > len(content):
            return  # what follows the last record is not looked at by readers, either
        if kind == _DIMENSIONS and length >= 14:
            _first_row, end_row, _first, end = struct.unpack_from("<IIHH", content, at)
            if end_row > MOST_ROWS or end > MOST_COLUMNS:
                raise UnsoundError(_TOO_LARGE)
        elif kind in _CELLS and length >= 4 and content[at + 3]:  # a column beyond the 256th
            raise UnsoundError(_TOO_LARGE)
        at += length


def _at(data: bytes, position: int) -> int:
    return int(struct.unpack_from("<I", data, position)[0])


def _name(entry: bytes) -> str:
    length = max(0, struct.unpack_from("<H", entry, 64)[0] - 2)
    return entry[: min(length, 64)].decode("utf-16-le", "replace")
