"""Parameters of a component against its schema: defaults filled in, mistakes explained."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from queue_core.errors import ParameterError

_JSON_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


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


def mismatch(schema: Mapping[str, Any], value: Any) -> str | None:
    """Return what *value* must be and is not, e.g. `must be at least 1`; None where it fits."""
    if "anyOf" in schema:
        problems = [mismatch(item, value) for item in schema["anyOf"]]
        if None in problems:
            return None
        wanted = dict.fromkeys(str(problem).removeprefix("must be ") for problem in problems)
        return "must be " + " or ".join(wanted)
    if "enum" in schema:
        if any(value == item and type(value) is type(item) for item in schema["enum"]):
            return None
        choices = ["null" if item is None else str(item) for item in schema["enum"]]
        return f"must be one of {', '.join(choices)}"
    declared = schema.get("type")
    if declared is None:
        return None
    types = [declared] if isinstance(declared, str) else list(declared)
    if not any(_is_type(value, item) for item in types):
        return "must be " + " or ".join(_JSON_NAMES[item] for item in types)
    return _out_of_bounds(schema, value)


def _is_type(value: Any, json_type: str) -> bool:
    if json_type == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and _finite(value)
    if json_type == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    kinds: dict[str, Any] = {
        "boolean": bool,
        "string": str,
        "array": (list, tuple),
        "object": Mapping,
    }
    return value is None if json_type == "null" else isinstance(value, kinds[json_type])


def _out_of_bounds(schema: Mapping[str, Any], value: Any) -> str | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"must be at least {schema['minimum']}"
        if "maximum" in schema and value > schema["maximum"]:
            return f"must be at most {schema['maximum']}"
        if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
            return f"must be above {schema['exclusiveMinimum']}"
        if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
            return f"must be below {schema['exclusiveMaximum']}"
    if isinstance(value, (list, tuple)):
        return _bad_items(schema, value)
    return None


def _bad_items(schema: Mapping[str, Any], value: list[Any] | tuple[Any, ...]) -> str | None:
    if len(value) < schema.get("minItems", 0):
        return f"must have at least {schema['minItems']} items"
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        return f"must have at most {schema['maxItems']} items"
    problems = (mismatch(schema.get("items", {}), item) for item in value)
    found = next((problem for problem in problems if problem), None)
    return f"has an item that {found}" if found else None


def _finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _shown(value: Any, limit: int = 60) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
