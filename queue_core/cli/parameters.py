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


def parse_pairs(pairs: Sequence[str], schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return typed parameters; `3`, `true`, `null` and `["a"]` are values, anything else is text.

    Args:
        pairs: `key=value` texts.
        schema: JSON Schema object of the parameters: what it calls a string stays text.

    Raises:
        ParameterError: A text has no `=` or no key.
    """
    properties = (schema or {}).get("properties", {})
    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise ParameterError(
                f"“{pair}” is not a parameter.", parameter=key, hint="Write it as key=value."
            )
        is_text = properties.get(key, {}).get("type") == "string"
        found[key] = text if is_text else _value(text)
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


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
    except ValueError as error:
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
