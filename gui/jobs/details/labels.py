"""Parameters as the forms call them: what is internal to a job is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gui.i18n import tr, translate
from queue_core.jobs.registry import known_job_types

OWN_ID = "_id"


def labelled(task_type: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's parameters by the labels of its form, with the names that code uses.

    The ids of what the job made are left out; what else no form shows keeps its own name.
    """
    kinds = known_job_types().values()
    schema = next((kind.parameters for kind in kinds if kind.task_type == task_type), None)
    if not schema:
        return dict(params)
    known = schema.get("properties", {})
    others = {n: v for n, v in params.items() if n not in known and not n.endswith(OWN_ID)}
    return {**_labelled(schema, params), **others}


def _labelled(schema: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, item in schema.get("properties", {}).items():
        if name not in params:
            continue
        value = params[name]
        if isinstance(value, Mapping) and item.get("properties"):
            value = _labelled(item, value)
        title = translate(str(item.get("title") or ""))
        label = tr("{title} ({name})", title=title, name=name) if title else name
        shown[label] = value
    return shown
