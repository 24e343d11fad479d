"""Parameters of a component against its schema: defaults filled in, mistakes explained."""

from __future__ import annotations

import difflib
import math
import reprlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from queue_core.components.schema_check import mismatch
from queue_core.errors import ParameterError

_MOST_CHARACTERS = 60
_LONG_NUMBER_BITS = 200


def complete_parameters(
    schema: Mapping[str, Any], params: Mapping[str, Any], *, owner: str
) -> dict[str, Any]:
    """Return *params* with the schema's defaults filled in; every value fits its schema.

    A parameter whose `depends-on` does not hold may be missing.

    Args:
        schema: A JSON Schema object, in the words of `Component.schema`.
        params: What the user gave.
        owner: What the parameters belong to, for messages, e.g. `Fill missing values`.

    Raises:
        ParameterError: One is unknown, missing, of a wrong type or out of bounds.
    """
    properties: Mapping[str, Any] = schema.get("properties", {})
    require_known(params, properties, owner=owner)
    given = {k: v for k, v in params.items() if not _is_unset(properties[k], v)}
    found = {k: p["default"] for k, p in properties.items() if "default" in p} | given
    for name in schema.get("required", ()):
        if found.get(name) is None and _applies(properties[name], found):
            raise ParameterError(
                f"{owner} needs the parameter “{name}”.",
                parameter=name,
                hint=str(properties[name].get("description", "Give it a value.")),
            )
    for name, value in given.items():
        _check(properties[name], value, name, owner)
    return found


def require_known(names: Iterable[str], known: Collection[str], *, owner: str) -> None:
    """Refuse parameters that nobody would read: a misspelt one must not be lost in silence.

    Args:
        names: Parameters that were given.
        known: Those that there are, in the order to name them.
        owner: What they belong to, for messages.

    Raises:
        ParameterError: One is unknown.
    """
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"“{near[0]}” may be meant. " if near else ""
            raise ParameterError(
                f"{owner} has no parameter “{name}”.",
                parameter=name,
                hint=f"{meant}It has: {', '.join(known)}." if known else "It has none.",
            )


def _is_unset(schema: Mapping[str, Any], value: Any) -> bool:
    """Return whether *value* is the None of an empty field, not None as a value of its own."""
    return value is None and mismatch(schema, None) is not None


def _applies(schema: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    condition = schema.get("depends-on")
    if not condition:
        return True
    if isinstance(condition, str):
        return values.get(condition) not in (None, False, "", [], {})
    return all(
        values.get(name) in (wanted if isinstance(wanted, list) else [wanted])
        for name, wanted in condition.items()
    )


def _check(schema: Mapping[str, Any], value: Any, name: str, owner: str) -> None:
    problem = mismatch(schema, value)
    if problem is not None:
        raise ParameterError(
            f"The parameter “{name}” of {owner} {problem}; it is {_shown(value)}.",
            parameter=name,
            hint="Change it and submit the job again.",
        )


def _shown(value: object) -> str:
    """Return *value* as a short text; one of millions of digits, letters or levels, too."""
    if value is None:
        return "null"
    if isinstance(value, int) and value.bit_length() > _LONG_NUMBER_BITS:
        return f"a number of some {round(value.bit_length() * math.log10(2)):,} digits"
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = _MOST_CHARACTERS
    text = short.repr(value)
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
