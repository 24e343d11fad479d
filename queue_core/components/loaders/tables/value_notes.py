"""What is said of values that became text or missing: the same sentences for every format."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from queue_core.components.loaders.tables.date_forms import (
    MONTHS,
    are_seasons,
    has_open_short_year,
    is_no_day,
    looks_like_date,
    may_be_moment,
)
from queue_core.components.loaders.tables.readings import (
    GROUPED_STYLES,
    Kind,
    Reading,
)
from queue_core.components.loaders.tables.text_values import (
    FLOAT,
    is_marked_number,
    is_plain_number,
    is_typed,
    is_written_number,
    read_values,
)

SHOWN_CHARACTERS = 40
MOSTLY = 0.5
NOUNS = {
    Kind.INTEGER: "a whole number",
    Kind.FLOAT: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date",
    Kind.DATETIME: "a date and time",
    Kind.INSTANT: "a date and time with a time zone",
    Kind.TIME: "a time of day",
}


@dataclass(frozen=True)
class Advice:
    """What the user can do about a reading: it depends on what a format lets one choose.

    Attributes:
        decimal: About numbers that may mean two things.
        signs: About numbers written in several ways.
        order: About dates that fit several orders.
        wrong_order: About dates whose order was taken for likely.
        text: About a reading that is not wanted.
    """

    decimal: str
    signs: str
    order: str
    wrong_order: str
    text: str


CHOICES = Advice(
    decimal="Choose the decimal sign to read it as a number.",
    signs="Choose the decimal sign and the thousands separator to read them as numbers.",
    order="Choose the order of dates to read it as a date.",
    wrong_order="Choose the order if that is wrong.",
    text="Choose the type text for it",
)
"""What text tables let one choose."""

STEPS = Advice(
    decimal="The step “Change type” reads it, with the decimal sign that you choose there.",
    signs="Write them in one form to read them as numbers.",
    order="The step “Change type” reads it, with the format of dates that you choose there.",
    wrong_order="If that is wrong, write them as 2024-01-31, or save the table as CSV and choose "
    "the order of dates there.",
    text="Save the table as CSV and choose the type text for it",
)
"""What is left where a format has no such options."""


def kept_as_text(
    name: str,
    values: Sequence[tuple[str, str]],
    missing: Container[str],
    advice: Advice = CHOICES,
) -> list[str]:
    """Say why a column of texts was not read as numbers or dates, where it looks like them.

    Args:
        name: Name of the column.
        values: Its values, each with its place, e.g. `line 7`.
        missing: Words that stand for no value.
        advice: What can be done about it.
    """
    present = [(value.strip(), place) for value, place in values]
    present = [(value, place) for value, place in present if value and value not in missing]
    if not present:
        return []
    texts = [value for value, _ in present]
    if not re.search("[0-9]", "\n".join(texts)):
        return []
    grouped = read_values(texts, number_styles=GROUPED_STYLES)
    if grouped.kind.is_number and grouped.ambiguous:
        marked = next(value for value in texts if not value.lstrip("-").isdigit())
        return [
            f"Column “{name}” is kept as text: “{shown(marked)}” can be a thousand or "
            f"a fraction. {advice.decimal}"
        ]
    dates = [may_be_moment(value) for value in texts]
    if all(dates):
        return [_unread_dates(name, texts, advice)]
    numbers = [is_plain_number(value) for value in texts]
    written = [is_written_number(value) for value in texts]
    for kind, fits in (
        (Kind.FLOAT, numbers),
        (_moment_kind(texts), dates),
        (Kind.FLOAT, written),
    ):
        if len(texts) > 1 and not all(fits) and sum(fits) >= MOSTLY * len(texts):
            value, place = present[fits.index(False)]
            return [text_note(name, kind, place, value)]
    return _unread_numbers(name, texts, numbers, advice)


def spaces_note(name: str, values: Iterable[str]) -> list[str]:
    """Say of which texts nothing but spaces around them makes two."""
    known: dict[str, str] = {}
    for value in values:
        plain = value.strip()
        other = known.setdefault(plain, value)
        if plain and other != value:
            return [
                f"Texts of column “{name}” differ by spaces around them alone: “{other[:20]}” and "
                f"“{value[:20]}”. They were kept apart."
            ]
    return []


def _moment_kind(values: Sequence[str]) -> Kind:
    dates = [value for value in values if may_be_moment(value)]
    if all(":" in value for value in dates):
        is_clock = all(len(value.split(":")[0]) <= 2 for value in dates)
        return Kind.TIME if is_clock else Kind.DATETIME
    return Kind.DATE


def _unread_dates(name: str, values: Sequence[str], advice: Advice) -> str:
    start = f"Column “{name}” is kept as text: “{shown(values[0])}”"
    if has_open_short_year(values):
        return f"{start} has a year of two digits and fits several orders. {advice.order}"
    if are_seasons(values):
        return (
            f"{start} can be a month or a season of two years. "
            "Write months as 2001-02-01 to read them as dates."
        )
    absent = next(filter(is_no_day, values), None)
    if absent is not None:
        return (
            f"Column “{name}” is kept as text: “{shown(absent)}” is a day that no calendar has. "
            "Correct it to read the column as dates."
        )
    other = next((value for value in values if read_values([value]).kind is Kind.TEXT), None)
    if other is None and len(values) > 1:
        return (
            f"{start} and the others look like dates or times, but not of one form. "
            "Write them in one form, such as 2024-01-31, to read them as dates."
        )
    return (
        f"Column “{name}” is kept as text: “{shown(other or values[0])}” looks like a date or "
        "time, but in a form that is not known. Write it as 2024-01-31 10:30:00 to read it as one."
    )


def _unread_numbers(
    name: str, texts: Sequence[str], numbers: Sequence[bool], advice: Advice
) -> list[str]:
    """Say of columns of grouped or signed numbers why they are no numbers."""
    typed = [is_typed(value) and not looks_like_date(value) for value in texts]
    if all(numbers):
        return []
    odd = texts[numbers.index(False)]
    if all(typed):
        return [
            f"Column “{name}” is kept as text: its numbers, such as “{shown(odd)}”, are not of one "
            f"form. {advice.signs}"
        ]
    marked = next(filter(is_marked_number, texts), None)
    if marked is None or not all(is_marked_number(t) or is_written_number(t) for t in texts):
        return []
    return [
        f"Column “{name}” is kept as text: “{shown(marked)}” is a number with signs that no number "
        "keeps. Remove them from its values to read them as numbers."
    ]


def reading_notes(name: str, reading: Reading, advice: Advice = CHOICES) -> list[str]:
    """Say of what dates or times of a column mean more, or keep less, than what stands there."""
    style = reading.style
    if style.cuts_fraction:
        return [
            f"Fractions of seconds in column “{name}” were cut to six digits: "
            f"no more are kept. {advice.text} to keep them all."
        ]
    if style.format in MONTHS:
        return [f"Months in column “{name}” were read as their first day."]
    if "%y" in style.format:
        return [
            f"Years of two digits in column “{name}” were read as 1969 to 2068. "
            f"{advice.text} if that is wrong."
        ]
    return []


def order_note(name: str, reading: Reading, advice: Advice = CHOICES) -> str:
    """Return the sentence about dates that fit two orders."""
    first, other = ("day", "month") if "%d" in reading.style.format[:2] else ("month", "day")
    return (
        f"Dates in column “{name}” were read with the {first} first; all of them would "
        f"fit with the {other} first as well. {advice.wrong_order}"
    )


def text_note(name: str, kind: Kind, place: str, value: str) -> str:
    """Return the sentence that says why a column is kept as text.

    Args:
        name: Name of the column.
        kind: What its other values are.
        place: Where the value stands, e.g. `line 7`.
        value: The first value that is not of this kind.
    """
    start = f"Column “{name}” is kept as text: {place} holds “{shown(value)}”"
    stripped = value.strip()
    if stripped != value:
        return f"{start} with spaces around it."
    if re.fullmatch(r"[+-]?0[0-9]+(\.[0-9]+)?", stripped):
        return f"{start}, whose leading zero a number would lose."
    if re.fullmatch(r"\+[0-9]+", stripped):
        return f"{start}, whose plus sign a number would lose."
    if kind.is_moment and is_no_day(stripped):
        return f"{start}, a day that no calendar has."
    if re.fullmatch(r"[+-]?[0-9]{16,}(\.[0-9]*)?", stripped):
        return f"{start}, which has more digits than a number keeps."
    if re.fullmatch(FLOAT, stripped) and not is_plain_number(stripped):
        return f"{start}, which is too large or too small for a number."
    return f"{start}, which is not {NOUNS[kind]}."


def missing_note(names: Sequence[str], words: Sequence[str]) -> str:
    """Return the sentence that says which words were read as missing, and where."""
    quoted = ", ".join(f"“{word}”" for word in words)
    if len(names) == 1:
        return f"{quoted} in column “{names[0]}” was read as a missing value."
    some = ", ".join(f"“{name}”" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{quoted} was read as a missing value in columns {some}{more}."


def shown(value: str) -> str:
    """Return a value for a message: short, on one line."""
    text = " ".join(value.split())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
