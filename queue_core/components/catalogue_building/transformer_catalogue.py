"""Builds the catalogues of scikit-learn's transformers and imbalanced-learn's samplers.

`python -m queue_core.components.catalogue_building.transformer_catalogue` writes them. They are
shipped, so that listing converters imports neither library; a test compares them with the
installed versions. `reason_left_out` holds the rules by which a class is not in it.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags, all_estimators, get_tags

import queue_core.components.catalogues as catalogues
from queue_core.components.catalogue_building.estimator_schemas import (
    can_be_built,
    parameter_schema,
    public_module,
)
from queue_core.components.json_data import JsonObject

CATALOGUE = "scikit_learn_transformers"
SAMPLERS = "imbalanced_learn_samplers"
SELECTORS = ("SelectFromModel", "RFE", "RFECV", "SequentialFeatureSelector")
JUDGES = (
    "RandomForestClassifier", "LogisticRegression", "LinearSVC",
    "RandomForestRegressor", "Lasso", "LinearRegression",
)  # fmt: skip
_REASONS = {
    "Birch": "skops cannot store it, so it could not be applied to new data.",
    "CCA": "It relates two tables to each other; a dataset has one.",
    "PLSCanonical": "It relates two tables to each other; a dataset has one.",
    "PLSSVD": "It relates two tables to each other; a dataset has one.",
    "FunctionTransformer": "Without a function, which no form can hold, it does nothing.",
    "KNeighborsTransformer": "It makes one column of each row it has learned.",
    "RadiusNeighborsTransformer": "It makes one column of each row it has learned.",
}
# Choices that need a matrix of distances, a function or a file, or give sparse tables.
_CHOICES_LEFT_OUT = frozenset({
    "precomputed", "precomputed_nearest_neighbors", "pyfunc", "haversine", "mahalanobis",
    "seuclidean", "wminkowski", "infinity", "amg", "onehot", "default", "pandas", "polars",
    "callable", "custom", "lsqr", "nan_euclidean",
})  # fmt: skip
_PARAMETERS_LEFT_OUT = frozenset({
    "prefit", "importance_getter", "feature_name_combiner", "evaluate_every", "total_samples",
    "perp_tol", "compute_inverse_components", "fit_inverse_transform", "compute_full_tree",
    "compute_distances", "order", "n_oversamples", "power_iteration_normalizer",
    "eigen_tol", "compute_labels", "sparse", "error_on_new", "n_svd_vecs", "max_no_improvement",
    "reassignment_ratio", "init_size", "forget_factor", "fresh_restarts", "fresh_restarts_max_iter",
})  # fmt: skip
# Defaults that make sense for tables: bounded numbers of columns, new categories are no failure.
_DEFAULTS: dict[str, JsonObject] = {
    "BernoulliRBM": {"n_components": 10},
    "CountVectorizer": {"max_features": 300},
    "GaussianRandomProjection": {"n_components": 2},
    "HashingVectorizer": {"n_features": 256},
    "KBinsDiscretizer": {"encode": "ordinal"},
    "KernelPCA": {"n_components": 2},
    "Nystroem": {"n_components": 20},
    "OneHotEncoder": {"handle_unknown": "ignore", "max_categories": 50},
    "PCA": {"n_components": 2},
    "PolynomialCountSketch": {"n_components": 20},
    "RBFSampler": {"n_components": 20},
    "RandomTreesEmbedding": {"n_estimators": 10, "max_depth": 3},
    "SkewedChi2Sampler": {"n_components": 20},
    "SparseRandomProjection": {"n_components": 2},
    "TfidfVectorizer": {"max_features": 300},
}


def reason_left_out(cls: type) -> str | None:
    """Return why a transformer is not in the catalogue, one sentence; None where it is."""
    if cls.__name__ in _REASONS:
        return _REASONS[cls.__name__]
    if cls.__name__ in SELECTORS:
        return None
    if not can_be_built(cls):
        return "It cannot be built from parameters that a form can hold."
    if not hasattr(cls, "transform"):
        return "It cannot be applied to new data."
    if next(iter(list(inspect.signature(cls.fit).parameters)[1:])) == "y":  # type: ignore[attr-defined]
        return "It is for target columns, which models prepare themselves."
    tags = _tags(cls).input_tags
    if tags.pairwise:
        return "It takes a matrix of distances, not a table."
    if not tags.two_d_array and not tags.string:
        return "It takes no table: images, dictionaries, or a single column of numbers."
    return None


def build_catalogue() -> JsonObject:
    """Return the catalogue as JSON data.

    Returns:
        `{"version": …, "classes": {name: facts}, "left_out": {name: reason}}`; facts are `module`,
        `takes` (`number`, `category`, `any` or `text`), `seed`, `target` (whether it looks at one),
        `missing` (whether it takes missing values) and `schema`.
    """
    known = dict(all_estimators(type_filter="transformer"))
    known |= {cls.__name__: cls for cls in (CountVectorizer, TfidfVectorizer)}
    reasons = {name: reason_left_out(cls) for name, cls in sorted(known.items())}
    return {
        "version": sklearn.__version__,
        "classes": {name: _facts(known[name]) for name, why in reasons.items() if why is None},
        "left_out": {name: why for name, why in reasons.items() if why is not None},
    }


def build_samplers() -> JsonObject:
    """Return the catalogue of samplers as JSON data, in the form of `build_catalogue`.

    `takes` is `number`, `category` (texts only), `mixed` or `any` (it does not look at the values).
    """
    import imblearn
    from imblearn.utils.testing import all_estimators

    known = dict(all_estimators(type_filter="sampler"))
    known.pop("FunctionSampler")
    takes = {"SMOTEN": "category", "SMOTENC": "mixed"}
    takes |= dict.fromkeys(("RandomOverSampler", "RandomUnderSampler"), "any")
    return {
        "version": imblearn.__version__,
        "classes": {
            name: {
                "module": public_module(cls),
                "takes": takes.get(name, "number"),
                "seed": "random_state" in inspect.signature(cls).parameters,
                "schema": _schema(cls),
            }
            for name, cls in sorted(known.items())
        },
        "left_out": {"FunctionSampler": _REASONS["FunctionTransformer"]},
    }


def _facts(cls: type) -> JsonObject:
    tags = _tags(cls)
    takes = "number"
    if cls.__name__ in ("SimpleImputer", "MissingIndicator"):
        takes = "any"
    elif tags.input_tags.categorical:
        takes = "category"
    elif not tags.input_tags.two_d_array:
        takes = "text"
    names = inspect.signature(cls).parameters
    target = inspect.signature(cls.fit).parameters.get("y")  # type: ignore[attr-defined]
    needs_target = target is not None and target.default is inspect.Parameter.empty
    return {
        "module": public_module(cls),
        "takes": takes,
        "seed": "random_state" in names and names["random_state"].default != "deprecated",
        "target": needs_target or "score_func" in names or cls.__name__ in SELECTORS,
        "missing": bool(tags.input_tags.allow_nan),
        "schema": _schema(cls),
    }


def _schema(cls: type) -> JsonObject:
    properties: JsonObject = {}
    if cls.__name__ in SELECTORS:
        properties["estimator"] = {"type": "string", "enum": list(JUDGES), "default": JUDGES[0]}
    for name, item in parameter_schema(cls)["properties"].items():
        if name in _PARAMETERS_LEFT_OUT:
            continue
        kept = _without_choices({k: v for k, v in item.items() if k != "description"})
        if kept is not None:
            default = _DEFAULTS.get(cls.__name__, {}).get(name)
            properties[name] = kept if default is None else {**kept, "default": default}
    return {"type": "object", "properties": properties}


def _without_choices(item: JsonObject) -> JsonObject | None:
    """Return the schema without the choices that no table can serve; None if no choice is left."""
    if "anyOf" in item:
        kinds = [kept for kind in item["anyOf"] if (kept := _without_choices(kind)) is not None]
        return {**item, "anyOf": kinds} if kinds else None
    if "enum" in item:
        choices = [choice for choice in item["enum"] if choice not in _CHOICES_LEFT_OUT]
        if not choices or (len(choices) == 1 and len(item["enum"]) > 1):
            return None
        return {**item, "enum": choices}
    return item


def _tags(cls: type) -> Tags:
    return get_tags(cls(LogisticRegression()) if cls.__name__ in SELECTORS else cls())


def main() -> None:
    """Write the catalogues beside the others."""
    for name, build in ((CATALOGUE, build_catalogue), (SAMPLERS, build_samplers)):
        path = Path(catalogues.__path__[0]) / f"{name}.json"
        text = json.dumps(build(), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
