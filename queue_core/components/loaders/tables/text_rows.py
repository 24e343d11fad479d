"""The layout of a text table, and its rows as Python reads them: for samples, not for loading."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

WHITESPACE = "whitespace"
SAMPLE_ROWS = 2_000
_STAND_IN = "\x1f"
_RUNS = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Dialect:
    """The layout of a text table.

    Attributes:
        delimiter: What separates values; `WHITESPACE` for runs of spaces and tabs.
        quote: What encloses values; empty: nothing does.
        escape: What makes a quote part of a quoted value: the quote itself, or a backslash.
        skip_lines: Lines before the header (or before the rows, where there is no header).
        header: Whether the first line after those holds the names.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    skip_lines: int = 0
    header: bool = True


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
        if values:
            yield Row(tuple(values), first, last)
            found += 1
            if found == limit:
                return


def _parsed(lines: io.StringIO, dialect: Dialect) -> Iterator[tuple[list[str], int]]:
    delimiter = dialect.delimiter
    source: Iterator[str] | io.StringIO = lines
    if delimiter == WHITESPACE:
        source = (_RUNS.sub("\t", line.strip(" \t\r\n")) + "\n" for line in lines)
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
    )
    previous = csv.field_size_limit(1 << 30)
    try:
        for values in reader:
            yield values, reader.line_num
    except csv.Error:  # a lone carriage return, say: the engine will name the place
        return
    finally:
        csv.field_size_limit(previous)
