"""Metrics: right numbers on small cases, None where they are not defined."""

from __future__ import annotations

import numpy as np
import pytest

from queue_core.components.metrics.measuring.scored import Scored, measure
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.session.choices import metrics_for
from queue_core.components.registry import ComponentKind, components
from queue_core.errors import ParameterError

METRICS = components(ComponentKind.METRIC)
BINARY = Scored(
    truth=np.array([0, 0, 1, 1]),
    predicted=np.array([0, 1, 1, 1]),
    probabilities=np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]]),
    class_count=2,
)
NUMBERS = Scored(
    truth=np.array([1.0, 2.0, 4.0]),
    predicted=np.array([2.0, 2.0, 2.0]),
    history=np.array([1.0, 3.0, 2.0, 4.0]),
    period=2,
)
BLOBS = Scored(
    truth=np.array([0, 0, 1, 1]),
    predicted=np.array([1, 1, 0, 0]),
    matrix=np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 0.0], [9.0, 1.0]]),
)
EXPECTED = [
    (BINARY, "accuracy", 0.75),
    (BINARY, "balanced_accuracy", 0.75),
    (BINARY, "precision_macro", (1 + 2 / 3) / 2),
    (BINARY, "recall_macro", 0.75),
    (BINARY, "f1_macro", (2 / 3 + 0.8) / 2),
    (BINARY, "f1_weighted", (2 / 3 + 0.8) / 2),
    (BINARY, "roc_auc", 1.0),
    (BINARY, "average_precision", 1.0),
    (BINARY, "log_loss", -np.log([0.9, 0.4, 0.7, 0.8]).mean()),
    (BINARY, "brier", 2 * np.mean([0.01, 0.36, 0.09, 0.04])),
    (BINARY, "matthews", 1 / np.sqrt(3)),
    (BINARY, "cohen_kappa", 0.5),
    (NUMBERS, "mae", 1.0),
    (NUMBERS, "rmse", np.sqrt(5 / 3)),
    (NUMBERS, "r2", 1 - 5 / (14 / 3)),
    (NUMBERS, "median_absolute_error", 1.0),
    (NUMBERS, "max_error", 2.0),
    (NUMBERS, "mape", (1 + 0 + 0.5) / 3),
    (NUMBERS, "bias", -1 / 3),
    (NUMBERS, "explained_variance", 0.0),
    (NUMBERS, "rmsle", np.sqrt((np.log(1.5) ** 2 + np.log(5 / 3) ** 2) / 3)),
    (NUMBERS, "smape", (2 / 3 + 0 + 4 / 6) / 3),
    (NUMBERS, "mase", 1.0),
    (BLOBS, "adjusted_rand", 1.0),
    (BLOBS, "mutual_information", 1.0),
    (BLOBS, "cluster_count", 2.0),
    (BLOBS, "noise_share", 0.0),
    (BLOBS, "davies_bouldin", 1 / 9),
]


@pytest.mark.parametrize(("scored", "name", "value"), EXPECTED, ids=lambda v: str(v)[:20])
def test_value(scored, name, value):
    assert measure(METRICS[name], scored) == pytest.approx(value)


def test_every_metric_is_tested_and_described():
    known = {name for _, name, _ in EXPECTED} | {"silhouette", "calinski_harabasz"}
    assert known == set(METRICS)
    for metric in METRICS.values():
        assert metric.description.endswith(".")
        assert isinstance(metric.options["greater_is_better"], bool)
    assert measure(METRICS["silhouette"], BLOBS) > 0.85
    assert measure(METRICS["calinski_harabasz"], BLOBS) == pytest.approx(162.0)


def test_undefined_is_none():
    one_class = Scored(
        truth=np.zeros(3, dtype=int),
        predicted=np.zeros(3, dtype=int),
        probabilities=np.ones((3, 2)) / 2,
        class_count=2,
    )
    assert measure(METRICS["roc_auc"], one_class) is None
    assert measure(METRICS["log_loss"], Scored(**{**vars(BINARY), "probabilities": None})) is None
    assert measure(METRICS["mape"], Scored(truth=np.zeros(2), predicted=np.ones(2))) is None
    assert measure(METRICS["mase"], Scored(truth=np.ones(2), predicted=np.ones(2))) is None
    one_cluster = Scored(truth=None, predicted=np.zeros(4, dtype=int), matrix=BLOBS.matrix)
    assert measure(METRICS["silhouette"], one_cluster) is None
    assert measure(METRICS["adjusted_rand"], one_cluster) is None


def test_each_task_has_its_usual_metrics_with_a_leading_one():
    for task in Task:
        found = metrics_for(task, ())
        assert len(found) >= 5
        assert all(task.value in item.tasks for item in found)
    assert metrics_for(Task.REGRESSION, ["mae", "r2"])[0].id == "mae"
    with pytest.raises(ParameterError, match="does not measure"):
        metrics_for(Task.REGRESSION, ["accuracy"])
