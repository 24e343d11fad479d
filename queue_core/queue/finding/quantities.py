"""Durations, sizes, numbers and days as people write them in a query."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Final

_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 31557600}
_BYTES: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_PART: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(min|[smhdwy])", re.IGNORECASE | re.ASCII)
_SIZE: Final = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)([kmgt]?)i?b?", re.IGNORECASE | re.ASCII)
_BARE: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?(?:e-?\d{1,3})?", re.IGNORECASE | re.ASCII)


def number(text: str) -> float:
    """Return a number.

    Raises:
        ValueError: It is none.
    """
    if not _BARE.fullmatch(text) or not isfinite(value := float(text)):
        raise ValueError(text)
    return value


def duration(text: str) -> float:
    """Return seconds: of `90`, `90s`, `5m`, `1h30m`, `2d`, `1w`.

    Raises:
        ValueError: It is no duration.
    """
    if _BARE.fullmatch(text):
        return number(text)
    parts = _PART.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        raise ValueError(text)
    return sum(float(count) * _SECONDS[unit.lower()] for count, unit in parts)


def size(text: str) -> float:
    """Return bytes: of `500M`, `1.5G`, `2GB`, `4096`.

    Raises:
        ValueError: It is no size.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return float(found[1]) * _BYTES[found[2].lower()]


def day(text: str, today: date) -> tuple[datetime, datetime]:
    """Return beginning and end of a day, month, year or minute, in local time.

    Raises:
        ValueError: It is none: `today`, `yesterday`, `2026-01-31`, `2026-01`, `2026` are.
    """
    word = text.lower()
    if word in ("today", "yesterday"):
        first = today - timedelta(days=word == "yesterday")
        return _span(first, first + timedelta(days=1))
    if re.fullmatch(r"\d{4}", word, re.ASCII):
        return _span(date(int(word), 1, 1), date(int(word) + 1, 1, 1))
    if re.fullmatch(r"\d{4}-\d{2}", word, re.ASCII):
        first = date.fromisoformat(f"{word}-01")
        return _span(first, (first + timedelta(days=31)).replace(day=1))
    moment = datetime.fromisoformat(text)
    if len(text) <= len("2026-01-31"):
        return _span(moment.date(), moment.date() + timedelta(days=1))
    moment = moment.astimezone()
    return moment, moment + timedelta(minutes=1)


def _span(first: date, after: date) -> tuple[datetime, datetime]:
    midnight = time()
    try:
        return (
            datetime.combine(first, midnight).astimezone(),
            datetime.combine(after, midnight).astimezone(),
        )
    except OverflowError as error:
        raise ValueError(str(first)) from error
