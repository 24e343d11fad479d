"""Makes plain, bounded text and numbers of whatever a job hands over.

What jobs raise, report and return ends in a database, in JSON and on a screen. Their objects may
be of any class, with methods that raise, leave the program, or return nonsense; what leaves this
module is a plain `str` or `float` that every one of these can hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PERCENT = re.compile(r"\s*([-+]?\d+(?:\.\d*)?|[-+]?\.\d+)\s*%\s*")
_TYPE_NAME = type.__dict__["__qualname__"]
_TYPE_MODULE = type.__dict__["__module__"]
_NAME_LIMIT = 200
_ITEMS_JOINED = 20


def storable(text: str, limit: int) -> str:
    """Return *text* cut to about *limit* characters, with nothing in it that cannot be stored.

    Lone surrogates (file names that are not UTF-8) and NUL become escapes, as Python shows them.

    Args:
        text: Any text, of a subclass of `str` too.
        limit: Where it is cut; how much was left out is said there.
    """
    plain = str.__str__(text)  # of `str` itself, whatever a subclass does
    cut = len(plain) - limit
    if cut > 0:
        plain = f"{plain[:limit]}… ({cut:,} more characters)"
    return _UNSTORABLE.sub(_escape, plain)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def type_name(value: object) -> str:
    """Return the name of the value's class, whatever its metaclass does."""
    return storable(_TYPE_NAME.__get__(type(value)), _NAME_LIMIT)


def module_name(value: object) -> str:
    """Return the name of the module that the value's class says it comes from."""
    try:
        found = _TYPE_MODULE.__get__(type(value))
    except AttributeError:
        return ""
    return storable(found, _NAME_LIMIT) if issubclass(type(found), str) else ""


def plain_text(value: object, limit: int) -> str:
    """Return what `str(value)` says, plain and cut, whatever the value's methods do."""
    if issubclass(type(value), str):
        return storable(value, limit)  # type: ignore[arg-type]
    try:
        return storable(str(value), limit)
    except BaseException as error:  # noqa: BLE001 - a user's __str__ may raise or exit
        return f"({type_name(value)}: its text cannot be shown, {type_name(error)} in __str__)"


def plain_repr(value: object, limit: int) -> str:
    """Return what `repr(value)` says, plain and cut, whatever the value's methods do."""
    try:
        return storable(repr(value), limit)
    except BaseException as error:  # noqa: BLE001 - a user's __repr__ may raise or exit
        return f"<{type_name(value)}: {type_name(error)} in __repr__>"


def sentence(value: object, limit: int) -> str:
    """Return what somebody gave where a sentence was expected as one.

    An exception becomes its class and text, a list its items one after another, None nothing.
    """
    kind = type(value)
    if value is None:
        return ""
    if issubclass(kind, BaseException):
        text = plain_text(value, limit).strip()
        return f"{type_name(value)}: {text}" if text else type_name(value)
    if kind in (list, tuple):
        items = list(value)[:_ITEMS_JOINED]  # type: ignore[call-overload]
        return storable(" ".join(sentence(item, limit) for item in items), limit)
    return plain_text(value, limit)


def as_fraction(value: object) -> float | None:
    """Return how far something is, 0 to 1, or None where *value* does not say it.

    Numbers of any kind are taken and cut to 0 and 1, “50%” is 0.5, and what is no number (NaN
    included) is unknown.
    """
    kind = type(value)
    if kind is not float and kind is not int:
        value = _as_float(value)
        if value is None:
            return None
    assert isinstance(value, int | float)
    if value != value:
        return None
    return min(1.0, max(0.0, float(min(1, max(0, value)))))


def finite(data: Any) -> Any:
    """Return JSON data in which numbers that are infinite or none are texts: JSON knows none."""
    if isinstance(data, float) and not math.isfinite(data):
        return "NaN" if math.isnan(data) else "Infinity" if data > 0 else "-Infinity"
    if isinstance(data, Mapping):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return data


def _as_float(value: object) -> float | None:
    if value is None:
        return None
    try:
        if issubclass(type(value), str):
            found = _PERCENT.fullmatch(storable(value, _NAME_LIMIT))  # type: ignore[arg-type]
            if found:
                return float(found[1]) / 100
        number = float(value)  # type: ignore[arg-type]
    except BaseException:  # noqa: BLE001 - a user's __float__ may raise or exit
        return None
    return number if type(number) is float else float.__float__(number)
