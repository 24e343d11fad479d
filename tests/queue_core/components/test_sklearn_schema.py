from __future__ import annotations

import inspect
from typing import Any

import pytest
from sklearn.datasets import load_iris
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import all_estimators

from queue_core.components.catalogue_building.estimator_schemas import (
    DECIDED_ELSEWHERE,
    can_be_built,
    parameter_schema,
    public_module,
    snapshot,
)
from queue_core.components.catalogues.estimator_arguments import arguments

BUILT = [cls for _, cls in all_estimators() if can_be_built(cls)]


def fits(value: Any, schema: dict[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(fits(value, item) for item in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool):
        return "boolean" in types
    if value is None:
        return "null" in types
    kinds = {int: {"integer", "number"}, float: {"number"}, str: {"string"}, list: {"array"}}
    return bool(kinds[type(value)] & set(types))


@pytest.mark.parametrize("cls", BUILT, ids=lambda cls: cls.__name__)
def test_defaults_are_valid_and_give_the_default_estimator(cls: type) -> None:
    schema = parameter_schema(cls)
    defaults = {k: v["default"] for k, v in schema["properties"].items() if "default" in v}
    for name, value in defaults.items():
        assert fits(value, schema["properties"][name]), name
    built = cls(**arguments(schema, defaults))
    for name, parameter in inspect.signature(cls).parameters.items():
        value, default = getattr(built, name), parameter.default
        assert value == default or value is default or value != value, name


def test_what_the_jobs_decide_is_not_offered() -> None:
    for facts in snapshot("classifier")["classes"].values():
        assert not DECIDED_ELSEWHERE & set(facts["schema"]["properties"])


def test_meta_estimators_are_left_out_by_rule() -> None:
    names = set(snapshot()["classes"])
    assert {"RandomForestClassifier", "StandardScaler", "KMeans", "Ridge"} <= names
    assert not {"GridSearchCV", "Pipeline", "VotingClassifier", "SelfTrainingClassifier"} & names


def test_bounds_unions_and_choices() -> None:
    facts = snapshot("classifier")["classes"]["RandomForestClassifier"]["schema"]["properties"]
    assert facts["n_estimators"] == {"type": "integer", "minimum": 1, "default": 100}
    assert facts["max_depth"] == {"type": ["integer", "null"], "minimum": 1, "default": None}
    assert facts["criterion"]["enum"] == ["entropy", "gini", "log_loss"]
    assert {"type": "string", "enum": ["log2", "sqrt"]} in facts["max_features"]["anyOf"]
    assert {"type": "null"} in facts["max_features"]["anyOf"]


def test_descriptions_are_specific_where_a_name_has_two_meanings() -> None:
    by_class = snapshot("transformer")["classes"]
    assert "description" not in by_class["SelectFdr"]["schema"]["properties"]["alpha"]
    from sklearn.feature_selection import SelectFdr
    from sklearn.linear_model import Lasso

    fdr = parameter_schema(SelectFdr)["properties"]["alpha"]["description"]
    lasso = parameter_schema(Lasso)["properties"]["alpha"]["description"]
    assert fdr != lasso


def test_lists_become_tuples_and_names_become_functions() -> None:
    schema = parameter_schema(MinMaxScaler)
    scaler = MinMaxScaler(**arguments(schema, {"feature_range": [-1, 1]}))
    x, y = load_iris(return_X_y=True)
    assert scaler.fit_transform(x).min() == -1
    hidden = arguments(parameter_schema(MLPRegressor), {"hidden_layer_sizes": [4, 2]})
    assert hidden == {"hidden_layer_sizes": (4, 2)}
    chosen = arguments(parameter_schema(SelectKBest), {"score_func": "chi2", "k": 2})
    assert chosen["score_func"] is chi2
    assert SelectKBest(**chosen).fit_transform(x, y).shape == (150, 2)


def test_public_modules_hold_the_class() -> None:
    import importlib

    for cls in BUILT:
        assert getattr(importlib.import_module(public_module(cls)), cls.__name__) is cls
