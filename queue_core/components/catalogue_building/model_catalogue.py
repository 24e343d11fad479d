"""Builds the catalogue of scikit-learn models.

`python -m queue_core.components.catalogue_building.model_catalogue` writes it. The result,
`catalogues/scikit_learn_models.json`, is shipped, so that listing the models imports no
scikit-learn; a test compares it with the installed version. Which classes are left out, and why,
is decided by the rules in `reason_left_out` and written into the file.
"""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from pathlib import Path

import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils import Tags, all_estimators, get_tags

import queue_core.components.catalogues as catalogues
from queue_core.components.catalogue_building.estimator_schemas import (
    parameter_schema,
    public_module,
)
from queue_core.components.json_data import JsonObject
from queue_core.components.models.tasks import Task

CATALOGUE = "scikit_learn_models"
TASKS_BY_TYPE = {
    "classifier": (Task.CLASSIFICATION, Task.TEXT_CLASSIFICATION),
    "regressor": (Task.REGRESSION, Task.FORECASTING),
    "cluster": (Task.CLUSTERING,),
}

# Choices that need more than a table: a matrix of distances, coordinates on a globe, a package.
CHOICES_LEFT_OUT = frozenset({
    "precomputed", "precomputed_nearest_neighbors", "pyfunc", "haversine", "mahalanobis",
    "seuclidean", "wminkowski", "p", "infinity", "amg", "nan_euclidean",
})  # fmt: skip
CHOICES_LEFT_OUT_OF = {"strategy": frozenset({"constant"})}  # it needs a value of the output
PARAMETERS_LEFT_OUT = frozenset({
    "alpha_per_target", "n_targets", "store_centers", "pos_label", "constant",
    "categorical_features",
    "compute_distances", "compute_labels", "jitter", "max_fun", "flatten_transform",
    "outlier_label",
})  # fmt: skip
RELATE_TWO_TABLES = ("CCA", "PLSCanonical")
NESTED = ("estimator", "estimators")
BASE_CLASSIFIERS = (
    "DecisionTreeClassifier", "GaussianNB", "KNeighborsClassifier", "LinearDiscriminantAnalysis",
    "LogisticRegression", "RandomForestClassifier",
)  # fmt: skip
BASE_REGRESSORS = (
    "DecisionTreeRegressor", "ElasticNet", "KNeighborsRegressor", "LinearRegression",
    "RandomForestRegressor", "Ridge",
)  # fmt: skip
DEFAULT_BASES = {
    "classifier": ["LogisticRegression", "GaussianNB", "DecisionTreeClassifier"],
    "regressor": ["Ridge", "KNeighborsRegressor", "DecisionTreeRegressor"],
}


def reason_left_out(cls: type, type_name: str) -> str | None:
    """Return why a class is not in the catalogue, one sentence; None where it is.

    Args:
        cls: A scikit-learn classifier, regressor or clusterer.
        type_name: `classifier`, `regressor` or `cluster`.
    """
    if _is_deprecated(cls):
        return "scikit-learn is removing it."
    if public_module(cls) == "sklearn.multioutput":
        return "It predicts several columns at once; a session has one output column."
    if _nested(cls) == "regressor":
        return "It wraps another model, and all its parameters are objects."
    if _nested(cls) and public_module(cls) == "sklearn.semi_supervised":
        return "It learns from rows without a label, which a session leaves out."
    return _reason_by_tags(cls, type_name)


def _reason_by_tags(cls: type, type_name: str) -> str | None:
    tags = _tags(cls, type_name)
    if not tags.target_tags.single_output:
        return "It predicts several columns at once; a session has one output column."
    if not tags.input_tags.two_d_array:
        return "It takes a single input column."
    if cls.__name__ in RELATE_TWO_TABLES:
        return "It relates two tables to each other and cannot predict a single column."
    if type_name == "cluster" and hasattr(cls, "transform") and not hasattr(cls, "predict"):
        return "It groups columns, not rows."
    return None


def build_catalogue() -> JsonObject:
    """Return everything that the program has to know of the installed scikit-learn's models."""
    models: JsonObject = {}
    left_out: dict[str, str] = {}
    for type_name in TASKS_BY_TYPE:
        for name, cls in all_estimators(type_name):
            reason = reason_left_out(cls, type_name)
            if reason:
                left_out[name] = reason
            else:
                models[name] = _facts(cls, type_name)
    return {"version": sklearn.__version__, "models": models, "left_out": left_out}


def _facts(cls: type, type_name: str) -> JsonObject:
    tags = _tags(cls, type_name)
    parameters = inspect.signature(cls).parameters
    facts = {
        "module": public_module(cls),
        "tasks": [task.value for task in TASKS_BY_TYPE[type_name]],
        "profile": _profile(cls, tags),
        "seed": "random_state" if "random_state" in parameters else None,
        "cores": "n_jobs" if "n_jobs" in parameters else None,
        "nested": _nested(cls),
        "sparse": bool(tags.input_tags.sparse),
        "binary_only": type_name == "classifier" and not tags.classifier_tags.multi_class,
        "schema": _schema(cls, type_name),
    }
    return {key: value for key, value in facts.items() if value not in (None, False)}


def _profile(cls: type, tags: Tags) -> str:
    """Return what the columns must be made into before this model sees them."""
    module = public_module(cls)
    if cls.__name__ == "CategoricalNB":
        return "bins"
    if tags.input_tags.positive_only:
        return "positive"
    if _nested(cls) or module not in ("sklearn.tree", "sklearn.ensemble", "sklearn.dummy"):
        return "scaled"
    return "native" if tags.input_tags.allow_nan and module != "sklearn.dummy" else "unscaled"


def _schema(cls: type, type_name: str) -> JsonObject:
    properties: JsonObject = {}
    for name, item in parameter_schema(cls)["properties"].items():
        plain = {key: value for key, value in item.items() if key != "description"}
        kept = _without_choices(plain, CHOICES_LEFT_OUT_OF.get(name, CHOICES_LEFT_OUT))
        if name not in PARAMETERS_LEFT_OUT and kept is not None:
            properties[name] = kept
    nested = _nested(cls)
    if nested in NESTED:
        properties = {nested: _nested_schema(cls, type_name), **properties}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _nested_schema(cls: type, type_name: str) -> JsonObject:
    """Return the choice of models that a model is made of; they have their default parameters."""
    bases = BASE_CLASSIFIERS if type_name == "classifier" else BASE_REGRESSORS
    if _nested(cls) == "estimators":
        return {
            "type": "array",
            "items": {"type": "string", "enum": list(bases)},
            "minItems": 2,
            "default": DEFAULT_BASES[type_name],
        }
    if inspect.signature(cls).parameters["estimator"].default is None:
        return {"type": ["string", "null"], "enum": [*bases, None], "default": None}
    default = DEFAULT_BASES[type_name][0]
    return {"type": "string", "enum": list(bases), "default": default}


def _without_choices(item: JsonObject, left_out: frozenset[str]) -> JsonObject | None:
    """Return the schema without the choices that no table can serve; None if one is left."""
    if "anyOf" in item:
        kinds = [_without_choices(kind, left_out) for kind in item["anyOf"]]
        return {**item, "anyOf": [kind for kind in kinds if kind is not None]}
    if "enum" in item:
        choices = [choice for choice in item["enum"] if choice not in left_out]
        if len(choices) < len(item["enum"]) and len(choices) < 2:
            return None
        return {**item, "enum": choices}
    return item


def _nested(cls: type) -> str | None:
    parameters = inspect.signature(cls).parameters
    return next((name for name in (*NESTED, "regressor") if name in parameters), None)


def _tags(cls: type, type_name: str) -> Tags:
    """Return scikit-learn's tags of an instance with default parameters."""
    base = Ridge() if type_name == "regressor" else LogisticRegression()
    nested = _nested(cls)
    if nested == "estimators":
        return get_tags(cls([("base", base)]))
    if nested == "estimator" and (
        inspect.signature(cls).parameters["estimator"].default is inspect.Parameter.empty
    ):
        return get_tags(cls(base))
    return get_tags(cls())


def _is_deprecated(cls: type) -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            cls()
        except TypeError:
            return False  # it needs another estimator
    return any("deprecated" in str(item.message) for item in caught)


def main() -> None:
    """Write the catalogue beside the others."""
    path = Path(catalogues.__path__[0]) / f"{CATALOGUE}.json"
    text = json.dumps(build_catalogue(), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
