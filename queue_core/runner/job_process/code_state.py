"""Tells whether code that is stored by value may have changed since it was stored last.

What is stored of a class is its methods and what they use of the module around them. As long as
all of that is the same and cannot be changed in place, the bytes of last time are still good.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Final

_MAIN: Final = "__main__"
_ATOMS: Final = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_MOST_PARTS: Final = 2_000
# Made by Python for each class; nothing of the user's is in them.
_OWN_NAMES: Final = frozenset(
    {"__dict__", "__weakref__", "__module__", "__doc__", "__abstractmethods__", "_abc_impl",
     "__annotations__", "__qualname__", "__firstlineno__", "__static_attributes__"}
)  # fmt: skip


class _MayChangeError(Exception):
    """Something can be changed without anybody noticing."""


def state_of(kind: type) -> tuple[object, ...] | None:
    """Return what a class consists of, equal as long as it is the same; None if that is unknown.

    Args:
        kind: A class that is stored by value.
    """
    parts: list[object] = []
    try:
        _add_class(kind, parts, set())
    except _MayChangeError:
        return None
    return tuple(parts)


def _add_class(kind: type, parts: list[object], seen: set[int]) -> None:
    if id(kind) in seen:
        return
    seen.add(id(kind))
    parts += ("class", id(kind))
    for base in kind.__bases__:
        _add_value(base, parts, seen)
    for name, value in vars(kind).items():
        if name in _OWN_NAMES:
            continue
        parts.append(name)
        _add_value(value, parts, seen)


def _add_function(function: types.FunctionType, parts: list[object], seen: set[int]) -> None:
    if id(function) in seen:
        return
    seen.add(id(function))
    parts += ("function", id(function), id(function.__code__))
    for value in (function.__defaults__, *(function.__kwdefaults__ or {}).values()):
        _add_value(value, parts, seen)
    if function.__dict__:
        raise _MayChangeError
    for cell in function.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:
            raise _MayChangeError from None
        # A method that says `super()` holds its class.
        if not (isinstance(content, type) and id(content) in seen):
            raise _MayChangeError
    for name in _names_of(function.__code__):
        if name in function.__globals__:
            parts.append(name)
            _add_value(function.__globals__[name], parts, seen)


def _names_of(code: types.CodeType) -> Iterator[str]:
    """Yield the names that code may look up around it; those of attributes too, to be sure."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_of(constant)


def _add_value(value: Any, parts: list[object], seen: set[int]) -> None:
    if len(parts) > _MOST_PARTS:
        raise _MayChangeError
    if type(value) in _ATOMS:
        parts += (type(value), value)
    elif type(value) in (tuple, frozenset):
        parts += (type(value), len(value))
        for item in value:
            _add_value(item, parts, seen)
    elif isinstance(value, staticmethod | classmethod):
        parts.append(type(value))
        _add_value(value.__func__, parts, seen)
    elif type(value) is property:
        for accessor in (value.fget, value.fset, value.fdel):
            _add_value(accessor, parts, seen)
    elif isinstance(value, types.ModuleType | types.BuiltinFunctionType) or _has_a_name(value):
        parts += ("named", id(value))
    elif isinstance(value, types.FunctionType):
        _add_function(value, parts, seen)
    elif isinstance(value, type):
        _add_class(value, parts, seen)
    else:
        raise _MayChangeError


def _has_a_name(value: Any) -> bool:
    """Return whether a class or function is stored by its name in an installed module."""
    return (
        isinstance(value, types.FunctionType | type)
        and value.__module__ != _MAIN
        and ("<locals>" not in value.__qualname__)
    )
