"""The layout of a text table, and its rows as Python reads them: for samples, not for loading."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

WHITESPACE = "whitespace"
FIXED_WIDTH = "fixed width"
SAMPLE_ROWS = 2_000
BLANKS = " \t\x0b\x0c\x1a\u00a0\u2007\u200b\u202f\u3000\ufeff"
"""What a line may hold that holds nothing; \\x1a ends files of old systems."""
_STAND_IN = "\x1f"
_RUNS = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Dialect:
    """The layout of a text table.

    Attributes:
        delimiter: What separates values; `WHITESPACE` for runs of spaces and tabs, `FIXED_WIDTH`
            where columns begin at the same place of every line.
        quote: What encloses values; empty: nothing does.
        escape: What makes a quote part of a quoted value: the quote itself, or a backslash.
        skip_lines: Lines before the header (or before the rows, where there is no header).
        header: Whether the first line after those holds the names.
        skip_spaces: Whether spaces between a separator and a value mean nothing, so that a quote
            behind them opens a quoted value.
        gaps: Where columns of fixed width are parted: the first blank place and the one behind it.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    skip_lines: int = 0
    header: bool = True
    skip_spaces: bool = False
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def separator(self) -> str:
        """What separates the values once spaces are made tabs."""
        return "\t" if self.delimiter in (WHITESPACE, FIXED_WIDTH) else self.delimiter


@dataclass(frozen=True)
class Row:
    """A row of the sample.

    Attributes:
        values: Its values.
        first_line: The line that it begins on, from 1; blank lines before it count as its own.
        last_line: The line that it ends on.
    """

    values: tuple[str, ...]
    first_line: int
    last_line: int


def read_rows(text: str, dialect: Dialect, limit: int = SAMPLE_ROWS) -> Iterator[Row]:
    """Yield the rows of *text* that are not blank."""
    lines = io.StringIO(text, newline="")
    for _ in range(dialect.skip_lines):
        lines.readline()
    last = dialect.skip_lines
    found = 0
    for values, line in _parsed(lines, dialect):
        first, last = last + 1, line + dialect.skip_lines
        if len(values) > 1 or (values and values[0].strip(BLANKS)):
            yield Row(tuple(values), first, last)
            found += 1
            if found == limit:
                return


def _parsed(lines: io.StringIO, dialect: Dialect) -> Iterator[tuple[list[str], int]]:
    delimiter = dialect.delimiter
    source: Iterator[str] | io.StringIO = lines
    if delimiter == WHITESPACE:
        source = io.StringIO(_tabbed(lines.read(), dialect.quote), newline="")
        delimiter = "\t"
    elif delimiter == FIXED_WIDTH:
        source = (cut_line(line, dialect.gaps) or line for line in lines)
        delimiter = "\t"
    elif len(delimiter) > 1:
        source = (line.replace(dialect.delimiter, _STAND_IN) for line in lines)
        delimiter = _STAND_IN
    reader = csv.reader(
        source,
        delimiter=delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        doublequote=dialect.escape == dialect.quote,
        escapechar=None if dialect.escape == dialect.quote else dialect.escape,
        skipinitialspace=dialect.skip_spaces,
    )
    previous = csv.field_size_limit(1 << 30)
    try:
        for values in reader:
            yield values, reader.line_num
    except csv.Error:  # a lone carriage return, say: the engine will name the place
        return
    finally:
        csv.field_size_limit(previous)


def cut_line(line: str, gaps: tuple[tuple[int, int], ...]) -> str | None:
    """Return a line of columns of fixed width with tabs between its values; None: it has others.

    A value may reach into a gap; there must be one widest space in it that parts the values.
    """
    text = line.rstrip("\r\n")
    if not text.strip() or not text.strip("-=+| "):  # blank, or a rule
        return line[len(text) :] or "\n"
    if "\t" in text:
        return None
    values, begin = [], 0
    for first, end in gaps:
        place = _widest_space(text[first:end].ljust(end - first))
        if place is None:
            return None
        values.append(text[begin : first + place].strip())
        begin = first + place
    return "\t".join([*values, text[begin:].strip()]) + line[len(text) :]


def _widest_space(gap: str) -> int | None:
    """Return where in a gap its widest space begins; None: there is none, or no widest one."""
    spaces = sorted((len(found[0]), found.start()) for found in re.finditer(" +", gap))
    if not spaces or (len(spaces) > 1 and spaces[-1][0] == spaces[-2][0]):
        return None
    return spaces[-1][1]


def _tabbed(text: str, quote: str) -> str:
    """Return *text* with one tab for each run of spaces outside of quotes, none at line ends."""
    parts = text.split(quote) if quote else [text]
    for position in range(0, len(parts), 2):
        part = _RUNS.sub("\t", parts[position])
        part = part.replace("\n\t", "\n").replace("\t\n", "\n").replace("\t\r\n", "\r\n")
        parts[position] = part.removeprefix("\t") if position == 0 else part
    if len(parts) % 2:
        parts[-1] = parts[-1].removesuffix("\t")
    return quote.join(parts)
