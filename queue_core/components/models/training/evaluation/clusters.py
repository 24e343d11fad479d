"""Clusters: what is measured of them, and how new rows get theirs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from queue_core.components.component import Component
from queue_core.components.metrics.measuring.scored import Scored
from queue_core.components.models.training.fitting.fitted import COLUMNS_STEP, MODEL_STEP, Fitted
from queue_core.components.models.training.preparation.problem import Problem

REMEMBERED_ROWS = 20_000


def labels_of(fitted: Fitted) -> np.ndarray:
    """Return the cluster of each training row; -1 where it belongs to none."""
    model = fitted.model
    if hasattr(model, "labels_"):
        return np.asarray(model.labels_, dtype=int)
    return np.asarray(model.predict(fitted.matrix), dtype=int)


def score_clusters(fitted: Fitted, problem: Problem, rows: np.ndarray) -> Scored:
    """Return the clusters of the training rows, with the known labels where there are any."""
    return Scored(
        truth=None if problem.target is None else problem.target[rows],
        predicted=labels_of(fitted),
        matrix=fitted.matrix,
        seed=problem.spec.seed,
    )


def assigning_pipeline(fitted: Fitted, component: Component, seed: int) -> Pipeline:
    """Return a pipeline that gives new rows their clusters, and that can be stored.

    Where the model cannot do that itself, a new row gets the cluster of the nearest training
    row, of 20,000 of them at most; where it does so by centres alone, the centres do it.
    """
    centres = component.options.get("centres")
    if centres is None and hasattr(fitted.model, "predict"):
        return fitted.pipeline
    if centres is not None:
        points, labels = (getattr(fitted.model, name) for name in centres)
    else:
        labels = labels_of(fitted)
        rows = np.arange(len(labels))
        if len(rows) > REMEMBERED_ROWS:
            drawn = np.random.default_rng(seed).choice(rows, REMEMBERED_ROWS, replace=False)
            rows = np.sort(drawn)
        points, labels = fitted.matrix[rows], labels[rows]
    nearest = KNeighborsClassifier(n_neighbors=1).fit(points, labels)
    return Pipeline([(COLUMNS_STEP, fitted.transformer), (MODEL_STEP, nearest)])


def cluster_profile(problem: Problem, rows: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return a table of the clusters: size, and mean or most frequent value of each column."""
    frame = problem.frame.iloc[rows].reset_index(drop=True)
    groups = frame.groupby(labels, sort=True)
    table = groups.size().rename("rows").to_frame()
    for name in frame.columns:
        kind = frame[name].dtype.kind
        if kind == "M":
            table[name] = groups[name].median()
        elif kind == "f":
            table[name] = groups[name].mean()
        else:
            table[name] = groups[name].agg(_most_frequent)
    table.insert(0, "cluster", ["noise" if code < 0 else str(code) for code in table.index])
    return table.reset_index(drop=True)


def _most_frequent(values: pd.Series) -> str:
    counts = values.value_counts()
    return str(counts.index[0]) if len(counts) else ""
