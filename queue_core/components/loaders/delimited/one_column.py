"""Texts of one column: lines that hold signs which separate values elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from queue_core.components.loaders.tables.header import votes
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.loaders.tables.text_values import is_typed, is_written_number

LOG = "its lines are those of a log"
SEEN_LINES = 200
# Of a web server, of a system, of a program; the comma of the last one's clock separates nothing.
_LOG_LINE = re.compile(
    r"\S+ \S+ .*\[[0-9]{1,2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}[^\]]*\].*"
    r"|[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} \S+ [^,;\t|]+: .*"
    r"|\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3}\]?[ :-].*[A-Za-z].*"
)
_OPEN_COMMA = re.compile(r",(?! |$)", re.MULTILINE)


def absent_sign(sample: str) -> str:
    """Return a separator that no line of *sample* holds."""
    return next(sign for sign in ("\t", ";", "|", "\x1f", "\x1e", ",") if sign not in sample)


def _lines(sample: str) -> list[str]:
    return [line.strip() for line in sample.splitlines()[:SEEN_LINES] if line.strip()]


def are_log_lines(sample: str) -> bool:
    """Return whether lines are those of a log, each a text of its own."""
    lines = _lines(sample)
    # The last one may be cut.
    return len(lines) > 1 and all(map(_LOG_LINE.fullmatch, lines[:-1]))


def are_sentences(sample: str) -> bool:
    """Return whether commas stand in lines as they do in sentences: before a space, unevenly."""
    lines = _lines(sample)
    counts = {line.count(",") for line in lines}
    return len(counts) > 1 and 0 in counts and not _OPEN_COMMA.search("\n".join(lines))


def are_texts_with_commas(rows: Sequence[Row]) -> bool:
    """Return whether commas are part of the texts: “Smith, John” below “name”."""
    below = [row for row in rows[1:] if len(row.values) > 1]
    if not below or len(rows[0].values) > 1 or any(len(row.values) > 2 for row in below):
        return False
    return all(row.values[1][:1] == " " for row in below)


def are_values_below_a_name(rows: Sequence[Row], sign: str, sample: str) -> bool:
    """Return whether the first line is the name of values that hold *sign*, not a title.

    A title stands above names; here values stand below the first line: numbers whose sign of
    fractions or thousands it is, or texts that it does not cut into columns of different kinds.
    """
    if len(rows) < 3 or len(rows[0].values) > 1 or sign == "\t":
        return False
    name = rows[0].values[0].strip()
    if not name or is_typed(name) or any(len(row.values) == 1 for row in rows[1:]):
        return False
    below = _lines(sample)[1:]
    if sign == ",":
        return all(map(is_written_number, below[:-1] or below))
    if len(name.split()) > 1:
        return False
    table = [row for row in rows[1:] if len(row.values) == len(rows[1].values)]
    return votes(table, len(rows[1].values)) <= 0


def are_lines_values(sample: str) -> bool:
    """Return whether each line is one value, such as a date with its time."""
    lines = _lines(sample)[1:]
    if lines and all(line.startswith("+") for line in lines):  # telephone numbers
        return True
    if lines and all(map(is_written_number, lines)):
        return True
    return bool(lines) and all(is_typed(line) and ":" in line for line in lines)


def common_sign(sample: str) -> str:
    """Return the usual separator that stands equally often in all lines but the first."""
    first, *others = _lines(sample)
    lines = others[:-1] or others
    if not lines:
        return ""
    for sign in (",", ";", "|"):
        counts = {line.count(sign) for line in lines}
        is_even = len(counts) == 1 and 0 not in counts
        if all(line[:1] in "\"'" for line in lines) and first.count(sign) not in counts:
            continue  # enclosed in quotes, as values that hold separators are
        if is_even and not (sign == "," and all(", " in line for line in lines)):
            return sign
    return ""
