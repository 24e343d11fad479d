"""How a text table is laid out: what separates, quotes and heads its columns."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from queue_core.components.loaders.delimited.values import (
    MISSING_SIGNS,
    MISSING_WORDS,
    Kind,
    pattern,
    read_values,
)

WHITESPACE = "whitespace"
DELIMITERS = (",", ";", "\t", "|", "\x01", "^", "~", ":")
SAMPLE_CHARACTERS = 256 << 10
SAMPLE_ROWS = 2_000
PREAMBLE_ROWS = 100
MIN_CONSISTENCY = 0.6
PREAMBLE_PENALTY = 0.6
COMMENT_SIGNS = ("#", "%", "//")
_STAND_IN = "\x1f"
_RUNS = re.compile(r"[ \t]+")
_TYPED = re.compile(
    "|".join(
        f"(?:{pattern(kind)})"
        for kind in (Kind.FLOAT, Kind.BOOLEAN, Kind.DATETIME, Kind.INSTANT, Kind.TIME)
    )
    + r"|-?[0-9]{1,3}(?:[.,' ][0-9]{3})*[.,][0-9]+|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
)
_MISSING = frozenset((*MISSING_WORDS, *MISSING_SIGNS, ""))


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
        is_spaced: Whether a space follows each separator of the header, and means nothing.
    """

    dialect: Dialect
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    reasons: dict[str, str]
    header_lines: int = 0
    lacks_first_name: bool = False
    is_spaced: bool = False

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
    chosen_quote = _find_quote(sample, delimiter) if quote is None else quote
    escape = chosen_quote
    if chosen_quote and f"\\{chosen_quote}" in sample and chosen_quote * 2 not in sample:
        escape = "\\"
    dialect = Dialect(quote=chosen_quote, escape=escape, skip_lines=skip_lines or 0)
    if delimiter is None:
        delimiter, reasons["delimiter"] = _find_delimiter(sample, dialect)
    dialect = replace(dialect, delimiter=delimiter)
    rows = list(read_rows(sample, dialect))
    width = _usual_width(rows)
    if skip_lines is None:
        preamble = _preamble(rows, width)
        if preamble:
            skipped = rows[preamble].first_line - 1
            dialect = replace(dialect, skip_lines=skipped)
            reasons["skip_rows"] = f"the first {skipped} lines are not like those below"
            rows = rows[preamble:]
    return _with_header(dialect, rows, width, header, reasons)


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


def _find_quote(sample: str, delimiter: str | None) -> str:
    if '"' in sample or sample.count("'") < 2:
        return '"'
    around = re.escape(delimiter) if delimiter and delimiter != WHITESPACE else r"[,;\t| ]"
    quoted = re.findall(rf"(?:^|{around})'[^'\n]*'(?={around}|\r?$)", sample, re.MULTILINE)
    return "'" if len(quoted) * 2 >= sample.count("'") * 0.9 else '"'


def _find_delimiter(sample: str, dialect: Dialect) -> tuple[str, str]:
    best, best_score = "", 0.0
    for candidate in DELIMITERS:
        if candidate in sample:
            rows = list(read_rows(sample, replace(dialect, delimiter=candidate)))
            score = _score(rows)
            if candidate == ":":
                score *= 0.5  # times of the day look like columns
            if score > best_score:
                best, best_score = candidate, score
    if best:
        return best, "its columns are the most even"
    rows = list(read_rows(sample, replace(dialect, delimiter=WHITESPACE)))
    if _score(rows) > 0 and _typed_share(rows) >= 0.5 and _consistency(rows) >= 0.9:
        return WHITESPACE, "runs of spaces separate the columns"
    return ",", "there is one column"


def _score(rows: Sequence[Row]) -> float:
    width = _usual_width(rows)
    consistency = _consistency(rows)
    if width < 2 or consistency < MIN_CONSISTENCY:
        return 0.0
    score = consistency * (0.5 + 0.5 * _typed_share(rows)) * (1 - 0.5 / width)
    # 1,5;x below a;b: a sign that the first line lacks may be no separator at all.
    return score * (PREAMBLE_PENALTY if _preamble(rows, width) else 1)


def _usual_width(rows: Sequence[Row]) -> int:
    counts = Counter(len(row.values) for row in rows)
    if not counts:
        return 1
    return max(counts, key=lambda width: (counts[width], width))


def _consistency(rows: Sequence[Row]) -> float:
    """Return the share of rows of the usual width; a preamble does not count."""
    width = _usual_width(rows)
    start = _preamble(rows, width)
    table = rows[start:]
    return sum(len(row.values) == width for row in table) / max(len(table), 1)


def _typed_share(rows: Sequence[Row]) -> float:
    width = _usual_width(rows)
    cells = [
        value.strip() for row in rows[1:200] if len(row.values) == width for value in row.values
    ]
    if not cells:
        return 0.0
    return sum(bool(_TYPED.fullmatch(cell)) or cell in _MISSING for cell in cells) / len(cells)


def _preamble(rows: Sequence[Row], width: int) -> int:
    """Return how many rows stand before the table: comments, and lines of far fewer values."""
    count = 0
    for row in rows[:PREAMBLE_ROWS]:
        is_remark = row.values[0].startswith(COMMENT_SIGNS) and len(row.values) != width
        if not is_remark and len(row.values) * 2 > width:
            break
        count += 1
    return count if count < min(len(rows), PREAMBLE_ROWS) else 0


def _is_short_header(rows: Sequence[Row], width: int) -> bool:
    """Return whether the first row is a header that leaves the first column without a name."""
    if len(rows) < 2 or width < 3 or len(rows[0].values) != width - 1:
        return False
    table = [row.values for row in rows[1:] if len(row.values) == width]
    if all(not values[-1] for values in table):
        return False  # the rows end in a separator: the last value is none
    labels = [values[0] for values in table]
    if len(labels) < 2 or len(set(labels)) < len(labels) or not _are_row_labels(labels):
        return False
    return not any(_TYPED.fullmatch(value.strip()) or not value for value in rows[0].values)


def _are_row_labels(labels: Sequence[str]) -> bool:
    """Return whether these are the names of rows, or count them."""
    if any(not _TYPED.fullmatch(label) for label in labels):
        return True
    return all(label.isdigit() for label in labels) and all(
        int(after) - int(before) == 1 for before, after in itertools.pairwise(labels)
    )


def _with_header(
    dialect: Dialect,
    rows: Sequence[Row],
    width: int,
    header: bool | None,
    reasons: dict[str, str],
) -> Layout:
    short = _is_short_header(rows, width)
    if header is None:
        header, reasons["header"] = (True, "it holds names") if short else has_header(rows, width)
    dialect = replace(dialect, header=header)
    if not header or not rows:
        names = tuple(f"column_{number}" for number in range(1, width + 1))
        return Layout(dialect, names, tuple(rows), reasons)
    names = tuple(name.strip() for name in rows[0].values)
    return Layout(
        dialect,
        ("", *names) if short else names,
        tuple(rows[1:]),
        reasons,
        header_lines=rows[0].last_line - dialect.skip_lines,
        lacks_first_name=short,
        is_spaced=len(names) > 1 and all(name[:1] == " " for name in rows[0].values[1:]),
    )


def has_header(rows: Sequence[Row], width: int) -> tuple[bool, str]:
    """Return whether the first row holds names, and why."""
    if not rows:
        return False, "there is no line"
    first = [value.strip() for value in rows[0].values]
    below = [row.values for row in rows[1:] if len(row.values) == width]
    if not below:
        looks_typed = any(_TYPED.fullmatch(value) for value in first)
        return not looks_typed, "it is the only line"
    votes = sum(
        _vote(name, [row[position] for row in below]) for position, name in enumerate(first[:width])
    )
    if votes == 0 and len(set(first)) == len(first) and all(first):
        return True, "its values are names that do not come again"
    if votes > 0:
        return True, "its values are unlike those below"
    return False, "its values are like those below"


def _vote(name: str, values: Sequence[str]) -> int:
    """Return 1 where the first value is a name, -1 where it is a value like those below."""
    kind = read_values(values).kind
    if kind is Kind.TEXT:
        return -1 if name and name in values else 0
    if not name or name in _MISSING:
        return 0
    if re.fullmatch("(?:1[89]|20)[0-9]{2}", name) and not re.fullmatch(
        "(?:1[89]|20)[0-9]{2}", values[0].strip()
    ):
        return 0  # a year may head a column of numbers
    return -1 if read_values([name, *values]).kind is not Kind.TEXT else 1
