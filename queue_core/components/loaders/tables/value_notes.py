"""What is said of values that became text or missing: the same sentences for every format."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from datetime import date

from queue_core.components.loaders.tables.date_forms import (
    are_seasons,
    has_open_short_year,
    looks_like_date,
)
from queue_core.components.loaders.tables.readings import (
    GROUPED_STYLES,
    Kind,
)
from queue_core.components.loaders.tables.text_values import (
    FLOAT,
    is_plain_number,
    is_typed,
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


def kept_as_text(
    name: str, values: Sequence[tuple[str, str]], missing: Container[str]
) -> list[str]:
    """Say why a column of texts was not read as numbers or dates, where it looks like them.

    Args:
        name: Name of the column.
        values: Its values, each with its place, e.g. `line 7`.
        missing: Words that stand for no value.
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
            "a fraction. Choose the decimal sign to read it as a number."
        ]
    dates = [looks_like_date(value) for value in texts]
    if all(dates):
        return [_unread_dates(name, texts)]
    numbers = [is_plain_number(value) for value in texts]
    for kind, fits in ((Kind.FLOAT, numbers), (_moment_kind(texts), dates)):
        if len(texts) > 1 and not all(fits) and sum(fits) >= MOSTLY * len(texts):
            value, place = present[fits.index(False)]
            return [text_note(name, kind, place, value)]
    return _unread_numbers(name, texts, numbers)


def _moment_kind(values: Sequence[str]) -> Kind:
    dates = [value for value in values if looks_like_date(value)]
    if all(":" in value for value in dates):
        is_clock = all(len(value.split(":")[0]) <= 2 for value in dates)
        return Kind.TIME if is_clock else Kind.DATETIME
    return Kind.DATE


def _unread_dates(name: str, values: Sequence[str]) -> str:
    start = f"Column “{name}” is kept as text: “{shown(values[0])}”"
    if has_open_short_year(values):
        return (
            f"{start} has a year of two digits and fits several orders. "
            "Choose the order of dates to read it as a date."
        )
    if are_seasons(values):
        return (
            f"{start} can be a month or a season of two years. "
            "Write months as 2001-02-01 to read them as dates."
        )
    absent = next((value for value in values if not _is_in_calendar(value)), None)
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


def _is_in_calendar(value: str) -> bool:
    """Return whether a date as ISO 8601 has it exists; of another form nothing is known."""
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", value):
        return True
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def _unread_numbers(name: str, texts: Sequence[str], numbers: Sequence[bool]) -> list[str]:
    """Say of columns of grouped or signed numbers that they are written in several ways."""
    typed = [is_typed(value) and not looks_like_date(value) for value in texts]
    if not all(typed) or all(numbers):
        return []
    odd = texts[numbers.index(False)]
    return [
        f"Column “{name}” is kept as text: its numbers, such as “{shown(odd)}”, are not of one "
        "form. Choose the decimal sign and the thousands separator to read them as numbers."
    ]


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
