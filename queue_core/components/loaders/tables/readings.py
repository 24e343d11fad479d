"""How a value may be written, and what it then is: the terms that all loaders share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ERROR_WORDS = (
    "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!",
    "#GETTING_DATA", "#UNKNOWN!", "#BLOCKED!", "#CONNECT!", "#BUSY!",
)  # fmt: skip
"""What spreadsheets show where a formula failed: missing in every column, and said."""

MISSING_WORDS = (
    "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", "\\N", *ERROR_WORDS,
)  # fmt: skip
"""Words for a missing value that count in every column of a file that uses them."""

MISSING_SIGNS = ("?", "-", "--", "–", "—", ".", "..", "n.a.")
"""Signs for a missing value that count only in columns of numbers, dates and the like."""

QUESTION_MARK = "?"
"""The sign that stands for a missing value in columns of words, too, where no other sign does."""

MISSING = frozenset((*MISSING_WORDS, *MISSING_SIGNS, ""))

TRIMMED = " \t\u00a0\u2007\u2009\u202f\u3000"
"""Spaces that mean nothing around a number, a date and the like."""

SPACES = " \u00a0\u202f\u2009"
"""What a space between groups of digits may be: plain, or one that does not break."""

APOSTROPHES = "'’"
TRUE_MINUS = "−"


class Kind(StrEnum):
    """How the values of a column are converted."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    INSTANT = "instant"
    TIME = "time"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self in (Kind.INTEGER, Kind.FLOAT)

    @property
    def is_moment(self) -> bool:
        """Whether values are dates or times."""
        return self in (Kind.DATE, Kind.DATETIME, Kind.INSTANT, Kind.TIME)


@dataclass(frozen=True)
class Style:
    """How numbers or dates of a column are written.

    Attributes:
        decimal: What stands before the fraction.
        thousands: What stands between groups of three digits; empty: nothing.
        format: Format of dates as `strptime` has it; empty: as ISO 8601.
        minus: What stands before a negative number, besides the hyphen.
        cuts_fraction: Whether fractions of seconds beyond six digits are left out.
    """

    decimal: str = "."
    thousands: str = ""
    format: str = ""
    minus: str = ""
    cuts_fraction: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether numbers are written as programs do."""
        return self.decimal == "." and not self.thousands and not self.minus

    @property
    def group_signs(self) -> str:
        """All signs that may stand between groups: a space may be one that does not break."""
        return {" ": SPACES, "'": APOSTROPHES}.get(self.thousands, self.thousands)


PLAIN = Style()
GROUPED_STYLES = (
    Style(",", ""), Style(".", ","), Style(",", "."), Style(".", "'"), Style(".", " "),
    Style(",", " "),
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A kind and a style that fit the values seen.

    Attributes:
        kind: The kind.
        style: The style.
        ambiguous: Other styles that fit as well and would mean other values.
    """

    kind: Kind
    style: Style = PLAIN
    ambiguous: tuple[Style, ...] = ()


TEXT = Reading(Kind.TEXT)
