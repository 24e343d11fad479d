"""Parameters as they are typed: `-p key=value` and JSON files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from queue_core.errors import ParameterError


def add_parameter_option(parser: argparse.ArgumentParser) -> None:
    """Declare `-p key=value`."""
    parser.add_argument(
        "-p", "--param", action="append", default=[], metavar="KEY=VALUE", dest="pairs",
        help="a parameter; the value is read as JSON where it is JSON, else as text",
    )  # fmt: skip


def schema_of(class_name: str) -> Mapping[str, Any] | None:
    """Return the parameters' schema of a job class that can be submitted; None for any other."""
    from queue_core.jobs.registry import job_types

    known = (item for item in job_types().values() if item.task_type == class_name)
    found = next(known, None)
    return None if found is None else found.parameters


def with_component(schema: Mapping[str, Any], params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *schema* with the parameters of the component that *params* choose.

    Args:
        schema: The job's parameters; the one that names a component has its kind as `format`.
        params: What was given so far.
    """
    from queue_core.components.registry import ComponentKind, components

    properties = schema.get("properties", {})
    field = next((name for name in ("model_params", "params") if name in properties), None)
    kinds = {kind.value: kind for kind in ComponentKind}
    for name, described in properties.items():
        kind = kinds.get(described.get("format", ""))
        if kind is None or field is None:
            continue
        chosen = components(kind).get(str(params.get(name, described.get("default"))))
        if chosen is not None:
            inner = {**properties[field], "properties": chosen.schema.get("properties", {})}
            return {**schema, "properties": {**properties, field: inner}}
    return schema


def parse_pairs(pairs: Sequence[str], schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return typed parameters; `3`, `true`, `null` and `["a"]` are values, anything else is text.

    `params.bins=20` is the value `bins` within the object `params`.

    Args:
        pairs: `key=value` texts.
        schema: JSON Schema object of the parameters: what it calls a string stays text, and a
            list may be written as `a,b`.

    Raises:
        ParameterError: A text has no `=` or no key, or a key stands for a value and an object.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not all(key.split(".")):
            raise ParameterError(
                f"“{pair}” is not a parameter.", parameter=key, hint="Write it as key=value."
            )
        place, known = found, schema or {}
        *outer, name = key.split(".")
        for part in outer:
            known = known.get("properties", {}).get(part, {})
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise ParameterError(f"“{part}” is given as a value and as an object.")
        place[name] = _typed(text, known.get("properties", {}).get(name, {}))
    return found


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return *base* with *changes*; objects within are merged, too."""
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    types = _types(schema)
    if "string" in types and types <= {"string", "null"}:
        return None if text == "null" and "null" in types else text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if "array" in types and not isinstance(value, list) and "string" not in types:
        items = schema.get("items") or {"type": "string"}
        return None if value is None else [_typed(part.strip(), items) for part in text.split(",")]
    return value


def _types(schema: Mapping[str, Any]) -> set[str]:
    declared = schema.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    return types.union(*(_types(item) for item in schema.get("anyOf", ())))


def read_parameters(name: str | None) -> dict[str, Any]:
    """Return the JSON object in a file; `-` is standard input.

    Raises:
        ParameterError: It cannot be read, or is not a JSON object.
    """
    if name is None:
        return {}
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = json.loads(text)
    except OSError as error:
        raise ParameterError(
            f"The parameters in {name} cannot be read: {error.strerror or error}.",
            parameter="params",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ParameterError(
            f"The parameters in {name} are not JSON: {error}.", parameter="params"
        ) from error
    if not isinstance(found, dict):
        raise ParameterError(
            f"The parameters in {name} are not a JSON object.",
            parameter="params",
            hint='Write them as {"key": value, ...}.',
        )
    return found
