"""Whether the first row of a table holds the names of its columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from queue_core.components.loaders.tables.readings import MISSING, Kind
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.loaders.tables.text_values import is_typed, read_values

YEAR = re.compile("(?:1[89]|20)[0-9]{2}")


def has_header(rows: Sequence[Row], width: int) -> tuple[bool, str]:
    """Return whether the first row holds names, and why."""
    if not rows:
        return False, "there is no line"
    first = [value.strip() for value in rows[0].values]
    below = [row.values for row in rows[1:] if len(row.values) == width]
    if not below:
        return not any(map(is_typed, first)), "it is the only line"
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
    if not name or name in MISSING:
        return 0
    if YEAR.fullmatch(name) and not YEAR.fullmatch(values[0].strip()):
        return 0  # a year may head a column of numbers
    return -1 if read_values([name, *values]).kind is not Kind.TEXT else 1


def is_short_header(rows: Sequence[Row], width: int) -> bool:
    """Return whether the first row is a header that leaves the first column without a name."""
    if len(rows) < 2 or width < 3 or len(rows[0].values) != width - 1:
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
