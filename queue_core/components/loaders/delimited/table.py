"""A text table as the engine sees it: every value as text, rows that do not fit found and named."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from queue_core.components.loaders.delimited import BadRows
from queue_core.components.loaders.delimited.text_file import NEWLINES, TextFile
from queue_core.components.loaders.tables.text_rows import Dialect, read_rows
from queue_core.components.sql_engine import Connection
from queue_core.components.sql_text import file_literal, literal

DEFAULT_LINE_BYTES = 2_000_000
MAX_REJECTS = 1_000_000
SCAN_BYTES = 1 << 20


class Problem(StrEnum):
    """What is wrong with a row, in the engine's words."""

    TOO_MANY = "TOO MANY COLUMNS"
    TOO_FEW = "MISSING COLUMNS"
    QUOTE = "UNQUOTED VALUE"
    ENCODING = "INVALID ENCODING"
    LONG_LINE = "LINE SIZE OVER MAXIMUM"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Rejected:
    """A row that the engine could not read.

    Attributes:
        line: Its first line in the file, from 1.
        problem: What is wrong with it.
        found: How many values it has, where that is the problem.
        text: The row as it stands in the file.
    """

    line: int
    problem: Problem
    found: int
    text: str


@dataclass(frozen=True)
class Table:
    """How the engine reads a text file as a table of texts.

    Attributes:
        file: The file.
        dialect: Its layout.
        width: How many columns it has.
        bad_rows: What happens to rows of another width.
        line_offset: Lines that the file lacks at its start, compared with the source.
        max_line_bytes: The longest line that is read.
    """

    file: TextFile
    dialect: Dialect
    width: int
    bad_rows: BadRows = BadRows.ERROR
    line_offset: int = 0
    max_line_bytes: int = DEFAULT_LINE_BYTES

    @property
    def skip(self) -> int:
        """Lines before the first row."""
        return self.dialect.skip_lines - self.line_offset + self.dialect.header

    def sql(self, *, keep_rejects: bool = False) -> str:
        """Return the table as SQL with columns `c0, c1, …` of text, null where they are empty.

        Args:
            keep_rejects: Whether rows that cannot be read go to `reject_errors`.
        """
        dialect = self.dialect
        names = ", ".join(f"c{position}: 'VARCHAR'" for position in range(self.width))
        arguments = [
            file_literal(self.file.path),
            "auto_detect = false",
            "header = false",
            f"skip = {self.skip}",
            f"delim = {literal(dialect.separator)}",
            f"quote = {literal(dialect.quote)}",
            f"escape = {literal(dialect.escape)}",
            f"new_line = {literal(NEWLINES[self.file.newline])}",
            "compression = 'none'",
            "nullstr = ''",
            f"max_line_size = {self.max_line_bytes}",
            f"columns = {{{names}}}",
        ]
        if self.bad_rows is BadRows.FILL:
            arguments += ["null_padding = true", "parallel = false"]
        if keep_rejects or self.bad_rows is not BadRows.ERROR:
            arguments += ["store_rejects = true", f"rejects_limit = {MAX_REJECTS}"]
        if self.width > 1:
            return f"read_csv({', '.join(arguments)})"
        # In a table of one column an empty line is none of its rows, but "" is a missing value.
        arguments.append("allow_quoted_nulls = false")
        inner = f"read_csv({', '.join(arguments)})"
        return f"(SELECT nullif(c0, '') AS c0 FROM {inner} WHERE c0 IS NOT NULL)"

    def rejected(self, connection: Connection) -> list[Rejected]:
        """Return the rows that the last query on *connection* left out, in order.

        The query's SQL must have been made with rejects kept.
        """
        rows = connection.execute(
            "SELECT line_byte_position, first(error_type), first(csv_line), "
            "first(error_message) FROM reject_errors GROUP BY 1 ORDER BY 1"
        ).fetchall()
        lines = _lines_at(self.file.path, [position - 1 for position, *_ in rows])
        found = []
        for line, (_, kind, text, message) in zip(lines, rows, strict=True):
            blank = len(text) - len(text.lstrip("\r\n"))
            first = line + text[:blank].count("\n") + self.line_offset
            count = re.search(r"Found: (\d+)", message or "")
            problem = Problem(kind) if kind in set(Problem) else Problem.OTHER
            found.append(Rejected(first, problem, int(count[1]) if count else 0, text[blank:]))
        return found

    def width_of(self, row: str) -> int:
        """Return how many values a row has."""
        found = next(read_rows(row, replace(self.dialect, skip_lines=0)), None)
        return len(found.values) if found else 0

    def line_of_row(self, number: int) -> int:
        """Return the line of the source on which the row of this number (from 1) begins."""
        return self.lines_of_rows([number])[0]

    def lines_of_rows(self, numbers: Sequence[int]) -> list[int]:
        """Return the lines of several rows; their numbers grow. 0: there is no such row."""
        found = []
        wanted = iter(numbers)
        number = next(wanted, None)
        for count, line in enumerate(self._row_lines(), start=1):
            if number is None:
                break
            if count == number:
                found.append(line)
                number = next(wanted, None)
        return found + [0] * (len(numbers) - len(found))

    def line_of_nul(self) -> int | None:
        """Return the line of the first zero byte; None where there is none."""
        line = 1 + self.line_offset
        with self.file.path.open("rb") as file:
            while block := file.read(SCAN_BYTES):
                position = block.find(b"\0")
                if position >= 0:
                    return line + block.count(b"\n", 0, position)
                line += block.count(b"\n")
        return None

    def count_rows(self) -> tuple[int, int | None]:
        """Count the rows without the engine, rows of another width included.

        Returns:
            The number of rows, and the line of the row with a quote that is not closed, if any.
        """
        before = self.skip - self.dialect.header
        dialect = self.dialect
        count, line = 0, before
        with self.file.path.open(encoding="utf-8", errors="replace", newline="") as file:
            for _ in range(before):
                file.readline()
            previous = csv.field_size_limit(1 << 30)
            try:
                reader = csv.reader(
                    file,
                    delimiter=dialect.separator[0],
                    quotechar=dialect.quote or None,
                    quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
                    doublequote=dialect.escape == dialect.quote,
                    escapechar=None if dialect.escape == dialect.quote else dialect.escape,
                    strict=True,
                )
                for row in reader:
                    count += bool(row)
                    line = before + reader.line_num
            except csv.Error:
                return count - dialect.header, line + 1 + self.line_offset
            finally:
                csv.field_size_limit(previous)
        return count - dialect.header, None

    def _row_lines(self) -> Iterator[int]:
        quote = self.dialect.quote.encode()
        waiting_header = self.dialect.header
        preamble = self.skip - self.dialect.header
        inside = False
        start = 0
        for number, line in enumerate(_physical_lines(self.file), start=1):
            if number <= preamble:
                continue
            if not inside:
                start = number
            if quote and line.count(quote) % 2:
                inside = not inside
            if not inside and line.strip(b"\r\n"):
                if waiting_header:
                    waiting_header = False
                else:
                    yield start + self.line_offset


def count_newlines(path: Path, newline: str = "\n") -> tuple[int, bool]:
    """Return how many line ends a file has, and whether its last line is without one."""
    code = ord(newline[-1])
    count = 0
    last = b""
    with path.open("rb") as file:
        while block := file.read(SCAN_BYTES):
            count += int(np.count_nonzero(np.frombuffer(block, np.uint8) == code))
            last = block
    return count, bool(last) and last[-1] != code


def summary(rejected: Sequence[Rejected]) -> Counter[Problem]:
    """Count the problems."""
    return Counter(row.problem for row in rejected)


def _physical_lines(file: TextFile) -> Iterator[bytes]:
    with file.path.open("rb") as opened:
        if file.newline != "\r":
            yield from opened
            return
        rest = b""
        while block := opened.read(SCAN_BYTES):
            *lines, rest = (rest + block).split(b"\r")
            yield from (line + b"\r" for line in lines)
        if rest:
            yield rest


def _lines_at(path: Path, positions: Sequence[int]) -> list[int]:
    """Return the line of each byte position; the positions grow."""
    lines = []
    line, done = 1, 0
    with path.open("rb") as file:
        for position in positions:
            while done < position:
                block = file.read(min(SCAN_BYTES, position - done))
                if not block:
                    break
                line += block.count(b"\n")
                done += len(block)
            lines.append(line)
    return lines
