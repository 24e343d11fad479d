"""A job as what one types to put it again: a command line, or lines of Python."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

PROGRAM = "dashai-monitor"


def as_command(type_name: str, schema: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Return the command that puts a job.

    Args:
        type_name: Name of the type, e.g. `model`.
        schema: The type's parameters, as a JSON Schema object.
        params: What the job is told.
    """
    known = schema.get("properties", {})
    words = [PROGRAM, "submit", type_name]
    for name, value in _said(schema, params).items():
        words += ["-p", f"{name}={_typed_as(value, known.get(name, {}))}"]
    is_windows = os.name == "nt"
    return subprocess.list2cmdline(words) if is_windows else shlex.join(words)


def as_python(type_name: str, schema: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Return the lines of a script or notebook that put a job and wait for it; see `as_command`."""
    told = [f"    {name}={value!r}," for name, value in _said(schema, params).items()]
    lines = (
        "from queue_core import connect",
        "",
        "client = connect()",
        "job = client.submit(",
        f"    {type_name!r},",
        *told,
        ")",
        "job.wait()",
    )
    return "\n".join(lines) + "\n"


def _said(schema: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that say more than the defaults do."""
    known = schema.get("properties", {})
    empty: tuple[Any, ...] = (None, "", [], {})
    return {
        name: value
        for name, value in params.items()
        if value not in empty and value != known.get(name, {}).get("default")
    }


def _typed_as(value: Any, schema: Mapping[str, Any]) -> str:
    """Return a value as the command line reads it: texts of text parameters as they are."""
    declared = schema.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    is_text = bool(types) and types <= {"string", "null"}
    if isinstance(value, str) and is_text:
        return value
    return json.dumps(value, ensure_ascii=False)
