"""The pieces that explorers' parameter schemas are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from queue_core.components.json_data import JsonMapping, JsonObject

NUMBER = ("number",)
TEMPORAL = ("date", "datetime")
GROUPS = ("category", "text", "boolean", "integer")


def schema(**properties: JsonMapping) -> JsonObject:
    """Return a JSON Schema object of these properties."""
    return {"type": "object", "properties": properties}


def choice(
    title: str,
    choices: Mapping[str, str],
    description: str,
    *,
    default: str | None = None,
) -> JsonObject:
    """Return the schema of one word out of several, each with its title."""
    return {
        "type": "string",
        "title": title,
        "enum": list(choices),
        "enum-titles": list(choices.values()),
        "default": default or next(iter(choices)),
        "description": description,
    }


def several(
    title: str, choices: Mapping[str, str], description: str, *, default: Sequence[str]
) -> JsonObject:
    """Return the schema of some words out of several."""
    return {
        "type": "array",
        "title": title,
        "items": {
            "type": "string",
            "enum": list(choices),
            "enum-titles": list(choices.values()),
        },
        "minItems": 1,
        "default": list(default),
        "description": description,
    }


def column(title: str, description: str, types: Sequence[str] = ()) -> JsonObject:
    """Return the schema of an optional column."""
    return {
        "type": ["string", "null"],
        "title": title,
        "format": "column",
        "column-types": list(types),
        "default": None,
        "description": description,
    }


def integer(
    title: str,
    description: str,
    *,
    default: int | None,
    minimum: int,
    maximum: int,
    is_advanced: bool = False,
) -> JsonObject:
    """Return the schema of a whole number; with the default None it is optional."""
    return {
        "type": ["integer", "null"] if default is None else "integer",
        "title": title,
        "default": default,
        "minimum": minimum,
        "maximum": maximum,
        "description": description,
        "advanced": is_advanced,
    }


def number(
    title: str, description: str, *, default: float, minimum: float, maximum: float
) -> JsonObject:
    """Return the schema of a number."""
    return {
        "type": "number",
        "title": title,
        "default": default,
        "minimum": minimum,
        "maximum": maximum,
        "description": description,
    }


def switch(title: str, description: str, *, default: bool = False) -> JsonObject:
    """Return the schema of an on-off choice."""
    return {"type": "boolean", "title": title, "default": default, "description": description}
