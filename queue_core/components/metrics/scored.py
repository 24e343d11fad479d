"""What a metric sees: the truth, what a model said of it, and how a metric is described."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from queue_core.components.registry import Component, ComponentKind


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The rows of one split with the answers of a model.

    Attributes:
        truth: The output column: class codes 0..k-1, or numbers; None for clusters without labels.
        predicted: What the model said, in the same form; cluster numbers, -1 is noise.
        probabilities: Rows x classes; None where the model gives none.
        scores: Distance from the border (rows, or rows x classes); None where there is none.
        class_count: How many classes there are.
        matrix: The columns as the model saw them, for metrics of clusters.
        history: The output before the split, oldest first, for metrics of forecasts.
        period: Rows in a season, for metrics of forecasts.
        seed: Decides which rows are sampled where all would be too many.
    """

    truth: Any
    predicted: Any
    probabilities: Any = None
    scores: Any = None
    class_count: int = 0
    matrix: Any = None
    history: Any = None
    period: int = 1
    seed: int = 0


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


def measure(component: Component, scored: Scored) -> float | None:
    """Return the value of a metric; None where it is not defined for these rows."""
    function = component.load()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(function(scored))
    except ValueError:
        return None  # e.g. the area under a curve with one class only
    return value if math.isfinite(value) else None
