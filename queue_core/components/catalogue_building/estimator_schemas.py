"""What scikit-learn says about its own parameters, as JSON Schema that a form can be made from.

The registry must list components without importing scikit-learn, so the schemas are taken once,
with `snapshot`, and shipped as package data (`catalogues/*.json`); a test compares them with the
installed version. The source is `_parameter_constraints`, which scikit-learn itself validates
with. Left out, by rule, is what a form cannot hold or must not offer:

- parameters without a constraint, and those that only take objects, functions or matrices;
- those whose default is not JSON (a type, NaN, infinity) or is a deprecation marker;
- those that leave no choice: a single word;
- those that the jobs decide: seed, threads, verbosity, caching, copying (`DECIDED_ELSEWHERE`).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import cache
from numbers import Integral, Real
from typing import Any

import sklearn
from sklearn.utils import _param_validation as validation
from sklearn.utils import all_estimators, get_tags

from queue_core.components.catalogues.estimator_arguments import NAMED_FUNCTIONS
from queue_core.components.catalogues.parameter_sentences import describe_parameters
from queue_core.components.json_data import JsonMapping, JsonObject

DECIDED_ELSEWHERE = frozenset({
    "random_state", "n_jobs", "verbose", "verbose_interval", "copy", "copy_X", "copy_x",
    "copy_X_train", "warm_start", "memory", "cache_size", "store_precision", "store_covariance",
    "compute_score", "store_cv_results", "callback", "sparse_output", "dense_output", "input",
    "verbose_feature_names_out", "use_legacy_attributes", "pre_dispatch", "scoring", "refit",
    "encoding", "decode_error", "check_inverse", "validate", "accept_sparse", "feature_names_out",
})  # fmt: skip
WHOLE_NUMBER_TUPLES = frozenset({"ngram_range", "hidden_layer_sizes"})


def parameter_schema(cls: type) -> JsonObject:
    """Return the JSON Schema object of the parameters of an estimator class.

    Properties have a `default` (unless the library's is a marker) and, where we have one, a
    `description`. One kind of value gives
    `type` with its bounds or `enum`; several kinds give `anyOf`; `null` is allowed where it is in
    `type` or one of the alternatives. Python tuples are arrays (`arguments` turns them back).
    """
    constraints = getattr(cls, "_parameter_constraints", {})
    properties: JsonObject = {}
    for name, parameter in inspect.signature(cls).parameters.items():
        if name in NAMED_FUNCTIONS and parameter.default is not inspect.Parameter.empty:
            schema: JsonObject | None = {
                "type": "string",
                "enum": list(NAMED_FUNCTIONS[name]),
                "default": parameter.default.__name__,
            }
        else:
            schema = _property(name, parameter.default, constraints.get(name, ()))
        if schema is not None:
            properties[name] = schema
    return describe_parameters({"type": "object", "properties": properties}, cls.__name__)


def can_be_built(cls: type) -> bool:
    """Return whether its defaults build it, and it is no class that will soon be gone.

    Nothing may be required, in name or in fact (a few declare `estimator=None` and refuse it).
    """
    if cls.__new__.__module__ == "sklearn.utils.deprecation":  # how such a class is marked
        return False
    constraints = getattr(cls, "_parameter_constraints", {})
    for name, parameter in inspect.signature(cls).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            return False
        if parameter.default is None and not _allows_none(constraints.get(name, "no_validation")):
            return False
    return True


def snapshot(
    type_filter: str | None = None, keep: Callable[[type], bool] = can_be_built
) -> JsonObject:
    """Return what there is to know of the installed scikit-learn's estimators, as JSON data.

    Args:
        type_filter: `classifier`, `regressor`, `cluster`, `transformer`, or None for all.
        keep: The rule by which classes are in the catalogue.

    Returns:
        `{"version": ..., "classes": {name: facts}}`, where facts are `module` (the public one),
        `seed` (whether it takes one), `tags` (what input it takes) and `schema`.
    """
    classes = {
        name: {
            "module": public_module(cls),
            "seed": "random_state" in inspect.signature(cls).parameters,
            "tags": _tags(cls),
            "schema": _without_descriptions(parameter_schema(cls)),
        }
        for name, cls in all_estimators(type_filter=type_filter)
        if keep(cls)
    }
    return {"version": sklearn.__version__, "classes": classes}


def public_module(cls: type) -> str:
    """Return the documented module of a class: `sklearn.cluster._birch` is `sklearn.cluster`."""
    parts = cls.__module__.split(".")
    return ".".join(parts[: next((i for i, p in enumerate(parts) if p[0] == "_"), len(parts))])


def _tags(cls: type) -> dict[str, bool]:
    tags = get_tags(cls())
    return {
        "allow_nan": bool(tags.input_tags.allow_nan),
        "positive_only": bool(tags.input_tags.positive_only),
        "categorical": bool(tags.input_tags.categorical),
        "string": bool(tags.input_tags.string),
        "needs_table": bool(tags.input_tags.two_d_array),
        "needs_target": bool(tags.target_tags.required),
        "multi_output_only": not tags.target_tags.single_output,
    }


def _without_descriptions(schema: JsonObject) -> JsonObject:
    properties = {
        name: {key: value for key, value in item.items() if key != "description"}
        for name, item in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _property(name: str, default: Any, constraints: Any) -> JsonObject | None:
    if name in DECIDED_ELSEWHERE or isinstance(constraints, str) or not constraints:
        return None
    if default == "deprecated" or not _is_json(default):
        return None
    found = [item for c in constraints if (item := _alternative(name, c, default)) is not None]
    nullable = default is None or {"type": "null"} in found
    kinds = [item for item in found if item != {"type": "null"}]
    if not kinds or (len(kinds) == 1 and len(kinds[0].get("enum", "..")) == 1 and not nullable):
        return None
    if len(kinds) > 1:
        schema: JsonObject = {"anyOf": [*kinds, {"type": "null"}] if nullable else kinds}
    else:
        schema = dict(kinds[0])
        if nullable:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
    if isinstance(default, str) and not _offers(schema, default):
        return schema  # a marker such as "warn": leaving the parameter out is the default
    return {**schema, "default": _to_json(default)}


def _offers(schema: JsonMapping, word: str) -> bool:
    choices = [item for item in schema.get("anyOf", (schema,)) if "string" in item["type"]]
    return any("enum" not in item or word in item["enum"] for item in choices)


def _alternative(name: str, constraint: Any, default: Any) -> JsonObject | None:
    """Return the schema of one constraint, or None where a form cannot hold it."""
    kinds = _constraint_kinds()
    if constraint is None:
        return {"type": "null"}
    if isinstance(constraint, kinds["Interval"]):
        return _interval(constraint)
    if isinstance(constraint, kinds["Options"]):
        options = sorted(set(constraint.options) - set(constraint.deprecated), key=str)
        words = [option for option in options if isinstance(option, str)]
        return {"type": "string", "enum": words} if words else None
    if isinstance(constraint, str):
        if constraint == "boolean":
            return {"type": "boolean"}
        if constraint == "cv_object":
            return {"type": "integer", "minimum": 2}
    if constraint is Integral or constraint is Real:
        return {"type": "integer" if constraint is Integral else "number"}
    if constraint is str:
        return {"type": "string"}
    if isinstance(default, tuple) and constraint in ("array-like", tuple, list):
        return _array(name, len(default) if constraint is tuple else None)
    return None


def _array(name: str, length: int | None) -> JsonObject:
    item = {"type": "integer" if name in WHOLE_NUMBER_TUPLES else "number"}
    bounds = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": item, **bounds, "x-tuple": True}


def _interval(interval: Any) -> JsonObject:
    schema: JsonObject = {"type": "integer" if interval.type is Integral else "number"}
    if interval.left is not None and not math.isinf(interval.left):
        closed = interval.closed in ("left", "both")
        schema["minimum" if closed else "exclusiveMinimum"] = _plain(interval.left)
    if interval.right is not None and not math.isinf(interval.right):
        closed = interval.closed in ("right", "both")
        schema["maximum" if closed else "exclusiveMaximum"] = _plain(interval.right)
    return schema


def _allows_none(constraints: Any) -> bool:
    make = _constraint_kinds()["make"]
    return isinstance(constraints, str) or any(make(c).is_satisfied_by(None) for c in constraints)


def _plain(number: Any) -> int | float:
    return int(number) if isinstance(number, Integral) else float(number)


def _to_json(default: Any) -> Any:
    if isinstance(default, tuple):
        return [_plain(item) for item in default]
    return float(default) if isinstance(default, float) else default  # numpy's are subclasses


def _is_json(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, tuple):
        return all(isinstance(item, (int, float)) and math.isfinite(item) for item in value)
    return value is None or isinstance(value, (bool, int, str))


@cache
def _constraint_kinds() -> JsonObject:
    # Private, and there is no public way to the constraints; the snapshot test notices a change.
    return {
        "Interval": validation.Interval,
        "Options": validation.Options,
        "make": validation.make_constraint,
    }
