"""How a value of `task_copy` is declared and read: one annotation per attribute of a record.

Any program may write into the file, and any bit of it may flip: a reader says that a value is
damaged by raising, and never gives out a value of another type.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from queue_core.queue.store.clock import from_text

Reader = Callable[[Any], Any]

# The last second of the year 9999, the end of Python's calendar; and the integers of SQLite.
LAST_MOMENT_S: Final = 253_402_300_799.0
_LARGEST: Final = 1 << 63


@dataclass(frozen=True)
class Stored:
    """The column behind an attribute.

    Attributes:
        declaration: Its SQL type with default, e.g. `INTEGER NOT NULL DEFAULT 0`.
        read: Makes the attribute of a stored value that is not NULL; raises `ValueError`,
            `TypeError` or `OverflowError` where the value is damaged.
        column: Its name, where the attribute has another one.
        is_heavy: Whether lists leave it out: it may be large, and a page has many rows.
    """

    declaration: str
    read: Reader
    column: str = ""
    is_heavy: bool = False


def text(value: Any) -> str:
    """Read text."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    return value


def identifier(value: Any) -> str:
    """Read an id: printable ASCII, as every program that puts jobs gives it."""
    if not text(value).isascii() or not value.isprintable() or "\\" in value:
        raise ValueError("no id")
    return str(value)


def whole(value: Any) -> int:
    """Read an integer."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST:
        return int(value)
    if not isinstance(value, int):
        raise TypeError(f"{type(value).__name__} instead of a whole number")
    return value


def at_least_one(value: Any) -> int:
    """Read a count that is 1 where nobody has said more."""
    return max(1, whole(value))


def number(value: Any) -> float:
    """Read a finite number."""
    if not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} instead of a number")
    if not math.isfinite(value):
        raise ValueError("no finite number")
    return value


def flag(value: Any) -> bool:
    """Read 0 or 1."""
    return bool(whole(value))


def moment(value: Any) -> datetime:
    """Read a time that is stored as text."""
    found = from_text(text(value))
    if found is None:
        raise ValueError("no time")
    return found


def epoch(value: Any) -> datetime:
    """Read a time that is stored as seconds since 1970."""
    seconds = number(value)
    if not 0 <= seconds <= LAST_MOMENT_S:
        raise ValueError("no time")
    return datetime.fromtimestamp(seconds, UTC)


def json_value(value: Any) -> Any:
    """Read JSON data."""
    return json.loads(text(value))


def json_object(value: Any) -> Mapping[str, Any]:
    """Read a JSON object."""
    found = json.loads(text(value))
    if not isinstance(found, dict):
        raise TypeError("no JSON object")
    return found


def json_texts(value: Any) -> tuple[str, ...]:
    """Read a JSON list of texts."""
    found = json.loads(text(value))
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise TypeError("no list of texts")
    return tuple(found)


def json_objects(value: Any) -> tuple[Mapping[str, str], ...]:
    """Read a JSON list of objects."""
    found = json.loads(text(value))
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise TypeError("no list of objects")
    return tuple(found)


def storable(value: str, limit: int | None = None) -> str:
    """Return *value* as text that the file can hold, at most *limit* characters of it.

    A file name that is not UTF-8 reaches Python with half a surrogate pair in it; it is shown as
    Python shows it, with a backslash.
    """
    if limit is not None and len(value) > limit:
        value = value[: limit - 1] + "…"
    if not value.isascii():
        value = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value.replace("\x00", "\\x00") if "\x00" in value else value
