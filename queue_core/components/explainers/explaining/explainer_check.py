"""Whether an explainer fits a model and its parameters; checked before anything is read."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonMapping
from queue_core.components.models.tasks import Task
from queue_core.components.parameters import complete_parameters
from queue_core.components.registry import get_component
from queue_core.errors import ParameterError


def check_explainer(
    explainer: str, params: JsonMapping, *, task: Task | None = None, scope: str | None = None
) -> Component:
    """Return the component of an explainer, checked against what is known of its use.

    Args:
        explainer: Its id.
        params: Its parameters.
        task: What the model was trained for; None: not known yet.
        scope: `global` or `local` if the user said so.

    Raises:
        ParameterError: It does not exist, does not fit, or a parameter does not.
    """
    component = get_component(ComponentKind.EXPLAINER, explainer)
    complete_parameters(component.schema, params, owner=component.title)
    if scope is not None and scope != component.options["scope"]:
        raise ParameterError(
            f"{component.title} is {component.options['scope']}, not {scope}.",
            parameter="scope",
            hint="Leave the scope out: it follows from the explainer.",
        )
    if task is not None and component.tasks and task.value not in component.tasks:
        served = ", ".join(name.replace("_", " ") for name in component.tasks)
        raise ParameterError(
            f"{component.title} does not explain models for {task.value.replace('_', ' ')}.",
            parameter="explainer",
            hint=f"It explains: {served}.",
        )
    return component
