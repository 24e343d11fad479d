"""Models, parameters, metrics and ranges that a user may choose; checked without heavy imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.session.specs import SearchSpec
from queue_core.components.parameters import complete_parameters
from queue_core.components.registry import components, get_component
from queue_core.errors import ParameterError

_LEADING = {
    Task.CLASSIFICATION: "accuracy",
    Task.TEXT_CLASSIFICATION: "accuracy",
    Task.REGRESSION: "r2",
    Task.FORECASTING: "mae",
    Task.CLUSTERING: "silhouette",
}


def model_for(model_id: str, task: Task) -> Component:
    """Return the component of a model that serves a task.

    Raises:
        ParameterError: There is no such model, or it serves other tasks.
    """
    component = get_component(ComponentKind.MODEL, model_id)
    if component.tasks and task.value not in component.tasks:
        raise ParameterError(
            f"{component.title} cannot be used for {task.value.replace('_', ' ')}.",
            parameter="model",
            hint=f"It serves: {', '.join(component.tasks)}.",
        )
    return component


def checked_params(component: Component, params: JsonMapping) -> JsonObject:
    """Return all parameters of a model, the defaults where *params* says nothing.

    Raises:
        ParameterError: One is unknown, of a wrong type or out of bounds.
    """
    return complete_parameters(component.schema, params, owner=component.title)


def metrics_for(task: Task, chosen: Sequence[str]) -> tuple[Component, ...]:
    """Return the metrics of a session, the leading one first.

    Args:
        task: What is asked.
        chosen: Ids of metrics; empty: the usual ones of the task.

    Raises:
        ParameterError: A metric does not exist or measures other tasks.
    """
    if not chosen:
        usual = [
            item
            for item in components(ComponentKind.METRIC).values()
            if task.value in item.tasks and item.options.get("is_default")
        ]
        return tuple(sorted(usual, key=lambda item: item.id != _LEADING[task]))
    found = tuple(get_component(ComponentKind.METRIC, name) for name in dict.fromkeys(chosen))
    for item in found:
        if item.tasks and task.value not in item.tasks:
            raise ParameterError(
                f"The metric “{item.title}” does not measure {task.value.replace('_', ' ')}.",
                parameter="metrics",
                hint=f"It measures: {', '.join(item.tasks)}.",
            )
    return found


_LEADING = {
    Task.CLASSIFICATION: "accuracy",
    Task.TEXT_CLASSIFICATION: "accuracy",
    Task.REGRESSION: "r2",
    Task.FORECASTING: "mae",
    Task.CLUSTERING: "silhouette",
}


def leading_metric(task: Task, metrics: Sequence[Component], chosen: str | None) -> Component:
    """Return what a search makes best: the chosen metric, or the first of the session.

    Raises:
        ParameterError: The chosen metric does not measure this task.
    """
    return metrics[0] if chosen is None else metrics_for(task, [chosen])[0]


def ranges_of(component: Component, spec: SearchSpec) -> dict[str, JsonMapping]:
    """Return where each searched parameter is drawn from.

    Raises:
        ParameterError: A range is of no parameter or makes no sense; there is nothing to search.
    """
    properties = component.schema.get("properties", {})
    if spec.parameters is None:
        found = {n: p["search"] for n, p in properties.items() if "search" in p}
    else:
        found = {name: _checked_range(component, name, r) for name, r in spec.parameters.items()}
    if not found:
        raise ParameterError(
            f"{component.title} has no parameter to search.",
            parameter="search",
            hint="Train it without a search, or name ranges of your own in “parameters”.",
        )
    return found


def _checked_range(component: Component, name: str, given: Any) -> JsonMapping:
    if isinstance(given, (list, tuple)):
        given = {"choices": list(given)}
    if not isinstance(given, Mapping) or not (
        {"choices"} <= set(given) or {"low", "high"} <= set(given)
    ):
        raise ParameterError(
            f"The range of “{name}” must have “low” and “high”, or “choices”.",
            parameter=f"search.parameters.{name}",
            hint='For example {"low": 0.1, "high": 10, "log": true}.',
        )
    ends = given["choices"] if "choices" in given else [given["low"], given["high"]]
    for value in ends:
        checked_params(component, {name: value})
    if "low" in given and not given["low"] < given["high"]:
        raise ParameterError(
            f"The range of “{name}” must begin below its end.",
            parameter=f"search.parameters.{name}",
            hint="Exchange “low” and “high”.",
        )
    return given
