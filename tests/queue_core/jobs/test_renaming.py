"""A retry with another component is called after that one, unless somebody named it."""

from __future__ import annotations

from typing import Any

import pytest

from queue_core.jobs.renaming import name_after_changes

FOREST = {"model": "RandomForestClassifier", "name": "Random forest classifier on penguins"}
TREE = {"model": "DecisionTreeClassifier"}


@pytest.mark.parametrize(
    ("task_type", "params", "changes", "expected"),
    [
        ("ModelJob", FOREST, TREE, "Decision tree classifier on penguins"),
        ("ModelJob", FOREST, {"seed": 3}, None),
        ("ModelJob", FOREST, {**TREE, "name": "Mine"}, None),
        ("ModelJob", {**FOREST, "name": "My forest"}, TREE, None),
        ("ModelJob", FOREST, {"model": "no such model"}, None),
        ("UnknownJob", FOREST, TREE, None),
        (
            "ExplorerJob", {"explorer": "describe", "name": "Describe of iris"},
            {"explorer": "outliers"}, "Outliers of iris",
        ),
    ],
)  # fmt: skip
def test_names_follow_the_component(
    task_type: str, params: dict[str, Any], changes: dict[str, Any], expected: str | None
) -> None:
    assert name_after_changes(task_type, params["name"], params, changes) == expected
