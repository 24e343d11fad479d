"""The ways in which dates and times are written, besides ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from queue_core.components.loaders.tables.readings import Kind, Reading, Style

DATE_ORDERS = {"day_first": ("%d", "%m"), "month_first": ("%m", "%d")}
_PARTS = {
    "%d": "[0-9]{1,2}", "%m": "[0-9]{1,2}", "%Y": "[0-9]{4}", "%y": "[0-9]{2}",
    "%H": "[0-9]{1,2}", "%I": "[0-9]{1,2}", "%M": "[0-9]{2}", "%S": "[0-9]{2}",
    "%f": "[0-9]{1,6}", "%p": "[AaPp][Mm]", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}",
    "%a": "[A-Za-z]{3}", "%A": "[A-Za-z]{6,9}", "%z": "[+-][0-9]{2}:?[0-9]{2}",
}  # fmt: skip
_NAMED_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d/%b/%Y",
    "%d-%b-%y", "%d %B %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d. %B %Y", "%d. %b %Y",
    "%d-%B-%Y", "%Y-%b-%d", "%b-%d-%Y", "%A, %B %d, %Y",
    "%a, %d %b %Y", "%a %d %b %Y", "%a, %b %d, %Y",
)  # fmt: skip
_SHORT_YEARS = ("%y-%m-%d", "%y/%m/%d")
MONTHS = ("%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%Y")
_CLOCKS = (
    " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M:%S.%f %p",
    " %I:%M%p", " %I:%M:%S%p", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", ", %H:%M", ", %H:%M:%S",
    ", %I:%M %p", ", %I:%M:%S %p", " %H:%M %z", " %H:%M:%S %z", " %H:%M:%S%z", ":%H:%M:%S %z",
)  # fmt: skip
_TIMES = ("%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p")

_SEASON = re.compile(r"[12][0-9]{3}[-/][0-9]{2}")
_DAY_LAST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?![0-9])")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"[0-9]{4}(?:[-/][0-9]{1,2}(?:[-/][0-9]{1,2})?|\.[0-9]{1,2}\.[0-9]{1,2})"
    r"|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})|[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{2}|[0-9]{4})"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{2}\.[0-9]{2}\.[0-9]{2}|[0-9]{1,2}/[0-9]{4}"
    rf"|(?:[a-z]{{3,9}},? )?(?:[0-9]{{1,2}}\.?[ /-]{_MONTH},?[ /-][0-9]{{2,4}}"
    rf"|{_MONTH}[ -](?:[0-9]{{1,2}}(?:,? |-))?[0-9]{{2,4}})|[0-9]{{4}}[ -]{_MONTH}[ -][0-9]{{1,2}}"
)
_CLOCK = (
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?(?:[a-z]{1,4}|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_MOMENT = re.compile(rf"(?:{_DAY})(?:(?:T| |:|, )(?:{_CLOCK}))?|{_CLOCK}", re.IGNORECASE)
# Ways that are not read: names of columns look like that, too, and no value is told by them alone.
_MONTH_NAME = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_FOREIGN_MONTH = (
    "(?:ene|abr|ago|dic|fev|janv|févr|avr|mai|juin|juil|ao[uû]t|déc|jän|m[äa]rz|maerz|mär|mrz|okt"
    "|dez|gen|mag|giu|lug|set|ott|out|mrt|mei|maart)[a-zéûäç]*"
)
_YEAR = "(?:19|20)[0-9]{2}"
_WEEKDAY = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )"
_PERIOD = re.compile(
    rf"{_YEAR}[ -]?Q[1-4]|Q[1-4][ -/]?(?:{_YEAR}|[0-9]{{2}})|[1-4]Q[ -]?(?:{_YEAR}|[0-9]{{2}})"
    rf"|{_YEAR}M[0-9]{{1,2}}|{_YEAR}-?W[0-9]{{2}}(?:-?[1-7])?"
    rf"|{_YEAR}[0-9]{{4}}(?:T| )[0-9]{{4,6}}(?:\.[0-9]+)?Z?"
    rf"|{_WEEKDAY}?{_MONTH_NAME} +[0-9]{{1,2}}(?: [0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)?"
    r"(?: (?:[a-z]{3,4}|[+-][0-9]{4}))?(?: [0-9]{4})?"
    rf"|[0-9]{{1,2}}[ -]?{_MONTH_NAME}[ -]?(?:[0-9]{{2,4}})?(?:[: ][0-9]{{1,2}}[.:][0-9]{{2}}.*)?"
    rf"|[0-9]{{1,2}}\.?(?: |-|/| de )(?:{_MONTH}|{_FOREIGN_MONTH})(?: |-|/| de )[0-9]{{2,4}}"
    rf"|{_WEEKDAY}?(?:[0-9]{{1,2}}(?:st|nd|rd|th) (?:of )?{_MONTH_NAME}|{_MONTH_NAME} [0-9]{{1,2}}"
    r"(?:st|nd|rd|th)),? [0-9]{4}"
    r"|[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?"
    rf"|{_YEAR}([ -]{{1,3}})[01][0-9]\1[0-3][0-9]"
    rf"|{_YEAR}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?:\.|Z|[ T][0-9]{{2}}|[ T][0-9:.]+ \w+/\w+)",
    re.IGNORECASE,
)


def looks_like_date(value: str) -> bool:
    """Return whether a value has the shape of a date or time, known or not."""
    return bool(_MOMENT.fullmatch(value))


def may_be_moment(value: str) -> bool:
    """Return whether a value may say a day, a month, a quarter or the like in any way."""
    return looks_like_date(value) or bool(_PERIOD.fullmatch(value))


@cache
def format_pattern(date_format: str) -> str:
    """Return the regular expression of a format, for Python and the engine alike."""
    text = re.sub(r"[.\\+*?()\[\]{}^$|]", r"\\\g<0>", date_format)
    for sign, expression in _PARTS.items():
        text = text.replace(sign, expression)
    if "%Y" in date_format and "%d" not in date_format:  # of a month: a year of our times
        text = text.replace("[0-9]{4}", "[12][0-9]{3}")
    if date_format.startswith(("%d.%m.%y", "%m.%d.%y")):  # 1.12.13 is a version
        text = text.replace("[0-9]{1,2}", "[0-9]{2}", 2)
    return text


@cache
def _matcher(date_format: str) -> re.Pattern[str]:
    return re.compile(format_pattern(date_format))


def kind_of(date_format: str) -> Kind:
    """Return what a format gives."""
    if "%z" in date_format:
        return Kind.INSTANT
    if "%Y" not in date_format and "%y" not in date_format:
        return Kind.TIME
    return Kind.DATETIME if "%M" in date_format else Kind.DATE


@cache
def date_styles(order: str | None = None) -> tuple[Style, ...]:
    """Return the ways of writing dates that are tried, day first before month first."""
    orders = [DATE_ORDERS[order]] if order else list(DATE_ORDERS.values())
    days = [
        f"{first}{sign}{second}{sign}{year}"
        for year in ("%Y", "%y")
        for first, second in orders
        for sign in "/.-"
    ]
    days += [*_NAMED_DAYS, *_SHORT_YEARS]
    formats = [*(day + clock for clock in ("", *_CLOCKS) for day in days), *MONTHS, *_TIMES]
    return tuple(Style(format=item) for item in formats)


def read_dates(values: Sequence[str], order: str | None) -> Reading | None:
    """Return the way in which all *values* are dates or times; None: there is none.

    Years of two digits are read only where one order alone fits.
    """
    if not all(map(looks_like_date, values)):
        return None
    fitting = [style for style in date_styles(order) if _all_dates(values, style)]
    if not fitting or are_seasons(values):
        return None
    chosen = fitting[0]
    meant = _dates(values, chosen)
    others = tuple(style for style in fitting[1:] if _dates(values, style) != meant)
    if "%y" in chosen.format and others and order is None:
        return None
    return Reading(kind_of(chosen.format), chosen, others)


def styles_of(value: str) -> tuple[Style, ...]:
    """Return the styles with years of four digits in which one value is a date."""
    return tuple(
        style for style in date_styles() if "%y" not in style.format and _all_dates([value], style)
    )


def has_open_short_year(values: Sequence[str]) -> bool:
    """Return whether these are dates with years of two digits that fit several orders."""
    if not all(map(looks_like_date, values)):
        return False
    return any("%y" in style.format and _all_dates(values, style) for style in date_styles())


def are_seasons(values: Sequence[str]) -> bool:
    """Return whether 2001-02 is a season of two years, not a month."""
    if len(values) < 2 or not all(map(_SEASON.fullmatch, values)):
        return False
    return all((int(value[:4]) + 1) % 100 == int(value[5:]) for value in values)


def is_no_day(value: str) -> bool:
    """Return whether a value is written as a day that no calendar has: the 30th of February."""
    found = _DAY_LAST.match(value)
    if found:
        return not _is_day(found[1], found[2], found[3])
    found = _YEAR_LAST.match(value)
    return found is not None and not (
        _is_day(found[3], found[2], found[1]) or _is_day(found[3], found[1], found[2])
    )


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _all_dates(values: Sequence[str], style: Style) -> bool:
    match = _matcher(style.format).fullmatch
    return all(map(match, values)) and None not in _dates(values, style)


def _dates(values: Sequence[str], style: Style) -> list[object]:
    found: list[object] = []
    for value in values:
        try:
            found.append(datetime.strptime(value, style.format))  # noqa: DTZ007 - as written
        except ValueError:
            found.append(None)
    return found
