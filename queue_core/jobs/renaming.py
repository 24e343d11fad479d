"""What a retry with changes is called: a name that says what it was made of must not lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queue_core.components.registry import ComponentKind, components
from queue_core.jobs.registry import known_job_types

NAME = "name"


def name_after_changes(
    task_type: str, name: str, params: Mapping[str, Any], changes: Mapping[str, Any]
) -> str | None:
    """Return the name that a job's copy with *changes* should have; None: the old one is true.

    A job that nobody named is called after its component: “Random forest classifier on penguins”.
    Where another component takes its place in the parameters, it does so in the name.

    Args:
        task_type: Name of the job's class.
        name: What the job is called.
        params: Its parameters.
        changes: Those that are to be others.
    """
    kinds = known_job_types().values()
    kind = next((kind for kind in kinds if kind.task_type == task_type), None)
    if changes.get(NAME) not in (None, "", params.get(NAME)) or kind is None:
        return None
    for field, item in (kind.parameters or {}).get("properties", {}).items():
        form = str(item.get("format", ""))
        if field not in changes or form not in set(ComponentKind):
            continue
        known = components(ComponentKind(form))
        before, after = known.get(str(params.get(field))), known.get(str(changes[field]))
        if before is not None and after is not None and name.startswith(before.title):
            return after.title + name[len(before.title) :]
    return None
