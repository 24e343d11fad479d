"""How a text table is laid out: what separates, quotes and heads its columns."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from queue_core.components.loaders.delimited.delimiters import (
    COMMENT_SIGNS,
    ONE_COLUMN,
    find_delimiter,
    find_escape,
    find_quote,
    has_plain_quotes,
    has_short_header,
    is_remark,
    preamble,
    skips_spaces,
    usual_width,
)
from queue_core.components.loaders.delimited.fixed_width import find_gaps
from queue_core.components.loaders.delimited.one_column import LOG
from queue_core.components.loaders.tables.header import (
    find_start,
    has_header,
)
from queue_core.components.loaders.tables.text_rows import (
    FIXED_WIDTH,
    WHITESPACE,
    Dialect,
    Row,
    cut_line,
    read_rows,
)
from queue_core.components.loaders.tables.text_values import is_typed

SAMPLE_CHARACTERS = 256 << 10
COMMENTED = "a remark holds as many names as there are columns"
ALIGNED = "all lines are blank at the same places"
NAMED = "each column has a name in the first line"


@dataclass(frozen=True)
class Layout:
    """A dialect and what the first lines hold when read with it.

    Attributes:
        dialect: The layout.
        names: The names as they stand in the header; generated ones where there is none.
        rows: The first rows.
        reasons: Why, by option.
        header_lines: How many lines the header takes, blank ones before it included.
        lacks_first_name: Whether the header has one name less than the rows have values, as
            programs write it that count rows in a column without a name.
        is_spaced: Whether a space follows each separator, and means nothing.
        header_text: The line of names as the engine sees it.
        comes_again: Whether it comes again amid the rows.
        has_remarks: Whether remarks stand amid the rows.
    """

    dialect: Dialect
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    reasons: dict[str, str]
    header_lines: int = 0
    lacks_first_name: bool = False
    is_spaced: bool = False
    header_text: str = ""
    comes_again: bool = False
    has_remarks: bool = False

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.names)


def find_layout(
    text: str,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    skip_lines: int | None = None,
    header: bool | None = None,
) -> Layout:
    """Return the layout of *text*, the first complete lines of a table.

    Args:
        text: The lines; what is left out of it is taken for the same.
        delimiter: Overrides what is found; so do the others.
        quote: What encloses values.
        skip_lines: Lines before the table.
        header: Whether the first line of the table holds the names.
    """
    reasons: dict[str, str] = {}
    announced = re.match(r"sep=(.)\r?\n", text)
    if announced and delimiter is None:
        delimiter = announced[1]
        skip_lines = skip_lines or 1
        reasons["delimiter"] = "the first line says so"
    sample = text[:SAMPLE_CHARACTERS]
    chosen_quote = find_quote(sample, delimiter) if quote is None else quote
    is_all = len(text) <= SAMPLE_CHARACTERS
    escape = find_escape(sample, chosen_quote, delimiter, is_all)
    dialect = Dialect(quote=chosen_quote, escape=escape, skip_lines=skip_lines or 0)
    if delimiter is None:
        delimiter, reasons["delimiter"] = find_delimiter(sample, dialect)
    spaced = skips_spaces(sample, delimiter, chosen_quote)
    dialect = replace(dialect, delimiter=delimiter, skip_spaces=spaced)
    dialect = _with_fixed_width(dialect, sample, reasons, is_all=is_all)
    if quote is None and has_plain_quotes(sample, dialect, is_all):
        dialect = replace(dialect, quote="", escape="", skip_spaces=False)
        reasons["quote"] = "quotes are part of the values: without them, all lines are even"
    rows = list(read_rows(sample, dialect))
    width = usual_width(rows)
    rows = [_without_open_end(row, width) for row in rows]
    if skip_lines is None:
        dialect, rows = _below_preamble(dialect, rows, width, header, sample, reasons)
    elif rows and header is not False and is_remark(rows[0], width):
        named = _commented_names(rows[0], dialect, width, sample)
        rows = [named, *rows[1:]] if named is not None else rows
        if named is not None:
            reasons["header"] = COMMENTED
    if rows and rows[0].first_line - 1 > dialect.skip_lines:
        # The engine counts the blank lines before the header, too.
        dialect = replace(dialect, skip_lines=rows[0].first_line - 1)
    return _with_header(dialect, rows, width, header, reasons, sample)


def _with_fixed_width(
    dialect: Dialect, sample: str, reasons: dict[str, str], *, is_all: bool
) -> Dialect:
    """Return the dialect with the gaps between columns of fixed width, if there are such."""
    found = reasons.get("delimiter")
    if found == LOG:
        reasons["header"] = LOG
    if found != ONE_COLUMN and dialect.delimiter != FIXED_WIDTH:
        return dialect
    lines = sample.splitlines(keepends=True)[dialect.skip_lines :]
    gaps = find_gaps("".join(lines), is_all=is_all)
    if not gaps:
        return dialect
    if found == ONE_COLUMN:
        reasons["delimiter"] = ALIGNED
    reasons["header"] = NAMED
    return replace(dialect, delimiter=FIXED_WIDTH, quote="", escape="", gaps=gaps)


def _below_preamble(
    dialect: Dialect,
    rows: list[Row],
    width: int,
    header: bool | None,
    sample: str,
    reasons: dict[str, str],
) -> tuple[Dialect, list[Row]]:
    """Leave out what stands above the table; names behind the sign of a remark are its header."""
    is_short = has_short_header(rows, width, sample, dialect.quote)
    skipped = 0 if is_short else preamble(rows, width)
    named = _commented_names(rows[skipped - 1], dialect, width, sample) if skipped else None
    if named is not None and header is not False and not has_header(rows[skipped:], width)[0]:
        reasons["header"] = COMMENTED
        rows = [named, *rows[skipped:]]
        skipped = named.first_line - 1
    else:
        rows = rows[skipped:]
        start = find_start(rows, width, has_blank_header=not skipped)
        if start.row and not start.header and header is None and not any(rows[0].values):
            reasons["header"] = start.reason
        is_short = has_short_header(rows, width, sample, dialect.quote)
        if is_short and (width == 2 or not start.header):
            start = replace(start, row=0)
        if header is not False or not any(
            value.strip() for row in rows[:1] for value in row.values
        ):
            rows = rows[start.row :]
        skipped = rows[0].first_line - 1 if rows and (skipped or start.row) else 0
    if skipped and rows:
        reasons["skip_rows"] = f"the first {skipped} lines are not like those below"
        dialect = replace(dialect, skip_lines=skipped)
    return dialect, rows


def _commented_names(row: Row, dialect: Dialect, width: int, sample: str) -> Row | None:
    """Return a remark as the row of names that it holds; None: it holds none."""
    line = line_of(sample, row.last_line).strip()
    sign = next((sign for sign in COMMENT_SIGNS if line.startswith(sign)), "")
    if not sign:
        return None
    inside = line[len(sign) :].strip()
    found = next(read_rows(inside, replace(dialect, skip_lines=0)), None)
    names = [value.strip() for value in found.values] if found else []
    if len(names) == width + 1 and names[0].endswith(":"):  # Fields: date time …
        names = names[1:]
    if len(names) != width:
        return None
    if not all(names) or any(map(is_typed, names)):
        return None
    return Row(tuple(names), row.last_line, row.last_line)


def line_of(text: str, number: int) -> str:
    """Return a line of *text*, counted from 1, as it stands there."""
    lines = io.StringIO(text, newline="")
    for _ in range(number - 1):
        lines.readline()
    return lines.readline()


def _with_header(
    dialect: Dialect,
    rows: Sequence[Row],
    width: int,
    header: bool | None,
    reasons: dict[str, str],
    sample: str,
) -> Layout:
    short = has_short_header(rows, width, sample, dialect.quote)
    if header is None and "header" in reasons:
        header = reasons["header"] in (COMMENTED, NAMED)
    elif header is None:
        header, reasons["header"] = (True, "it holds names") if short else has_header(rows, width)
    dialect = replace(dialect, header=header)
    remarks = [row for row in rows if is_remark(row, width)] if width > 1 else []
    if not header or not rows:
        names = tuple(f"column_{number}" for number in range(1, width + 1))
        table = tuple(row for row in rows if row not in remarks)
        spaced = _is_spaced(table, width)
        return Layout(dialect, names, table, reasons, is_spaced=spaced, has_remarks=bool(remarks))
    head = rows[0]
    names = _names_of(head)
    table = tuple(
        _without_open_end(row, len(names))
        for row in rows[1:]
        if (width == 1 or row.values != head.values) and row not in remarks
    )
    comes_again = width > 1 and any(row.values == head.values for row in rows[1:])
    return Layout(
        dialect,
        ("", *names) if short else names,
        table,
        reasons,
        header_lines=head.last_line - dialect.skip_lines,
        lacks_first_name=short,
        is_spaced=_is_spaced(rows[:1], len(names)) or dialect.skip_spaces,
        header_text=_header_text(line_of(sample, head.last_line), dialect) if width > 1 else "",
        comes_again=comes_again,
        has_remarks=bool(remarks),
    )


def _header_text(line: str, dialect: Dialect) -> str:
    """Return the line of names as it is written for the engine."""
    text = line.strip("\r\n")
    if dialect.delimiter == WHITESPACE:
        return re.sub(r"[ \t]+", "\t", text.strip(" \t"))
    return (cut_line(text, dialect.gaps) or "") if dialect.gaps else text


def _names_of(head: Row) -> tuple[str, ...]:
    """Return the names; programs put the sign of a remark before the first one."""
    first, *others = (name.strip() for name in head.values)
    found = re.fullmatch(r"(?:#+|%+|//) *([^\s#%/]\S*)", first) if others else None
    return (found[1] if found else first, *others)


def _is_spaced(rows: Sequence[Row], width: int) -> bool:
    """Return whether a space follows every separator."""
    values = [value for row in rows if len(row.values) == width for value in row.values[1:]]
    return any(values) and all(value[:1] == " " for value in values if value)


def _without_open_end(row: Row, width: int) -> Row:
    """Return a row without the empty value behind its last separator, as the engine reads it."""
    if len(row.values) == width + 1 and not row.values[-1]:
        return replace(row, values=row.values[:-1])
    return row
