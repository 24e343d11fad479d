"""What the values of an expression can be."""

from __future__ import annotations

from enum import StrEnum

from queue_core.components.column_types import ColumnType


class Kind(StrEnum):
    """The kind of a value; the word is used in messages."""

    NUMBER = "a number"
    TEXT = "text"
    BOOLEAN = "true or false"
    DATE = "a date"
    DATETIME = "a date and time"
    TIME = "a time of day"
    DURATION = "a duration"
    MISSING = "missing"
    OTHER = "a value of another kind"

    @property
    def is_point_in_time(self) -> bool:
        """Whether it stands for a day or a moment."""
        return self in (Kind.DATE, Kind.DATETIME)


ANY = frozenset(Kind)
NUMBERS = frozenset({Kind.NUMBER})
TEXTS = frozenset({Kind.TEXT})
DAYS = frozenset({Kind.DATE, Kind.DATETIME})
MOMENTS = frozenset({Kind.DATETIME, Kind.TIME})
ORDERED = ANY - {Kind.OTHER}

_BY_COLUMN_TYPE = {
    ColumnType.INTEGER: Kind.NUMBER,
    ColumnType.FLOAT: Kind.NUMBER,
    ColumnType.BOOLEAN: Kind.BOOLEAN,
    ColumnType.TEXT: Kind.TEXT,
    ColumnType.CATEGORY: Kind.TEXT,
    ColumnType.DATE: Kind.DATE,
    ColumnType.DATETIME: Kind.DATETIME,
    ColumnType.TIME: Kind.TIME,
    ColumnType.DURATION: Kind.DURATION,
    ColumnType.OTHER: Kind.OTHER,
}


def kind_of(column_type: ColumnType) -> Kind:
    """Return the kind of a column's values."""
    return _BY_COLUMN_TYPE[column_type]
