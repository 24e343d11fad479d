from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from queue_core.artifacts.draft import Draft
from queue_core.components.explainers.explaining.explained_model import ExplainedModel
from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.explainers.explaining.run_explainer import explain
from queue_core.components.models.tasks import Task

IRIS = ("setosa", "versicolor", "virginica")

Subject = tuple[ExplainedModel, pd.DataFrame, Any]
Fit = Callable[[Any, str], Subject]
Explain = Callable[..., list[Draft]]


@pytest.fixture(scope="module")
def fit() -> Fit:
    """Fits an estimator behind a scaler on iris, diabetes or a table with categories."""

    def do(estimator: Any, name: str) -> Subject:
        data = load_diabetes(as_frame=True) if name == "diabetes" else load_iris(as_frame=True)
        frame, truth = data.data, data.target.to_numpy()
        classes: tuple[Any, ...] = (
            () if name == "diabetes" else ("setosa", "versicolor", "virginica")
        )
        if name == "two classes":
            truth, classes = (truth == 2).astype(int), ("other", "virginica")
        categories: list[str] = []
        if name == "categories":
            sizes = pd.cut(frame["petal length (cm)"], [0, 2, 5, 9], labels=["s", "m", "l"])
            frame = frame.assign(size=sizes.astype(object)).drop(columns="petal length (cm)")
            categories = ["size"]
        numbers = [column for column in frame.columns if column not in categories]
        parts = [("numbers", StandardScaler(), numbers)]
        if categories:
            parts.append(("words", OneHotEncoder(sparse_output=False), categories))
        pipeline = Pipeline([("columns", ColumnTransformer(parts)), ("model", estimator)])
        pipeline.fit(frame, truth)
        model = ExplainedModel(
            pipeline=pipeline,
            columns=tuple(frame.columns),
            categories=frozenset(categories),
            task=Task.CLASSIFICATION if classes else Task.REGRESSION,
            classes=classes,
            target="target",
            title=type(estimator).__name__,
        )
        return model, frame, truth

    return do


@pytest.fixture
def ask() -> Explain:
    """Runs an explainer on a fitted model."""

    def do(explainer: str, subject: Subject, **options: Any) -> list[Draft]:
        model, frame, truth = subject
        rows = options.pop("chosen", [0, 60, 120])
        order = Explanation(
            model=model,
            frame=frame,
            truth=truth,
            frame_note="All rows.",
            chosen=frame.iloc[rows],
            chosen_labels=tuple(f"row {row + 1}" for row in rows),
            seed=options.pop("seed", 0),
            progress=options.pop("progress", None)
            or Explanation.__dataclass_fields__["progress"].default_factory(),  # type: ignore[misc]
            params=options,
        )
        return explain(explainer, order)

    return do
