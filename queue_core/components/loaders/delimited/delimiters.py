"""What separates and what quotes the values of a text table, as its first lines show."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from queue_core.components.loaders.delimited.one_column import (
    LOG,
    absent_sign,
    are_lines_values,
    are_log_lines,
    are_sentences,
    are_texts_with_commas,
    are_values_below_a_name,
)
from queue_core.components.loaders.tables.header import is_short_header, votes
from queue_core.components.loaders.tables.readings import MISSING
from queue_core.components.loaders.tables.text_rows import WHITESPACE, Dialect, Row, read_rows
from queue_core.components.loaders.tables.text_values import is_typed

DELIMITERS = (",", ";", "\t", "|", "\x01", "^", "~", "::", ":")
PREAMBLE_ROWS = 100
SENTENCES = 10
MIN_CONSISTENCY = 0.6
PREAMBLE_PENALTY = 0.6
ONE_COLUMN = "there is one column"
COMMENT_SIGNS = ("#", "%", "//")
_CLOCK = re.compile(r"[0-9]:[0-9]{2}")
_SPLIT_BRACKET = re.compile(r"\[[^\]\s]+ [^\]\n]*\]")


def find_quote(sample: str, delimiter: str | None) -> str:
    """Return the sign that encloses values."""
    if '"' in sample or sample.count("'") < 2:
        return '"'
    around = re.escape(delimiter) if delimiter and delimiter != WHITESPACE else r"[,;\t| ]"
    quoted = re.findall(rf"(?:^|{around})'[^'\n]*'(?={around}|\r?$)", sample, re.MULTILINE)
    return "'" if len(quoted) * 2 >= sample.count("'") * 0.9 else '"'


def find_escape(sample: str, quote: str, delimiter: str | None, is_all: bool) -> str:
    """Return what makes a quote part of a quoted value: a backslash, or the quote itself.

    A backslash before a quote is an escape, or the end of a value. With the wrong reading a quote
    stands amid a value, never closes, or the lines differ in their number of values.

    Args:
        sample: The first lines.
        quote: What encloses values.
        delimiter: What separates them, where that is known.
        is_all: Whether there are no more lines.
    """
    if not quote or f"\\{quote}" not in sample:
        return quote
    signs = [delimiter] if delimiter else [sign for sign in DELIMITERS if sign in sample] or [","]
    for escape in (quote, "\\"):
        for sign in signs:
            widths = _widths(sample, Dialect(delimiter=sign, quote=quote, escape=escape), is_all)
            if widths is not None and len(set(widths) - {0}) == 1:
                return escape
    return _likely_escape(sample, quote)


def _likely_escape(sample: str, quote: str) -> str:
    """Return which of the two a sample shows that fits neither: are quotes doubled amid values?"""
    mark = re.escape(quote * 2)
    rest = re.sub(rf"(?:^|(?<=[,;|\s])){mark}(?=[,;|\s]|$)", "", sample.replace(f"\\{quote}", ""))
    return quote if quote * 2 in rest else "\\"


def find_delimiter(sample: str, dialect: Dialect) -> tuple[str, str]:
    """Return what separates the values, and why."""
    if are_log_lines(sample):
        return absent_sign(sample), LOG
    best, best_score = "", 0.0
    is_prose = are_sentences(sample)
    for candidate in DELIMITERS:
        if candidate in sample and not (candidate == ":" and "::" in sample):
            spaced = skips_spaces(sample, candidate, dialect.quote)
            tried = replace(dialect, delimiter=candidate, skip_spaces=spaced)
            rows = list(read_rows(sample, tried))
            is_prose = is_prose or (candidate == "," and are_texts_with_commas(rows))
            score = _score(rows, candidate, sample)
            if score and are_values_below_a_name(rows, candidate, sample):
                is_prose, score = True, 0.0
            if score > best_score:
                best, best_score = candidate, score
    if best:
        return best, "its columns are the most even"
    rows = list(read_rows(sample, replace(dialect, delimiter=WHITESPACE)))
    if _is_split_by_spaces(rows, sample, dialect.quote):
        return WHITESPACE, "runs of spaces separate the columns"
    return absent_sign(sample) if is_prose else ",", ONE_COLUMN


def skips_spaces(sample: str, delimiter: str, quote: str) -> bool:
    """Return whether quotes follow a separator and spaces, never the separator alone."""
    if not quote or delimiter in (WHITESPACE, " "):
        return False
    sign, mark = re.escape(delimiter), re.escape(quote)
    spaced = re.search(rf"{sign} +{mark}", sample)
    return bool(spaced) and not re.search(rf"{sign}{mark}(?!{mark})", sample)


def has_plain_quotes(sample: str, dialect: Dialect, is_all: bool) -> bool:
    """Return whether quotes in a file of tabs are part of its values: so all lines are even.

    Args:
        sample: The first lines.
        dialect: How they are read so far.
        is_all: Whether there are no more.
    """
    if dialect.delimiter != "\t" or not dialect.quote or dialect.quote not in sample:
        return False
    if not _has_odd_quotes(sample, dialect, is_all):
        return False
    plain = replace(dialect, quote="", escape="", skip_spaces=False)
    rows = list(read_rows(sample, plain))
    rows = rows if is_all else rows[:-1]
    widths = {len(row.values) for row in rows}
    return len(widths) == 1 and widths != {1}


def _has_odd_quotes(sample: str, dialect: Dialect, is_all: bool) -> bool:
    """Return whether a quote stands amid a value, never closes, or spans lines."""
    widths = _widths(sample, dialect, is_all)
    return widths is None or len(widths) < _complete_lines(sample, is_all).count("\n")


def _widths(sample: str, dialect: Dialect, is_all: bool) -> list[int] | None:
    """Return how many values each record has, read strictly; None where the quotes do not fit."""
    doubled = dialect.escape == dialect.quote
    if len(dialect.delimiter) != 1:  # several signs, or runs of spaces
        return None
    try:
        return [
            len(values)
            for values in csv.reader(
                re.findall(r"[^\n]*\n|[^\n]+", _complete_lines(sample, is_all)),
                delimiter=dialect.delimiter,
                quotechar=dialect.quote,
                doublequote=doubled,
                escapechar=None if doubled else dialect.escape,
                skipinitialspace=dialect.skip_spaces,
                strict=True,
            )
        ]
    except csv.Error:
        return None


def _complete_lines(sample: str, is_all: bool) -> str:
    lines = sample.replace("\r\n", "\n").replace("\r", "\n")
    return lines if is_all else lines[: lines.rfind("\n") + 1]


def usual_width(rows: Sequence[Row]) -> int:
    """Return how many values most rows have; remarks do not count."""
    counts = Counter(len(row.values) for row in rows)
    if not counts:
        return 1
    width = max(counts, key=lambda width: (counts[width], width))
    plain = [row for row in rows if not row.values[0].startswith(COMMENT_SIGNS)]
    widths = {len(row.values) for row in plain}
    if 1 < len(plain) < len(rows) and len(widths) == 1:
        return widths.pop()
    plain = [row for row in rows if not is_remark(row, width)]
    if width == 1 and plain and len(plain) < len(rows):
        counts = Counter(len(row.values) for row in plain)
        return max(counts, key=lambda width: (counts[width], width))
    return width


def is_remark(row: Row, width: int) -> bool:
    """Return whether a row begins as remarks do and has not the values of a row."""
    return row.values[0].startswith(COMMENT_SIGNS) and len(row.values) != width


def preamble(rows: Sequence[Row], width: int) -> int:
    """Return how many rows stand before the table: comments, and lines of far fewer values."""
    count = 0
    for row in rows[:PREAMBLE_ROWS]:
        if not is_remark(row, width) and len(row.values) * 2 > width:
            break
        count += 1
    count = count if count < min(len(rows), PREAMBLE_ROWS) else 0
    return count + _sentences_above(rows[count:], width)


def _sentences_above(rows: Sequence[Row], width: int) -> int:
    """Return how many lines hold commas as sentences do, above names without such spaces."""
    count = 0
    for row in rows[:SENTENCES]:
        values = row.values[1:]
        if not values or not all(value[:1] == " " for value in values):
            break
        count += 1
    if not 0 < count < min(len(rows), SENTENCES):
        return 0
    return count if votes(rows[count:], width) > 0 else 0


def has_short_header(rows: Sequence[Row], width: int, sample: str, quote: str) -> bool:
    """Return whether the header has one name less than there are columns, as R writes it."""
    if width == 2 and len(rows) > 1 and len(rows[0].values) == 1:
        return is_short_header(rows, width, 2) and _is_quoted_throughout(sample, quote)
    return is_short_header(rows, width)


def _score(rows: Sequence[Row], delimiter: str, sample: str) -> float:
    width = usual_width(rows)
    consistency = _consistency(rows)
    if width < 2 or consistency < MIN_CONSISTENCY:
        return 0.0
    if not _may_separate(delimiter, rows, width, sample):
        return 0.0
    score = consistency * (0.5 + 0.5 * _typed_share(rows)) * (1 - 0.5 / width)
    if ":" in delimiter:
        score *= 0.5
    # 1,5;x below a;b: a sign that the first line lacks may be no separator at all.
    return score * (PREAMBLE_PENALTY if preamble(rows, width) else 1)


def _may_separate(delimiter: str, rows: Sequence[Row], width: int, sample: str) -> bool:
    """Return whether a sign that stands in texts and times, too, can separate values here."""
    if ":" in delimiter:
        # Times of the day, addresses and keys hold colons.
        is_even = all(len(row.values) == width for row in rows)
        return is_even and width > 2 and not _CLOCK.search(sample)
    return not (delimiter == "," and width == 2 and are_texts_with_commas(rows))


def _is_split_by_spaces(rows: Sequence[Row], sample: str, quote: str) -> bool:
    width = usual_width(rows)
    if width < 2 or _SPLIT_BRACKET.search(sample):
        return False
    start = 0 if has_short_header(rows, width, sample, quote) else preamble(rows, width)
    table = rows[start:]
    is_short = has_short_header(table, width, sample, quote)
    body = table[1:] if is_short else table
    if _share_of_width(body, width) < 0.9:
        return False
    typed = _typed_share(rows)
    skipped = rows[:start]
    if any(not row.values[0].startswith(COMMENT_SIGNS) for row in skipped):
        # The first line has another number of words: a name, unless all below is numbers.
        return width > 2 and typed == 1 and not are_lines_values(sample)
    if are_lines_values(sample):
        return False
    return typed >= 0.5 or _is_quoted_throughout(sample, quote)


def _is_quoted_throughout(sample: str, quote: str) -> bool:
    if not quote or quote not in sample:
        return False
    whole = re.findall(
        rf"(?:^|(?<=[ \t])){quote}(?:[^{quote}\n]|{quote}{quote})*{quote}(?=[ \t]|\r?$)",
        sample,
        re.MULTILINE,
    )
    return sum(value.count(quote) for value in whole) == sample.count(quote)


def _share_of_width(rows: Sequence[Row], width: int) -> float:
    table = [row for row in rows if not is_remark(row, width)]
    return sum(len(row.values) == width for row in table) / max(len(table), 1)


def _consistency(rows: Sequence[Row]) -> float:
    """Return the share of rows of the usual width; a preamble does not count."""
    width = usual_width(rows)
    return _share_of_width(rows[preamble(rows, width) :], width)


def _typed_share(rows: Sequence[Row]) -> float:
    width = usual_width(rows)
    cells = [
        value.strip() for row in rows[1:200] if len(row.values) == width for value in row.values
    ]
    if not cells:
        return 0.0
    return sum(is_typed(cell) or cell in MISSING for cell in cells) / len(cells)
