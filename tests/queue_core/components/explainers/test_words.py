"""A model that reads text is explained by the words of the text."""

from __future__ import annotations

from typing import Any

import model_data
import numpy as np
import pandas as pd
import pytest

from queue_core.artifacts.draft import Draft
from queue_core.components.explainers.explaining.explained_model import ExplainedModel
from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.explainers.explaining.run_explainer import explain
from queue_core.components.explainers.explaining.words import (
    counts_of,
    model_of_words,
    tokenizers,
    words_of,
)
from queue_core.components.models.tasks import Task

pytestmark = pytest.mark.sweep

GOOD, BAD = ("lovely", "great", "warm", "kind", "bright"), ("awful", "cold", "rude", "dark")
TELLING = {f"“{word}”" for word in (*GOOD, *BAD, "broken")}
MODELS = ("LogisticRegression", "RandomForestClassifier", "LinearSVC", "MultinomialNB")


@pytest.fixture(scope="module", params=MODELS)
def order(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Explanation:
    """A text model and rows to explain; pairs of words count for one of them."""
    frame = model_data.sentences(120)
    pairs = {"word_pairs": request.param == "LogisticRegression"}
    trained = model_data.train_on(
        tmp_path_factory.mktemp("data"), frame, request.param, task="text_classification",
        output="mood", preprocessing=pairs,
    )  # fmt: skip
    model = ExplainedModel(
        pipeline=trained.pipeline,
        columns=("text",),
        categories=frozenset({"text"}),
        task=Task.TEXT_CLASSIFICATION,
        classes=trained.problem.classes,
        target="mood",
    )
    rows = trained.problem.frame
    return Explanation(
        model=model,
        frame=rows,
        truth=trained.problem.target,
        chosen=rows.iloc[[2, 5]],
        chosen_labels=("row 3", "row 6"),
    )


def asked(order: Explanation, explainer: str, **params: Any) -> dict[str, Any]:
    explained = Explanation(**{**vars(order), "params": params})
    drafts: list[Draft] = explain(explainer, explained)
    return {draft.name: draft.content for draft in drafts}


def test_texts_that_keep_their_words_are_predicted_as_before(order: Explanation) -> None:
    parts = tokenizers(order.model)
    words = words_of(order.frame, parts)
    by_words = model_of_words(order.model, words)
    counted = counts_of(order.frame, words, parts)
    np.testing.assert_allclose(by_words.outputs(counted), order.model.outputs(order.frame))
    left_out = counted.assign(**{"“kind”": 0.0})
    plain = order.frame.assign(text=order.frame["text"].str.replace(" kind", ""))
    np.testing.assert_allclose(by_words.outputs(left_out), order.model.outputs(plain))


def test_rows_are_explained_by_their_own_words_that_add_up(order: Explanation) -> None:
    found = asked(order, "shap_rows")
    assert {"row-3", "row-6"} <= set(found)
    table: pd.DataFrame = found["values"]
    outputs = order.model.outputs(order.chosen)
    for number, label in enumerate(order.chosen_labels):
        own = table[(table["explained"] == label) & (table["(output)"] == "happy")].iloc[0]
        values = own[[name for name in own.index if name.startswith("“")]].astype(float)
        place = order.model.output_names.index("happy")
        assert own["(base)"] + values.sum() == pytest.approx(outputs[number, place], abs=1e-6)
        text = order.chosen["text"].iloc[number]
        assert all(name.strip("“”") in text for name in values[values != 0].index)
    axis = found["row-3"].panels[0].y.categories
    assert TELLING & {label.partition(" ×")[0] for label in axis}
    assert "text" not in " ".join(axis)


def test_the_whole_model_is_explained_by_telling_words(order: Explanation) -> None:
    importance = asked(order, "permutation_importance", measure="auto", repeats=2, rows=120)
    table = importance["importance-table"]
    assert set(table[table["importance"] > 0]["column"]) <= TELLING
    assert set(table["column"]) >= TELLING
    summary = asked(order, "shap_summary", rows=20, background=10)
    # Words that are in every text may add as much: each is compared with a text of no words.
    assert TELLING & set(summary["importance-table"]["column"].head(8))
    assert "text" not in set(summary["importance-table"]["column"])


def test_another_answer_is_reached_by_leaving_words_out(order: Explanation) -> None:
    found = asked(order, "counterfactuals", options=2, rows=60, method="nearest", fixed=None,
                  wanted=None, direction="higher", change=20.0)  # fmt: skip
    assert "without “" in found["sentences"]
    assert set(found["changes"]["to"]) == {"left out"}
