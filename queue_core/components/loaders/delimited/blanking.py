"""Lines that are no rows: remarks, names that come again, spaces. They are made blank, and said.

A blank line is none of a table's rows and keeps the number of the lines below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from queue_core.components.loaders.delimited.delimiters import COMMENT_SIGNS
from queue_core.components.loaders.tables.text_rows import BLANKS
from queue_core.components.loaders.tables.value_notes import shown

LINES_SHOWN = 5
BLOCK_BYTES = 4 << 20


class Reason(StrEnum):
    """Why a line is no row."""

    REMARK = "remark"
    HEADER = "header"
    SPACES = "spaces"


@dataclass(frozen=True)
class Blanked:
    """A line that was made blank.

    Attributes:
        line: Its number, from 1.
        reason: Why.
        text: What stands there.
    """

    line: int
    reason: Reason
    text: str


@dataclass(frozen=True)
class Blanking:
    """Which lines are no rows.

    Attributes:
        delimiter: What separates values.
        quote: What encloses values.
        width: How many columns there are.
        header: The line of names, where it comes again; empty: it does not.
        header_line: The last line of the names, from 1: remarks above it are left out anyway.
        remarks: Whether lines that begin as remarks do, and have not the values of a row, are none.
    """

    delimiter: str
    quote: str
    width: int
    header: str = ""
    header_line: int = 0
    remarks: bool = False

    def reason(self, line: str) -> Reason | None:
        """Return why a line is no row; None: it is one."""
        if line and not line.strip(BLANKS.replace(self.delimiter, "")):
            return Reason.SPACES
        if self.header and self._is_header(line):
            return Reason.HEADER
        if self.remarks and is_remark_line(line, self.delimiter, self.width):
            return Reason.REMARK
        return None

    def _is_header(self, line: str) -> bool:
        """Return whether a line names the columns again, in quotes or without."""
        if line == self.header or not self.quote:
            return line == self.header
        if len(line) > len(self.header) + 2 * self.width:
            return False
        return line.replace(self.quote, "") == self.header.replace(self.quote, "")


def is_remark_line(line: str, delimiter: str, width: int) -> bool:
    """Return whether a line begins as remarks do, and has not the values of a row."""
    return line.startswith(COMMENT_SIGNS) and line.count(delimiter) + 1 != width


def comes_again(path: Path, line: str) -> bool:
    """Return whether *line* stands in a file below its first lines."""
    wanted = b"\n" + line.encode()
    rest = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            text = rest + block
            at = text.find(wanted)
            while at >= 0:
                if text[at + len(wanted) : at + len(wanted) + 1] in (b"\n", b"\r", b""):
                    return True
                at = text.find(wanted, at + 1)
            rest = text[-len(wanted) :]
    return False


def blanked_lines(
    blocks: Iterator[bytes],
    blanking: Blanking,
    first_line: int,
    on_blank: Callable[[Blanked], None],
) -> Iterator[bytes]:
    """Yield the text with blank lines for those that are no rows."""
    quote = blanking.quote.encode()
    inside = False
    waiting = b""
    number = first_line
    for block in _closed(blocks):
        *lines, waiting = (waiting + block).split(b"\n")
        if block == b"" and waiting:
            lines, waiting = [*lines, waiting], b""
        kept = []
        for line in lines:
            text = line.removesuffix(b"\r")
            reason = None
            if not inside and number > blanking.header_line:
                reason = blanking.reason(text.decode("utf-8", "replace"))
            if reason is None:
                inside ^= bool(quote) and line.count(quote) % 2 == 1
                kept.append(line)
            else:
                on_blank(Blanked(number, reason, text.decode("utf-8", "replace")))
                kept.append(line[len(text) :])
            number += 1
        if kept:
            yield b"\n".join(kept) + b"\n"


def _closed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield from (block for block in blocks if block)
    yield b""


def blanked_notes(found: Sequence[Blanked], name: str) -> list[str]:
    """Say which lines were no rows."""
    notes = []
    for reason, words in (
        (
            Reason.REMARK,
            "remarks that have not the values of a row",
        ),
        (Reason.HEADER, "the header again"),
    ):
        lines = [item for item in found if item.reason is reason]
        if lines:
            numbers = ", ".join(f"{item.line:,}" for item in lines[:LINES_SHOWN])
            more = ", …" if len(lines) > LINES_SHOWN else ""
            noun = "line" if len(lines) == 1 else "lines"
            notes.append(
                f"{len(lines):,} {noun} of {name} ({numbers}{more}) left out as {words} "
                f"(“{shown(lines[0].text)}”)."
            )
    return notes
