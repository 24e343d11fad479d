"""Reads exceptions past what their classes do: the fields that Python itself keeps in them.

A class may override `__cause__`, `args`, `__traceback__` or `__class__` by properties that raise
or lie; the slots of `BaseException` cannot be overridden from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import TypeVar

_CAUSES_LIMIT = 50

Error = TypeVar("Error", bound=BaseException)


def as_kind(error: BaseException, kind: type[Error]) -> Error | None:
    """Return the exception if it is of this kind, by its real class and not by `__class__`."""
    return error if issubclass(type(error), kind) else None  # type: ignore[return-value]


def slot(error: BaseException, kind: type[BaseException], name: str) -> object:
    """Return a field that Python keeps for exceptions of this kind; None where it is not set."""
    try:
        return kind.__dict__[name].__get__(error)
    except (AttributeError, KeyError, TypeError):
        return None


def traceback_of(error: BaseException) -> TracebackType | None:
    """Return where it was raised."""
    found = slot(error, BaseException, "__traceback__")
    return found if isinstance(found, TracebackType) else None


def arguments_of(error: BaseException) -> tuple[object, ...]:
    """Return what it was made with."""
    found = slot(error, BaseException, "args")
    return found if type(found) is tuple else ()


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield what led to it, nearest first; a circle ends where it closes."""
    seen = {id(error)}
    current: object = error
    while issubclass(type(current), BaseException) and len(seen) <= _CAUSES_LIMIT:
        assert isinstance(current, BaseException)
        cause = slot(current, BaseException, "__cause__")
        if cause is None and not slot(current, BaseException, "__suppress_context__"):
            cause = slot(current, BaseException, "__context__")
        if not issubclass(type(cause), BaseException) or id(cause) in seen:
            return
        assert isinstance(cause, BaseException)
        seen.add(id(cause))
        yield cause
        current = cause
