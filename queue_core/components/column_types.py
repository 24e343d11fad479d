"""The types a column can have, whatever file it came from."""

from __future__ import annotations

from enum import StrEnum

CATEGORY_MAX_DISTINCT = 100
CATEGORY_MIN_ROWS_PER_VALUE = 2


class ColumnType(StrEnum):
    """What the values of a column are, in the words of a data scientist."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    CATEGORY = "category"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    OTHER = "other"

    @property
    def is_number(self) -> bool:
        """Whether one can calculate with it."""
        return self in (ColumnType.INTEGER, ColumnType.FLOAT)

    @property
    def is_temporal(self) -> bool:
        """Whether it is a point in time."""
        return self in (ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME)

    @property
    def is_textual(self) -> bool:
        """Whether it is stored as text: free text, or a few values that come again."""
        return self in (ColumnType.TEXT, ColumnType.CATEGORY)


def is_category(distinct: int, present: int) -> bool:
    """Return whether a text column counts as categories.

    It does when it has at most 100 different values and each of them comes, on average, at least
    twice. Its values stay text in storage: only the type says how to treat them.

    Args:
        distinct: Number of different values.
        present: Number of values that are not missing.
    """
    return 0 < distinct <= CATEGORY_MAX_DISTINCT and (
        distinct * CATEGORY_MIN_ROWS_PER_VALUE <= present
    )
