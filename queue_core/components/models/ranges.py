"""The ranges in which a hyperparameter search looks, written beside each parameter's schema.

The word is `search`: `{"low": ..., "high": ..., "log": bool}` for numbers, `{"choices": [...]}`
for the rest. Where nobody chose a range, one is derived from the default and the bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from queue_core.components.json_data import JsonMapping, JsonObject

SPREAD = 10.0
NOT_SEARCHED = frozenset({
    "tol", "max_iter", "eps", "leaf_size", "validation_fraction", "n_iter_no_change", "cv",
    "n_init", "max_iter_predict", "n_restarts_optimizer", "intercept_scaling", "max_trials",
    "stop_probability", "max_bins", "min_impurity_decrease", "max_n_alphas", "batch_size",
    "max_subpopulation", "eigen_tol", "beta_1", "beta_2", "epsilon", "degree",
})  # fmt: skip
"""Numbers that trade time for exactness, or whose best value a search does not find."""

Curated = JsonMapping


def with_search_ranges(schema: JsonMapping, curated: Curated | None) -> JsonObject:
    """Return *schema* with `search` on each parameter worth searching.

    Args:
        schema: The schema of a model's parameters.
        curated: Chosen ranges: `[low, high]`, `[low, high, "log"]` or `{"choices": [...]}`; None
            derives them from defaults and bounds.
    """
    properties: JsonObject = {}
    for name, item in schema["properties"].items():
        if curated is None:
            found = _derived(name, item)
        else:
            found = _chosen(curated[name]) if name in curated else None
        properties[name] = {**item, "search": found} if found else dict(item)
    return {**schema, "properties": properties}


def _chosen(given: Sequence[Any] | JsonMapping) -> JsonObject:
    if isinstance(given, Mapping):
        return dict(given)
    return {"low": given[0], "high": given[1], "log": len(given) > 2 and given[2] == "log"}


def _derived(name: str, item: JsonMapping) -> JsonObject | None:
    """Return a range around the default: a tenth to ten times, within the bounds."""
    default = item.get("default")
    kinds = item.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if name in NOT_SEARCHED or isinstance(default, bool) or not isinstance(default, (int, float)):
        return None
    if kind not in ("integer", "number"):
        return None
    low, high = _bounds(item)
    if kind == "number" and low is not None and high is not None:
        margin = (high - low) / 1000
        return {"low": low + margin, "high": high - margin, "log": False}
    if default <= 0:
        return None
    spread = SPREAD if kind == "number" else SPREAD / 2
    least, most = default / spread, default * spread
    if kind == "integer":
        least, most = max(1, round(least)), max(2, round(most))
    least = least if low is None else max(low, least)
    most = most if high is None else min(high, most)
    return {"low": least, "high": most, "log": True} if 0 < least < most else None


def _bounds(item: JsonMapping) -> tuple[float | None, float | None]:
    low = item.get("minimum", item.get("exclusiveMinimum"))
    high = item.get("maximum", item.get("exclusiveMaximum"))
    return low, high
