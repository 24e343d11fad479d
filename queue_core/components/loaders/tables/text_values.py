"""What single values of a text table look like, and which kind of column they suggest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from queue_core.components.loaders.tables.date_forms import (
    format_pattern,
    looks_like_date,
    read_dates,
)
from queue_core.components.loaders.tables.readings import (
    GROUPED_STYLES,
    MISSING_SIGNS,
    MISSING_WORDS,
    PLAIN,
    TEXT,
    TRUE_MINUS,
    Kind,
    Reading,
    Style,
)

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
# More digits than the engine keeps are none where they are zeros.
_FRACTION = r"\.[0-9]{1,6}0*"
_LONG_FRACTION = r"\.[0-9]{1,9}"
_ISO_CLOCK = rf"[ T][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:{_FRACTION})?)?"
_ZONE = r" ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)"
PATTERNS = {
    Kind.INTEGER: _INTEGER,
    Kind.FLOAT: f"{FLOAT}|{INFINITE}",
    Kind.BOOLEAN: r"[tT]rue|TRUE|[fF]alse|FALSE",
    Kind.DATE: _ISO_DATE,
    Kind.DATETIME: rf"{_ISO_DATE}(?:{_ISO_CLOCK})?",
    Kind.INSTANT: rf"{_ISO_DATE}{_ISO_CLOCK}{_ZONE}",
    Kind.TIME: _CLOCK,
}
CUT_STYLE = Style(cuts_fraction=True)
_PLAIN_NUMBER = re.compile(FLOAT)


@cache
def pattern(kind: Kind, style: Style = PLAIN) -> str:
    """Return the regular expression that a whole value of this kind and style matches.

    It is understood in the same way by Python and by the engine.
    """
    if style.format:
        return format_pattern(style.format)
    if style.cuts_fraction:
        return PATTERNS[kind].replace(_FRACTION, _LONG_FRACTION)
    if style.is_plain or not kind.is_number:
        return PATTERNS[kind]
    minus = f"[-{style.minus}]?" if style.minus else "-?"
    decimal = re.escape(style.decimal)
    gap = f"[{style.group_signs}]"
    groups = rf"[1-9][0-9]{{0,2}}(?:{gap}[0-9]{{3}})+|" if style.thousands else ""
    if kind is Kind.INTEGER:
        return rf"0|{minus}(?:{groups}[1-9][0-9]*)"
    exponent = "(?:[eE][+-]?[0-9]{1,2})?"
    return rf"{minus}(?:{groups}0|[1-9][0-9]*)(?:{decimal}[0-9]+)?{exponent}"


def plain_number(value: str, style: Style) -> str:
    """Return a number of this style as programs write it."""
    value = value.translate(str.maketrans("", "", style.group_signs))
    if style.decimal != ".":
        value = value.replace(style.decimal, ".")
    return value.replace(style.minus, "-") if style.minus else value


_GROUPED = (
    r"[-−]?[0-9]{1,3}(?:[.,'’ \u00a0\u202f\u2009][0-9]{3})*[.,][0-9]+"
    r"|[-−]?[0-9]{1,3}(?:[.,'’ \u00a0\u202f\u2009][0-9]{3})+|[-−][0-9]+"
)
_TYPED = re.compile(
    "|".join(
        f"(?:{pattern(kind)})"
        for kind in (Kind.FLOAT, Kind.BOOLEAN, Kind.DATETIME, Kind.INSTANT, Kind.TIME)
    )
    + f"|{_GROUPED}"
    + r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
)
_GROUPED_NUMBER = re.compile(_GROUPED)
_AMOUNT = r"(?:[0-9]{1,3}(?:[.,'’_ \u00a0\u202f\u2009][0-9]{2,3})*|[0-9]+)(?:[.,][0-9]+)?"
_CURRENCY = (
    r"(?:[$€£¥₹₽₩₺₴฿]|(?:US|AU|CA|HK|NZ|S|R)\$|USD|EUR|GBP|CHF|JPY|CNY|INR|kr|zł|Kč|Fr\.|Rs\.?)"
)
_MARKED_NUMBER = re.compile(
    rf"[-+−–]?{_CURRENCY} ?[-+−–]?{_AMOUNT}[-−]?"
    rf"|[-+−–]?{_AMOUNT}[ \u00a0\u202f]?(?:%|‰|{_CURRENCY})"
    rf"|\({_CURRENCY}? ?{_AMOUNT} ?%?\)|{_AMOUNT}[-−]|–{_AMOUNT}"
    r"|[0-9]+(?:\.[0-9]*)?[dD][+-]?[0-9]+"
    r"|[0-9]{1,3}(?:_[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
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
    joined = "\n".join(present)
    if TRUE_MINUS in joined:
        number_styles = [replace(style, minus=TRUE_MINUS) for style in number_styles]
    for style in number_styles:
        number = _read_numbers(present, style, joined)
        if number is not None:
            return number
    for kind in (Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.INSTANT, Kind.TIME):
        if _all_match(present, PATTERNS[kind]):
            return Reading(kind)
    for kind in (Kind.DATETIME, Kind.INSTANT):
        if _all_match(present, pattern(kind, CUT_STYLE)):
            return Reading(kind, CUT_STYLE)
    return read_dates(present, date_order) or TEXT


def _read_numbers(values: Sequence[str], style: Style, joined: str) -> Reading | None:
    if not style.is_plain and not any(s in joined for s in (style.decimal, *style.group_signs)):
        style = Style(minus=style.minus)
    if _all_match(values, pattern(Kind.INTEGER, style)):
        if any(not -(2**63) <= _as_integer(value, style) < 2**63 for value in values):
            return TEXT
        return Reading(Kind.INTEGER, style, _other_meanings(values, style))
    if not _all_match(values, pattern(Kind.FLOAT, style)):
        return None
    plain = values if style.is_plain else [plain_number(value, style) for value in values]
    if any(_is_inexact(value) for value in plain if len(value) > EXACT_DIGITS or value[0] == "+"):
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


def is_written_number(value: str) -> bool:
    """Return whether a value is a number, plain or with groups of digits in any of the ways."""
    return is_plain_number(value) or bool(_GROUPED_NUMBER.fullmatch(value))


def is_marked_number(value: str) -> bool:
    """Return whether a value is a number with signs that no number keeps: $5, 12%, (3), 1-."""
    return bool(_MARKED_NUMBER.fullmatch(value))


def is_typed(value: str) -> bool:
    """Return whether a value looks like a number, a date or the like, not like a name."""
    return bool(_TYPED.fullmatch(value)) or looks_like_date(value)


def _as_integer(value: str, style: Style) -> int:
    return int(plain_number(value, style))


def _is_inexact(value: str) -> bool:
    """Return whether a float would lose a digit or a sign that may mean something."""
    return bool(re.fullmatch(INEXACT, value))


def _other_meanings(values: Sequence[str], style: Style) -> tuple[Style, ...]:
    """Return the styles that give other numbers: 1,234 may be a thousand or a fraction."""
    if style.is_plain or style.thousands in (" ", "'"):  # no sign of a fraction
        return ()
    if not style.thousands:
        if style.decimal == ".":
            return ()
        other = Style(".", style.decimal, minus=style.minus)
    elif style.decimal in "".join(values):
        return ()
    else:
        other = Style(style.thousands, "", minus=style.minus)
    return (other,) if _all_match(values, pattern(Kind.FLOAT, other)) else ()


def proven_styles(columns: Iterable[Sequence[str]]) -> tuple[Style, ...]:
    """Return how numbers are written in a file, the likelier ways first.

    1,234 alone proves nothing; one column with 1,5 or 1,234.5 tells how all others are meant.
    """
    found: dict[Style, None] = {}
    for values in columns:
        reading = read_values(values)
        if reading.kind in (Kind.INTEGER, Kind.FLOAT) and not reading.ambiguous:
            found.setdefault(replace(reading.style, minus=""))
    if any(style.decimal == "," for style in found):
        return (Style(",", "."), Style(",", ""), Style(",", " "), PLAIN)
    return (PLAIN, *(style for style in found if not style.is_plain))


def _all_match(values: Sequence[str], expression: str) -> bool:
    match = re.compile(expression).fullmatch
    return all(map(match, values))
