"""The kinds of job that can be submitted from a form."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gui.i18n import mark
from queue_core.components.registry import Component, ComponentKind, components
from queue_core.errors import MonitorError
from queue_core.jobs.registry import known_job_types

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

PARAMS = "params"


@dataclass(frozen=True, kw_only=True)
class JobType:
    """One kind of job.

    Attributes:
        name: Name of its class, as `task_type` has it.
        module: Where the class is.
        title: A verb and what it is done to.
        sentence: What comes of it.
        icon: Name of its icon.
        starts_from: Kinds of entity that it can be started from, as the forms' formats.
        begins_with: The one of them of which the newest is chosen until another is.
    """

    name: str
    module: str
    title: str
    sentence: str
    icon: str
    starts_from: tuple[str, ...] = ()
    begins_with: str = ""


JOB_TYPES = (
    JobType(
        name="DatasetJob", module="queue_core.jobs.dataset_job", icon="dataset",
        title=mark("Load data"), sentence=mark("Load a file as a dataset."),
    ),
    JobType(
        name="ExplorerJob", module="queue_core.jobs.explorer_job", icon="explorer",
        title=mark("Explore"), starts_from=("dataset", "notebook"), begins_with="dataset",
        sentence=mark("See statistics and plots of chosen columns."),
    ),
    JobType(
        name="ConverterJob", module="queue_core.jobs.converter_job", icon="converter",
        title=mark("Transform"), starts_from=("notebook", "dataset"),
        sentence=mark("Change rows and columns; every step can be undone."),
    ),
    JobType(
        name="ModelJob", module="queue_core.jobs.model_job", icon="model",
        title=mark("Train a model"), starts_from=("dataset", "session"), begins_with="dataset",
        sentence=mark("Train and measure a model on a dataset."),
    ),
    JobType(
        name="PredictJob", module="queue_core.jobs.predict_job", icon="predict",
        title=mark("Predict"), starts_from=("run",),
        sentence=mark("Use a trained model on other data."),
    ),
    JobType(
        name="ExplainerJob", module="queue_core.jobs.explainer_job", icon="explainer",
        title=mark("Explain a model"), starts_from=("run",),
        sentence=mark("See what a trained model looks at."),
    ),
    JobType(
        name="GenerativeJob", module="queue_core.jobs.generative_job", icon="generative",
        title=mark("Generate text"), starts_from=("generative-session", "dataset"),
        sentence=mark("Talk to a language model on this computer."),
    ),
    JobType(
        name="NotebookJob", module="queue_core.jobs.notebook_job", icon="undo",
        title=mark("Change a notebook"), starts_from=("notebook",),
        sentence=mark("Undo, redo, reorder or remove the steps of a notebook."),
    ),
    JobType(
        name="ApplyNotebookJob", module="queue_core.jobs.apply_notebook_job", icon="copy",
        title=mark("Apply a notebook"), starts_from=("notebook",),
        sentence=mark("Do a notebook's steps to other data, or keep its table as a dataset."),
    ),
    JobType(
        name="PythonJob", module="queue_core.jobs.python_job", icon="job",
        title=mark("Run a script"), sentence=mark("Run a Python file as a job."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class JobForm:
    """What the form of a job type is made from.

    Attributes:
        job_class: The class.
        schema: Its parameters without those that `components` stands for.
        params_field: The parameter that holds the component's parameters; empty if none has any.
        component_field: The parameter that names a component; empty where there is none.
        components: What that parameter chooses from.
        missing: Ids of components whose optional package is not installed.
        choices: The components of each kind that another parameter names, e.g. metrics.
    """

    job_class: type[BaseJob]
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
    others = (
        JobType(
            name=item.task_type, module=item.factory.partition(":")[0], icon="job",
            title=item.title, sentence=item.description,
        )
        for item in known_job_types().values()
        if not item.is_built_in and item.parameters is not None
    )  # fmt: skip
    return (*JOB_TYPES, *others)


def job_type(name: str) -> JobType | None:
    """Return the kind of job whose class has this name."""
    return next((item for item in all_job_types() if item.name == name), None)


def load_form(kind: JobType) -> JobForm:
    """Import the class and the components that it can be made of; takes time.

    Raises:
        MonitorError: The class describes no parameters.
    """
    job_class = getattr(importlib.import_module(kind.module), kind.name)
    schema = job_class.PARAMETERS
    if schema is None:
        raise MonitorError(f"{kind.name} describes no parameters, so there is no form for it.")
    properties = dict(schema["properties"])
    field = next((n for n, item in properties.items() if _component_kind(item)), "")
    if not field:
        return JobForm(job_class, schema)
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
    return JobForm(job_class, shown, field, params, found, missing, choices)


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
