"""The kinds of job that can be submitted from a form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queue_core.components.registry import Component, ComponentKind, components
from queue_core.errors import MonitorError
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.jobs.job_type import JobType
from queue_core.jobs.registry import known_job_types

PARAMS = "params"
# Kinds of which the window knows more than the others.
FROM_FILES = "DatasetJob"
TRAINING = "ModelJob"

JOB_TYPES = tuple(BUILT_IN.values())


@dataclass(frozen=True)
class JobForm:
    """What the form of a job type is made from.

    Attributes:
        parameters: All parameters of the type, as a JSON Schema object.
        schema: These without those that `components` stands for.
        params_field: The parameter that holds the component's parameters; empty if none has any.
        component_field: The parameter that names a component; empty where there is none.
        components: What that parameter chooses from.
        missing: Ids of components whose optional package is not installed.
        choices: The components of each kind that another parameter names, e.g. metrics.
    """

    parameters: Mapping[str, Any]
    schema: Mapping[str, Any]
    component_field: str = ""
    params_field: str = ""
    components: tuple[Component, ...] = ()
    missing: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[Component, ...]] = dataclasses.field(default_factory=dict)

    def fields_for(self, entities: Mapping[str, int]) -> dict[str, int]:
        """Return the parameters that name *entities*, which are given by format."""
        found: dict[str, int] = {}
        for name, item in self.schema["properties"].items():
            entity_format = str(item.get("format", ""))
            if entity_format in entities and entity_format not in found:
                found[name] = entities[entity_format]
        return found


def all_job_types() -> tuple[JobType, ...]:
    """Return these and those of other packages that a form can be made for, once they are known.

    The first call of `queue_core.jobs.registry.job_types` finds them; it imports them, so it is
    for another thread.
    """
    others = (item for item in known_job_types().values() if not item.is_built_in)
    return (*JOB_TYPES, *(item for item in others if item.parameters is not None))


def job_type(name: str) -> JobType | None:
    """Return the kind of job whose class has this name."""
    return next((item for item in all_job_types() if item.task_type == name), None)


def load_form(kind: JobType) -> JobForm:
    """Import what describes a type and the components that it can be made of; takes time.

    Raises:
        MonitorError: The type describes no parameters.
    """
    schema = kind.parameters
    if schema is None:
        raise MonitorError(f"{kind.task_type} describes no parameters, so there is no form for it.")
    properties = dict(schema["properties"])
    field = next((n for n, item in properties.items() if _component_kind(item)), "")
    if not field:
        return JobForm(schema, schema)
    chosen = _component_kind(properties.pop(field))
    assert chosen is not None
    found = tuple(components(chosen).values())
    params = next((n for n in (PARAMS, f"{field}_{PARAMS}") if n in properties), "")
    if params:
        del properties[params]
    required = [name for name in schema.get("required", ()) if name in properties]
    named = _formats(properties)
    choices = {
        kind.value: tuple(components(kind).values()) for kind in ComponentKind if kind in named
    }
    shown = {**schema, "properties": properties, "required": required}
    missing = frozenset(item.id for item in found if not _is_installed(item))
    return JobForm(schema, shown, field, params, found, missing, choices)


def serves(component: Component, task: str) -> bool:
    """Return whether a component can be used for a task; for none named, any can."""
    return not task or not component.tasks or task in component.tasks


def _component_kind(schema: Mapping[str, Any]) -> ComponentKind | None:
    """Return the kind of component that a parameter names, unless it names several."""
    name = str(schema.get("format", ""))
    declared = schema.get("type")
    is_list = declared == "array" or (isinstance(declared, list) and "array" in declared)
    return ComponentKind(name) if name in set(ComponentKind) and not is_list else None


def _formats(properties: Mapping[str, Any]) -> set[str]:
    """Return the formats of all parameters, those of groups included, in the singular."""
    found: set[str] = set()
    for item in properties.values():
        name = str(item.get("format", ""))
        found |= {name, name.removesuffix("s")}
        found |= _formats(item.get("properties", {}))
    return found


def _is_installed(component: Component) -> bool:
    if component.package is None:
        return True
    from importlib.util import find_spec

    try:
        return find_spec(component.package) is not None
    except (ImportError, ValueError):
        return False
