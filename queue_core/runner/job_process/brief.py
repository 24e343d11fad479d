"""Short texts of values: large data is named, not formatted, and no method of it can do harm."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from typing import Any

from queue_core.plain import plain_repr, storable, type_name

_SIZED = (dict, list, tuple, set, frozenset, str, bytes, bytearray)
# Subclasses are shown by what their base holds: their own methods may do anything.
_COPIED: dict[type, Callable[[Any], object]] = {
    dict: lambda x: dict(dict.items(x)),
    list: lambda x: list(list.__iter__(x)),
    tuple: lambda x: tuple(tuple.__iter__(x)),
    str: str.__str__,
}
_ITEMS_SHOWN = 1_000


def brief(value: object, limit: int) -> str:
    """Return a text of *value* of about *limit* characters.

    Args:
        value: Anything; its methods may raise, leave the program or lie.
        limit: Where the text is cut.
    """
    try:
        text = storable(_Brief(limit).repr(value), 2 * limit)
        return text if len(text) <= limit else f"{text[:limit]}…"
    except BaseException as error:  # noqa: BLE001 - a user's methods may raise or exit
        return f"<{type_name(value)}: {type_name(error)} in __repr__>"


class _Brief(reprlib.Repr):
    """Shows values without formatting large data first, subclasses of containers included."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 20
        self.maxdeque = self.maxarray = 20
        self.maxstring = self.maxother = limit

    def repr1(self, x: object, level: int) -> str:
        """Show one value."""
        name = type_name(x)
        kind = type(x)
        base = next((base for base in _SIZED if issubclass(kind, base)), None)
        try:
            if base is not None:
                length = base.__len__(x)  # type: ignore[arg-type]
                if length > _ITEMS_SHOWN and base is not str:
                    return f"<{name} of length {length:,}>"
                if kind is not base and base in _COPIED:
                    return f"{name}({super().repr1(_COPIED[base](x), level)})"
            shape = getattr(x, "shape", None)
            if type(shape) is tuple:
                return f"<{name} of shape {plain_repr(shape, self.maxother)}>"
            return super().repr1(x, level)
        except BaseException as error:  # noqa: BLE001 - a user's methods may raise or exit
            return f"<{name}: {type_name(error)} in __repr__>"

    def repr_instance(self, x: object, level: int) -> str:
        """Show an object in its own way, cut."""
        del level
        text = repr(x)
        return text if len(text) <= self.maxother else f"{text[: self.maxother]}…"
