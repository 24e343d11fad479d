"""Makes what a job's code hands over plain: numbers that are numbers, text that can be stored."""

from __future__ import annotations

import math

TEXT_LIMIT = 4_000


def plain_fraction(value: object) -> float | None:
    """Return a part of the whole, 0 to 1; None for what is no number. Never raises."""
    if value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a user's __float__ may raise anything
        return None
    if math.isnan(number):
        return None
    return min(1.0, max(0.0, number))


def plain_text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return *value* as text that can be stored anywhere, cut to *limit*. Never raises."""
    if isinstance(value, str):
        text = str.__str__(value)
    else:
        try:
            text = str(value)
        except Exception as error:  # noqa: BLE001 - a user's __str__ may raise anything
            text = f"<{type(value).__qualname__}: {type(error).__name__} in __str__>"
    if len(text) > limit:
        text = f"{text[:limit]}…"
    return storable(text)


def storable(text: str) -> str:
    """Return *text* with what UTF-8 cannot hold written out: parts of names that are no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
