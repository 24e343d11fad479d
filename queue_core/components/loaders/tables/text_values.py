"""What single values of a text table look like, and which kind of column they suggest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

MISSING_WORDS = ("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>")
"""Words for a missing value that count in every column of a file that uses them."""

MISSING_SIGNS = ("?", "-", "--", ".", "n.a.")
"""Signs for a missing value that count only in columns of numbers, dates and the like."""

MISSING = frozenset((*MISSING_WORDS, *MISSING_SIGNS, ""))

DATE_ORDERS = {"day_first": ("%d", "%m"), "month_first": ("%m", "%d")}


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


@dataclass(frozen=True)
class Style:
    """How numbers or dates of a column are written.

    Attributes:
        decimal: What stands before the fraction.
        thousands: What stands between groups of three digits; empty: nothing.
        format: Format of dates as `strptime` has it; empty: as ISO 8601.
    """

    decimal: str = "."
    thousands: str = ""
    format: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether numbers are written as programs do."""
        return self.decimal == "." and not self.thousands


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

# A whole number has no -0: a float keeps the sign.
_INTEGER = r"0|-?[1-9][0-9]{0,18}"
FLOAT = r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
EXACT_DIGITS = 15
# More digits before the point than a float keeps, or so many that the fraction is rounded; 1e16
# and 1234567890123456.8 are what programs write of a float, and are kept.
INEXACT = (
    rf"[+-]?[0-9]{{{EXACT_DIGITS + 1},}}\.?|[+-]?[0-9]{{{EXACT_DIGITS + 1}}}\.[0-9]{{2,}}"
    rf"|[+-]?[0-9]{{{EXACT_DIGITS + 2},}}\.[0-9]+|\+[0-9]+"
)
ZERO = r"[+-]?[0.]+(?:[eE].*)?"
INFINITE = r"[+-]?(?:[iI]nf|INF|[iI]nfinity)"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
# There is no year 0: the engine would store one that no calendar of Python's can show.
_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_ISO_DATE = rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}"
PATTERNS = {
    Kind.INTEGER: _INTEGER,
    Kind.FLOAT: f"{FLOAT}|{INFINITE}",
    Kind.BOOLEAN: r"[tT]rue|TRUE|[fF]alse|FALSE",
    Kind.DATE: _ISO_DATE,
    Kind.DATETIME: rf"{_ISO_DATE}(?:[ T][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?)?",
    Kind.INSTANT: rf"{_ISO_DATE}[ T][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?"
    r" ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)",
    Kind.TIME: _CLOCK,
}
_DATE_SIGN = re.compile("[/. -]")
_PLAIN_NUMBER = re.compile(FLOAT)


@cache
def pattern(kind: Kind, style: Style = PLAIN) -> str:
    """Return the regular expression that a whole value of this kind and style matches.

    It is understood in the same way by Python and by the engine.
    """
    if style.format:
        return "|".join(_date_pattern(style.format))
    if style.is_plain or kind not in (Kind.INTEGER, Kind.FLOAT):
        return PATTERNS[kind]
    decimal, gap = re.escape(style.decimal), re.escape(style.thousands)
    groups = rf"[1-9][0-9]{{0,2}}(?:{gap}[0-9]{{3}})+|" if style.thousands else ""
    if kind is Kind.INTEGER:
        return rf"0|-?(?:{groups}[1-9][0-9]*)"
    return rf"-?(?:{groups}0|[1-9][0-9]*)(?:{decimal}[0-9]+)?"


def _date_pattern(date_format: str) -> list[str]:
    parts = {
        "%d": "[0-9]{1,2}", "%m": "[0-9]{1,2}", "%Y": "[0-9]{4}", "%H": "[0-9]{1,2}",
        "%M": "[0-9]{2}", "%S": "[0-9]{2}", "%b": "[A-Za-z]{3}",
    }  # fmt: skip
    text = re.escape(date_format).replace("\\ ", " ").replace("\\-", "-").replace("/", "/")
    for sign, expression in parts.items():
        text = text.replace(sign, expression)
    return [text]


_TYPED = re.compile(
    "|".join(
        f"(?:{pattern(kind)})"
        for kind in (Kind.FLOAT, Kind.BOOLEAN, Kind.DATETIME, Kind.INSTANT, Kind.TIME)
    )
    + r"|-?[0-9]{1,3}(?:[.,' ][0-9]{3})*[.,][0-9]+|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
)


def read_values(
    values: Sequence[str],
    *,
    missing: Iterable[str] = (*MISSING_WORDS, *MISSING_SIGNS),
    number_styles: Sequence[Style] = (PLAIN, *GROUPED_STYLES),
    date_order: str | None = None,
) -> Reading:
    """Return the narrowest reading that fits every value which is not missing.

    Args:
        values: Values of one column, as they stand in the file.
        missing: Words that stand for no value.
        number_styles: How numbers may be written, the likelier ones first.
        date_order: `day_first` or `month_first`; None: what the values show.
    """
    skipped = frozenset(missing)
    present = list(dict.fromkeys(value.strip() for value in values))
    present = [value for value in present if value and value not in skipped]
    if not present:
        return TEXT
    for style in number_styles:
        number = _read_numbers(present, style)
        if number is not None:
            return number
    for kind in (Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.INSTANT, Kind.TIME):
        if _all_match(present, PATTERNS[kind]):
            return Reading(kind)
    return _read_dates(present, date_order) or TEXT


def _read_numbers(values: Sequence[str], style: Style) -> Reading | None:
    if not style.is_plain and not any(_is_marked(value, style) for value in values):
        style = PLAIN
    if _all_match(values, pattern(Kind.INTEGER, style)):
        if any(not -(2**63) <= _as_integer(value, style) < 2**63 for value in values):
            return TEXT
        return Reading(Kind.INTEGER, style, _other_meanings(values, style))
    if not _all_match(values, pattern(Kind.FLOAT, style)):
        return None
    if style.is_plain and any(_is_inexact(value) for value in values):
        return TEXT
    if not any(character.isdigit() for value in values for character in value):
        return None
    return Reading(Kind.FLOAT, style, _other_meanings(values, style))


def is_plain_number(value: str) -> bool:
    """Return whether a value is a number that a column of numbers would keep exactly."""
    if not _PLAIN_NUMBER.fullmatch(value) or _is_inexact(value):
        return False
    number = float(value)
    return math.isfinite(number) and (number != 0 or bool(re.fullmatch(ZERO, value)))


def is_typed(value: str) -> bool:
    """Return whether a value looks like a number, a date or the like, not like a name."""
    return bool(_TYPED.fullmatch(value))


def _as_integer(value: str, style: Style) -> int:
    return int(value.replace(style.thousands, "") if style.thousands else value)


def _is_inexact(value: str) -> bool:
    """Return whether a float would lose a digit or a sign that may mean something."""
    return bool(re.fullmatch(INEXACT, value))


def _other_meanings(values: Sequence[str], style: Style) -> tuple[Style, ...]:
    """Return the styles that give other numbers: 1,234 may be a thousand or a fraction."""
    if style.is_plain:
        return ()
    if not style.thousands:
        other = Style(".", style.decimal)
    elif style.decimal in "".join(values):
        return ()
    else:
        other = Style(style.thousands, "")
    return (other,) if _all_match(values, pattern(Kind.FLOAT, other)) else ()


def _is_marked(value: str, style: Style) -> bool:
    return style.decimal in value or (bool(style.thousands) and style.thousands in value)


def proven_styles(columns: Iterable[Sequence[str]]) -> tuple[Style, ...]:
    """Return how numbers are written in a file, the likelier ways first.

    1,234 alone proves nothing; one column with 1,5 or 1,234.5 tells how all others are meant.
    """
    found: dict[Style, None] = {}
    for values in columns:
        reading = read_values(values)
        if reading.kind in (Kind.INTEGER, Kind.FLOAT) and not reading.ambiguous:
            found.setdefault(reading.style)
    if any(style.decimal == "," for style in found):
        return (Style(",", "."), Style(",", ""), Style(",", " "), PLAIN)
    return (PLAIN, *(style for style in found if not style.is_plain))


def _read_dates(values: Sequence[str], order: str | None) -> Reading | None:
    if not all(_DATE_SIGN.search(value) for value in values):
        return None  # most texts, without a try of each style
    fitting = [style for style in date_styles(order) if _all_dates(values, style)]
    if not fitting:
        return None
    chosen = fitting[0]
    kind = Kind.DATETIME if "%H" in chosen.format else Kind.DATE
    meant = _dates(values, chosen)
    others = tuple(style for style in fitting[1:] if _dates(values, style) != meant)
    return Reading(kind, chosen, others)


def date_styles(order: str | None = None) -> tuple[Style, ...]:
    """Return the ways of writing dates that are tried, day first before month first."""
    orders = [DATE_ORDERS[order]] if order else list(DATE_ORDERS.values())
    days = [f"{first}{sign}{second}{sign}%Y" for first, second in orders for sign in "/.-"]
    days += ["%Y/%m/%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d/%b/%Y"]
    clocks = ["", " %H:%M", " %H:%M:%S"]
    return tuple(Style(format=day + clock) for clock in clocks for day in days)


def _all_dates(values: Sequence[str], style: Style) -> bool:
    return _all_match(values, pattern(Kind.DATE, style)) and None not in _dates(values, style)


def _dates(values: Sequence[str], style: Style) -> list[object]:
    found: list[object] = []
    for value in values:
        try:
            found.append(datetime.strptime(value, style.format))  # noqa: DTZ007 - as written
        except ValueError:
            found.append(None)
    return found


def _all_match(values: Sequence[str], expression: str) -> bool:
    match = re.compile(expression).fullmatch
    return all(map(match, values))
