"""Models of very many columns: the same answers, at a bounded cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from queue_core.components.explainers.explaining.explained_model import ExplainedModel
from queue_core.components.explainers.explaining.shuffling import ShuffledOutputs
from queue_core.components.models.tasks import Task

pytestmark = pytest.mark.sweep


@pytest.mark.parametrize("name", ["iris", "categories"])
def test_shuffling_prepared_columns_is_shuffling_the_columns(fit: Any, name: str) -> None:
    model, frame, _ = fit(LogisticRegression(max_iter=1_000), name)
    shuffled = ShuffledOutputs(model, frame)
    order = np.random.default_rng(1).permutation(len(frame))
    for column in model.columns:
        changed = frame.assign(**{column: frame[column].to_numpy()[order]})
        np.testing.assert_array_equal(shuffled.of(column, order), model.outputs(changed))
    np.testing.assert_array_equal(shuffled.unshuffled, model.outputs(frame))


@pytest.fixture
def wide() -> tuple[ExplainedModel, pd.DataFrame, Any]:
    """A linear model of 600 columns, four of which matter."""
    random = np.random.default_rng(0)
    names = [f"x{number}" for number in range(600)]
    frame = pd.DataFrame(random.normal(size=(80, 600)), columns=names)
    truth = (frame[["x7", "x70", "x170", "x500"]].sum(axis=1) > 0).astype(int).to_numpy()
    columns = ColumnTransformer([("numbers", StandardScaler(), names)])
    estimator = LogisticRegression()
    pipeline = Pipeline([("columns", columns), ("model", estimator)]).fit(frame, truth)
    estimator.coef_ = np.where(np.isin(names, ["x7", "x70", "x170", "x500"]), 1.0, 1e-4)[None]
    model = ExplainedModel(
        pipeline=pipeline, columns=tuple(names), task=Task.CLASSIFICATION, target="y",
        classes=("no", "yes"),
    )  # fmt: skip
    return model, frame, truth


def test_the_cost_of_very_many_columns_is_bounded(ask: Any, wide: Any) -> None:
    asked = []
    outputs_of = ExplainedModel.outputs_of

    def counted(model: ExplainedModel, matrix: Any) -> Any:
        asked.append(len(matrix))
        return outputs_of(model, matrix)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExplainedModel, "outputs_of", counted)
        figure, table, _ = ask("permutation_importance", wide, measure="log_loss", chosen=[0])
        assert len(asked) == 1 + 600 + 200 * 4
        asked.clear()
        drafts = {draft.name: draft.content for draft in ask("counterfactuals", wide, chosen=[0])}
    assert set(table.content["column"].head(4)) == {"x7", "x70", "x170", "x500"}
    assert "the 200 that cost most" in " ".join(figure.content.notes)
    changes = drafts["changes"]
    assert set(changes["column"]) <= {"x7", "x70", "x170", "x500"}
    assert sum(asked) < 40_000


def test_a_model_that_knows_one_class_of_two_is_sure_of_it() -> None:
    frame = pd.DataFrame({"x": np.arange(30.0)})
    columns = ColumnTransformer([("numbers", StandardScaler(), ["x"])])
    pipeline = Pipeline([("columns", columns), ("model", HistGradientBoostingClassifier())])
    pipeline.fit(frame, np.ones(30, dtype=int))
    model = ExplainedModel(
        pipeline=pipeline, columns=("x",), task=Task.CLASSIFICATION, classes=("no", "yes")
    )
    assert model.outputs(frame).tolist() == [[0.0, 1.0]] * 30
