"""Where a table begins below titles and notes, and whether its first row names the columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.components.loaders.tables.readings import MISSING, Kind
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.loaders.tables.text_values import is_typed, read_values

YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_DIGITS = re.compile(r"[0-9]+")
_SENTENCE = re.compile(r"\w\s.*[.!?]$")
_WORD = re.compile(r"[^\W\d_]+")
SEARCH_ROWS = 40
BODY_ROWS = 500


@dataclass(frozen=True)
class TableStart:
    """Where a table begins.

    Attributes:
        row: Number of its first row among those given, from 0.
        header: Whether that row names the columns.
        reason: Why, in a few words.
    """

    row: int
    header: bool
    reason: str


def find_start(rows: Sequence[Row], width: int, *, has_blank_header: bool = False) -> TableStart:
    """Return where the table of *width* columns begins: below blank rows, titles and notes.

    Args:
        rows: The first rows.
        width: How many columns there are.
        has_blank_header: Whether a blank first row is a header without names, as separators alone
            are in a text; in a sheet it is room above the table.
    """
    rows = rows[:BODY_ROWS]
    filled = [sum(bool(value.strip()) for value in row.values) for row in rows]
    first = next((number for number, count in enumerate(filled) if count), 0)
    best, most = first, 0
    highest = 0
    for number in range(first, min(len(rows) - 1, first + SEARCH_ROWS)):
        count = filled[number]
        # Below a note, names may stand that are no more than the notes above it.
        is_below_note = number > first and filled[number - 1] < min(count, width)
        is_fuller = count > highest or (count == highest and is_below_note)
        if is_fuller and len(rows[number].values) == width:
            found = votes(rows[number:], width)
            if found > most:
                best, most = number, found
        highest = max(highest, count)
    if most:
        return TableStart(best, True, "its values are unlike those below")
    if first and has_blank_header:
        return TableStart(first, False, "the first row holds no name")
    if _is_title(rows, filled, first, width):
        first += 1
    header, reason = has_header(rows[first:], width)
    return TableStart(first, header, reason)


def _is_title(rows: Sequence[Row], filled: Sequence[int], first: int, width: int) -> bool:
    """Return whether one text stands alone above rows that are full, and that a header begins."""
    if (
        width < 2
        or len(rows) < first + 3
        or filled[first] != 1
        or not rows[first].values[0].strip()
    ):
        return False
    if is_typed(rows[first].values[0].strip()) or min(filled[first + 1 :]) < width:
        return False
    return has_header(rows[first + 1 :], width)[0]


def has_header(rows: Sequence[Row], width: int) -> tuple[bool, str]:
    """Return whether the first row holds names, and why."""
    rows = rows[:BODY_ROWS]
    if not rows:
        return False, "there is no line"
    first = [
        value.strip() for value in rows[0].values[:width]
    ]  # a row may have more than the table
    below = _below(rows, width)
    if not below:
        return any(first) and not any(map(is_typed, first)), "it is the only line"
    found = votes(rows, width)
    if found == 0 and _are_names(first, below):
        return True, "its values are names that do not come again"
    if found > 0:
        return True, "its values are unlike those below"
    if _counts_columns(first, below):
        return True, "it counts the columns"
    return False, "its values are like those below"


def _below(rows: Sequence[Row], width: int) -> list[tuple[str, ...]]:
    """Return the rows below the first; the same line of names may come again."""
    table = [row.values for row in rows[1:] if len(row.values) == width]
    other = [values for values in table if values != rows[0].values]
    # One column, or mostly the same row: these are values.
    return other if width > 1 and len(other) * 2 >= len(table) else table


def votes(rows: Sequence[Row], width: int) -> int:
    """Return for how many columns the first row is a name, less those that it is a value of."""
    names = [value.strip() for value in rows[0].values]
    below = _below(rows, width)
    if not below:
        return 0
    return sum(
        _vote(name, [values[position] for values in below])
        for position, name in enumerate(names[:width])
    )


def _vote(name: str, values: Sequence[str]) -> int:
    """Return 1 where the first value is a name, -1 where it is a value like those below."""
    kind = read_values(values).kind
    if kind is Kind.TEXT:
        return -1 if name and name in values else _shape_vote(name, values)
    if not name or name in MISSING:
        return 0
    if YEAR.fullmatch(name) and not YEAR.fullmatch(values[0].strip()):
        return 0  # a year may head a column of numbers
    return -1 if read_values([name, *values]).kind is not Kind.TEXT else 1


def _shape_vote(name: str, values: Sequence[str]) -> int:
    """Return 1 where all values are built alike, of digits among others, and the name is not."""
    shapes = {_shape(value) for value in values if value.strip()}
    if len(shapes) != 1 or len(values) < 2 or not name or name in MISSING:
        return 0
    (shape,) = shapes
    if "9" not in shape:
        return 0
    return -1 if _shape(name) == shape else 1


def _shape(value: str) -> str:
    """Return how a value is built: which signs stand between its words and numbers."""
    return _WORD.sub("a", _DIGITS.sub("9", value.strip()))


def _are_names(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether a row above columns of texts can be names; some may lack or be alike."""
    if len(first) == 1 and _SENTENCE.search(first[0]):
        return False
    if all(first) and len(set(first)) == len(first):
        return True
    named = [name for name in first if name]
    if any(is_typed(name) and not YEAR.fullmatch(name) for name in named):
        return False
    if len(set(named)) < min(2, len(first)):
        return False
    return all(
        name or _may_lack_name(position, first, below) for position, name in enumerate(first)
    )


def _counts_columns(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether a row counts columns: 0, 1, 2 behind a blank, or a name above numbers."""
    label, *numbers = first
    if len(numbers) < 2 or numbers[0] not in ("0", "1"):
        return False
    if numbers != [str(int(numbers[0]) + n) for n in range(len(numbers))]:
        return False
    return not label or _vote(label, [row[0] for row in below]) > 0


def _may_lack_name(position: int, first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether a column without a name is an index, or lies empty behind a separator."""
    values = [row[position].strip() for row in below]
    blank = values.count("")
    if blank == len(values):
        return True
    if position == 0:
        return not blank and len(set(values)) == len(values) and all(first[1:])
    return blank * 2 >= len(values) and not any(first[position:])


def is_short_header(rows: Sequence[Row], width: int, least_width: int = 3) -> bool:
    """Return whether the first row is a header that leaves the first column without a name.

    Args:
        rows: The first rows.
        width: How many columns there are.
        least_width: Of how few columns that is believed: one name may be a title, too.
    """
    if len(rows) < 2 or width < least_width or len(rows[0].values) != width - 1:
        return False
    table = [row.values for row in rows[1:] if len(row.values) == width]
    if all(not values[-1] for values in table):
        return False  # the rows end in a separator: the last value is none
    labels = [values[0] for values in table]
    if len(labels) < 2 or len(set(labels)) < len(labels) or not _are_row_labels(labels):
        return False
    return not any(is_typed(value.strip()) or not value for value in rows[0].values)


def _are_row_labels(labels: Sequence[str]) -> bool:
    """Return whether these are the names of rows, or count them."""
    if any(not is_typed(label) for label in labels):
        return True
    return all(label.isdigit() for label in labels) and all(
        int(after) - int(before) == 1 for before, after in itertools.pairwise(labels)
    )
