"""How long a line of a text may be: what is longer is no row, and would fill the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import AnyStr, BinaryIO

from queue_core.errors import DataError

MAX_LINE_BYTES = 32_000_000
LOOK_BYTES = 100_000


def limited_lines(blocks: Iterable[AnyStr], name: str) -> Iterator[AnyStr]:
    """Pass a text in blocks on, as long as its lines are no longer than 32 MB.

    Args:
        blocks: The text, or its bytes in an encoding that holds ASCII.
        name: The file, for messages.

    Raises:
        DataError: A line is longer; the message names it.
    """
    line, length = 1, 0
    for block in blocks:
        feed, back = ("\n", "\r") if isinstance(block, str) else (b"\n", b"\r")
        start = 0
        while len(block) - start + length > MAX_LINE_BYTES:
            stop = start + MAX_LINE_BYTES - length + 1
            last = max(block.rfind(feed, start, stop), block.rfind(back, start, stop))
            if last < 0:
                raise _too_long(name, line + block.count(feed, 0, start))
            start, length = last + 1, 0
        last = max(block.rfind(feed, start), block.rfind(back, start))
        line += block.count(feed)
        length = length + len(block) - start if last < 0 else len(block) - last - 1
        yield block


def require_line_ends(path: Path, name: str) -> None:
    """Make sure that a text that is read as it is on disk has lines, looking at little of it.

    Args:
        path: The text, in an encoding that holds ASCII.
        name: The file, for messages.

    Raises:
        DataError: 32 MB of it are without a line end.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        for start in range(0, size - MAX_LINE_BYTES, MAX_LINE_BYTES):
            file.seek(start)
            if not _has_end(file):
                file.seek(0)
                before = sum(
                    file.read(LOOK_BYTES).count(b"\n") for _ in range(0, start, LOOK_BYTES)
                )
                raise _too_long(name, before + 1)


def _has_end(file: BinaryIO) -> bool:
    """Return whether a line ends in the next 32 MB."""
    for _ in range(0, MAX_LINE_BYTES, LOOK_BYTES):
        block = file.read(LOOK_BYTES)
        if b"\n" in block or b"\r" in block:
            return True
    return False


def _too_long(name: str, line: int) -> DataError:
    return DataError(
        f"Line {line:,} of {name} is longer than {MAX_LINE_BYTES // 1_000_000} MB: "
        "it is no row of a table.",
        hint="Check the line ends of the file, or how it was packed, and export it again.",
    )
