"""The one registry of what jobs are made of: loaders, explorers, converters, models, ...

A component is a folder in its kind's folder. Its `__init__` lists the records that describe it in
`COMPONENTS` and imports nothing heavy; a module beside it does the work, with ordinary imports, and
is imported when the component is first used. What stands in the kind's own folder is read too: a
family of components whose work others do is one module. Other packages add theirs through the
entry point group `dashai_monitor.components`; see `installed`.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from queue_core.components.component import Component, ComponentKind
from queue_core.components.installed import (
    ENTRY_POINT_GROUP,
    ComponentProblem,
    installed_components,
)
from queue_core.errors import ParameterError

__all__ = [
    "ENTRY_POINT_GROUP",
    "Component",
    "ComponentKind",
    "ComponentProblem",
    "component_problems",
    "components",
    "get_component",
]


@cache
def components(kind: ComponentKind) -> Mapping[str, Component]:
    """Return all components of a kind by id, built-in ones first, in the order of their titles.

    What another package declares and cannot be used is left out; `component_problems` tells it.
    """
    found = {item.id: item for item in _built_in(kind)}
    return found | {item.id: item for item in _others()[0] if item.kind is kind}


def component_problems() -> tuple[ComponentProblem, ...]:
    """Return what other packages declare and cannot be used, with the reason."""
    return _others()[1]


def get_component(kind: ComponentKind, component_id: str) -> Component:
    """Return one component.

    Raises:
        ParameterError: There is none with this id; the message names the nearest ones.
    """
    known = components(kind)
    if component_id in known:
        return known[component_id]
    near = difflib.get_close_matches(component_id, known, n=3, cutoff=0.4)
    hint = (
        f"Did you mean {' or '.join(near)}?"
        if near
        else f"List what there is with: dashai-monitor components {kind.value}"
    )
    if broken := sorted({problem.package for problem in component_problems()}):
        hint += f" Components of {', '.join(broken)} cannot be used: see dashai-monitor doctor."
    raise ParameterError(
        f"There is no {kind.value} named “{component_id}”."
        if component_id
        else f"It was not said which {kind.value} is meant.",
        parameter=kind.value,
        hint=hint,
    )


@cache
def _built_in(kind: ComponentKind) -> tuple[Component, ...]:
    package = importlib.import_module(f"queue_core.components.{kind.value}s")
    listed: list[Component] = []
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        listed.extend(
            getattr(importlib.import_module(f"{package.__name__}.{module}"), "COMPONENTS", ())
        )
    return tuple(sorted(listed, key=lambda item: item.title.casefold()))


@cache
def _others() -> tuple[tuple[Component, ...], tuple[ComponentProblem, ...]]:
    return installed_components(
        {(kind, item.id): "this program" for kind in ComponentKind for item in _built_in(kind)}
    )
