"""How a text table is laid out: what separates, quotes and heads its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from queue_core.components.loaders.tables.header import has_header, is_short_header
from queue_core.components.loaders.tables.readings import MISSING
from queue_core.components.loaders.tables.text_rows import WHITESPACE, Dialect, Row, read_rows
from queue_core.components.loaders.tables.text_values import is_typed

DELIMITERS = (",", ";", "\t", "|", "\x01", "^", "~", ":")
SAMPLE_CHARACTERS = 256 << 10
PREAMBLE_ROWS = 100
MIN_CONSISTENCY = 0.6
PREAMBLE_PENALTY = 0.6
COMMENT_SIGNS = ("#", "%", "//")


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
    dialect = Dialect(
        quote=chosen_quote, escape=_escape(sample, chosen_quote), skip_lines=skip_lines or 0
    )
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
    if rows and rows[0].first_line - 1 > dialect.skip_lines:
        # The engine counts the blank lines before the header, too.
        dialect = replace(dialect, skip_lines=rows[0].first_line - 1)
    return _with_header(dialect, rows, width, header, reasons)


def _escape(sample: str, quote: str) -> str:
    """Return what makes a quote part of a quoted value: a backslash, or the quote itself."""
    is_escaped = bool(quote) and f"\\{quote}" in sample and quote * 2 not in sample
    return "\\" if is_escaped else quote


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
    return sum(is_typed(cell) or cell in MISSING for cell in cells) / len(cells)


def _preamble(rows: Sequence[Row], width: int) -> int:
    """Return how many rows stand before the table: comments, and lines of far fewer values."""
    count = 0
    for row in rows[:PREAMBLE_ROWS]:
        is_remark = row.values[0].startswith(COMMENT_SIGNS) and len(row.values) != width
        if not is_remark and len(row.values) * 2 > width:
            break
        count += 1
    return count if count < min(len(rows), PREAMBLE_ROWS) else 0


def _with_header(
    dialect: Dialect,
    rows: Sequence[Row],
    width: int,
    header: bool | None,
    reasons: dict[str, str],
) -> Layout:
    short = is_short_header(rows, width)
    if header is None:
        header, reasons["header"] = (True, "it holds names") if short else has_header(rows, width)
    dialect = replace(dialect, header=header)
    if not header or not rows:
        names = tuple(f"column_{number}" for number in range(1, width + 1))
        return Layout(dialect, names, tuple(rows), reasons)
    names = tuple(name.strip() for name in rows[0].values)
    table = [_without_open_end(row, len(names)) for row in rows[1:]]
    return Layout(
        dialect,
        ("", *names) if short else names,
        tuple(table),
        reasons,
        header_lines=rows[0].last_line - dialect.skip_lines,
        lacks_first_name=short,
        is_spaced=len(names) > 1 and all(name[:1] == " " for name in rows[0].values[1:]),
    )


def _without_open_end(row: Row, width: int) -> Row:
    """Return a row without the empty value behind its last separator, as the engine reads it."""
    if len(row.values) == width + 1 and not row.values[-1]:
        return replace(row, values=row.values[:-1])
    return row
