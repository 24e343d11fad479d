"""How a metric is described."""

from __future__ import annotations

from collections.abc import Iterable

from queue_core.components.component import Component, ComponentKind


def describe_metric(
    metric_id: str,
    title: str,
    description: str,
    factory: str,
    tasks: Iterable[str],
    *,
    greater_is_better: bool = True,
    is_default: bool = False,
    unit: str = "",
) -> Component:
    """Return the component of a metric; *factory* names a function of `Scored`.

    Args:
        metric_id: Stored with every value, so it stays.
        title: What the user sees.
        description: One sentence.
        factory: `module:function`.
        tasks: The tasks that it measures.
        greater_is_better: Whether a search looks for large values.
        is_default: Whether it is computed unless the session names others.
        unit: `output` where values have the unit of the output column, `share` for 0 to 1.
    """
    return Component(
        id=metric_id,
        kind=ComponentKind.METRIC,
        title=title,
        description=description,
        factory=factory,
        tasks=tuple(tasks),
        options={
            "greater_is_better": greater_is_better,
            "is_default": is_default,
            "unit": unit,
        },
    )
