"""The catalogue of models: complete, described, and of the installed scikit-learn."""

from __future__ import annotations

import subprocess
import sys

import pytest

from queue_core.components.catalogue_building.model_catalogue import CATALOGUE, build_catalogue
from queue_core.components.catalogues import load_catalogue
from queue_core.components.models.tasks import Task
from queue_core.components.parameters import complete_parameters
from queue_core.components.registry import ComponentKind, components

MODELS = components(ComponentKind.MODEL)


def test_snapshot_is_of_the_installed_scikit_learn():
    assert build_catalogue() == load_catalogue(CATALOGUE), (
        "run: python -m queue_core.components.catalogue_building.model_catalogue"
    )


def test_listing_the_models_imports_nothing_heavy():
    code = (
        "import sys; from queue_core.components.registry import *; "
        "components(ComponentKind.MODEL); components(ComponentKind.METRIC); "
        "heavy = {'sklearn', 'numpy', 'pandas', 'lightgbm', 'optuna'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_class_is_in_the_catalogue_or_left_out_with_a_reason():
    from sklearn.utils import all_estimators

    catalogue = load_catalogue(CATALOGUE)
    for type_name in ("classifier", "regressor", "cluster"):
        for name, _ in all_estimators(type_name):
            assert (name in catalogue["models"]) != (name in catalogue["left_out"]), name
    assert all(reason.endswith(".") for reason in catalogue["left_out"].values())
    assert len(catalogue["models"]) > 90


@pytest.mark.parametrize("component", MODELS.values(), ids=lambda item: item.id)
def test_component_is_described_and_its_defaults_fit_its_schema(component):
    assert component.title
    assert component.description.endswith(".")
    assert component.tasks
    complete_parameters(component.schema, {}, owner=component.title)
    for name, schema in component.schema["properties"].items():
        assert schema["description"].endswith("."), name
        complete_parameters(component.schema, {name: schema["default"]}, owner=component.title)


@pytest.mark.parametrize("component", MODELS.values(), ids=lambda item: item.id)
def test_search_ranges_lie_within_the_schema(component):
    for name, schema in component.schema["properties"].items():
        found = schema.get("search")
        if found is None:
            continue
        for value in found.get("choices", [found.get("low"), found.get("high")]):
            complete_parameters(component.schema, {name: value}, owner=component.title)
        if "low" in found:
            assert found["low"] < found["high"], name


def test_about_twenty_models_are_featured_and_have_chosen_ranges():
    featured = [item for item in MODELS.values() if item.options.get("featured") and not item.extra]
    assert 20 <= len(featured) <= 30
    assert {task.value for task in Task} == {task for item in featured for task in item.tasks}
