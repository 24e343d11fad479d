"""JSON parameters as what the constructors of estimators take."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from queue_core.components.json_data import JsonMapping, JsonObject

# Functions that a parameter may be set to, by the name a form shows.
NAMED_FUNCTIONS: Mapping[str, Mapping[str, str]] = {
    "score_func": {
        name: f"sklearn.feature_selection:{name}"
        for name in (
            "f_classif", "chi2", "mutual_info_classif",
            "f_regression", "r_regression", "mutual_info_regression",
        )
    },
}  # fmt: skip


def arguments(schema: JsonMapping, params: JsonMapping) -> JsonObject:
    """Return JSON *params* as what the estimator's constructor takes (tuples, functions)."""
    found: JsonObject = {}
    for name, value in params.items():
        if isinstance(value, list) and _is_tuple(schema.get("properties", {}).get(name, {})):
            value = tuple(value)
        elif name in NAMED_FUNCTIONS and value in NAMED_FUNCTIONS[name]:
            module, _, attribute = NAMED_FUNCTIONS[name][value].partition(":")
            value = getattr(importlib.import_module(module), attribute)
        found[name] = value
    return found


def _is_tuple(schema: JsonMapping) -> bool:
    return any(item.get("x-tuple") for item in (schema, *schema.get("anyOf", ())))
