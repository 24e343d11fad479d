"""Every model of the catalogue with its defaults on real data: a table of outcomes."""

from __future__ import annotations

from pathlib import Path

import model_data
import numpy as np
import pandas as pd
import pytest

from queue_core.components.models.training.evaluation.clusters import labels_of
from queue_core.components.models.training.stored.model_file import store_pipeline
from queue_core.components.registry import Component, ComponentKind, components
from queue_core.components.trusted_types import load_fitted
from queue_core.errors import DataError, JobError

pytestmark = pytest.mark.sweep

MODELS = list(components(ComponentKind.MODEL).values())
FAST = (
    "LogisticRegression", "RandomForestClassifier", "MultinomialNB", "CategoricalNB", "SVR",
    "StackingRegressor", "KMeans", "DBSCAN", "Birch",
)  # fmt: skip
TABLES = {
    "classification": (("iris", "target"), ("breast_cancer", "target"), ("mixed", "level"),
                       ("mixed", "yes")),
    "regression": (("diabetes", "target"), ("mixed", "amount")),
    "clustering": (("iris", None), ("mixed", None)),
}  # fmt: skip
# The only outcomes that are not a trained model, with what the message must say.
EXPLAINED = {
    ("TunedThresholdClassifierCV", 3): "two classes",
    ("FixedThresholdClassifier", 3): "two classes",
}


@pytest.fixture(autouse=True)
def _one_core(monkeypatch):
    monkeypatch.setenv("DASHAI_JOB_CORES", "1")


def cases(*, fast: bool) -> list[object]:
    """Return model, table and output for every combination that a task allows."""
    found = []
    for item in MODELS:
        if (item.id in FAST) is not fast:
            continue
        for task, tables in TABLES.items():
            if task in item.tasks:
                found += [
                    pytest.param(item, task, table, output, id=f"{item.id}-{table}-{output}")
                    for table, output in tables
                ]
    return found


def check(tmp_path: Path, item: Component, task: str, table: str, output: str | None) -> None:
    frame: pd.DataFrame = getattr(model_data, table)()
    if table == "mixed":
        keep = ["âge", "city", "visits", "member", "since", "nothing", "always"]
        frame = frame[keep + ([output] if output else [])]
    classes = frame[output].nunique() if output and task == "classification" else 0
    expected = EXPLAINED.get((item.id, classes))
    if expected:
        with pytest.raises(DataError, match=expected) as caught:
            model_data.train_on(tmp_path, frame, item.id, task=task, output=output)
        assert caught.value.hint
        return
    if item.package:
        pytest.importorskip(item.package)
    trained = model_data.train_on(tmp_path, frame, item.id, task=task, output=output)
    if task == "clustering":
        assert len(labels_of(trained.final)) == len(frame)
    else:
        leading = trained.folds[0].values["test"][trained.leading.id]
        assert leading is not None
        assert np.isfinite(leading)
    path = tmp_path / "model.skops"
    store_pipeline(trained.pipeline, path)
    rows = trained.problem.frame.iloc[:40]
    before = trained.pipeline.predict(rows)
    np.testing.assert_array_equal(load_fitted(path).predict(rows), before)


@pytest.mark.parametrize(("item", "task", "table", "output"), cases(fast=True))
def test_model_trains_with_its_defaults(tmp_path, item, task, table, output):
    check(tmp_path, item, task, table, output)


@pytest.mark.slow
@pytest.mark.parametrize(("item", "task", "table", "output"), cases(fast=False))
def test_every_other_model_trains_with_its_defaults(tmp_path, item, task, table, output):
    check(tmp_path, item, task, table, output)


def test_a_refused_table_says_what_to_change(tmp_path):
    frame = model_data.diabetes()
    with pytest.raises(JobError) as caught:
        model_data.train_on(
            tmp_path, frame.assign(target=frame["target"] - 200), "PoissonRegressor",
            task="regression", output="target",
        )  # fmt: skip
    assert "output has values" in caught.value.message
    assert caught.value.hint
