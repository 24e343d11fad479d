"""New rows against those of the training."""

from __future__ import annotations

import json

import model_data
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.components.models.training.evaluation.intervals import error_profile, half_width
from queue_core.components.models.training.stored.input_check import InputCheck
from queue_core.components.models.training.stored.model_file import (
    open_model,
    schema_of,
    store_pipeline,
)
from queue_core.components.models.training.stored.predicting import Predictor
from queue_core.errors import DataError

COLUMNS = ["âge", "city", "visits", "member", "since"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    frame = model_data.mixed()[[*COLUMNS, "yes"]]
    trained = model_data.train_on(
        folder, frame, "LogisticRegression", task="classification", output="yes"
    )
    store_pipeline(trained.pipeline, folder / "model.skops")
    (folder / "schema.report.json").write_text(json.dumps(schema_of(trained)))
    return open_model(folder)


def rows(**changes) -> pd.DataFrame:
    return model_data.mixed(20, seed=1)[COLUMNS].assign(**changes)


def test_missing_columns_are_named_with_the_ones_they_may_be(model):
    with pytest.raises(DataError, match="“city”") as caught:
        InputCheck(model).check_names(["âge", "City", "visits", "member", "since"])
    assert "may be “City”" in caught.value.hint


def test_extra_columns_are_named_and_the_output_is_not(model):
    check = InputCheck(model)
    check.check_names([*COLUMNS, "yes", "colour"])
    assert check.extra == ("colour",)
    assert "“colour”" in check.sentences()[0]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"âge": [f"{n}.5" for n in range(20)]}, "read as numbers"),
        ({"since": ["2021-03-04"] * 20}, "read as times"),
        ({"member": ["yes", "no"] * 10}, "true and false"),
        ({"city": np.arange(20)}, "read as text"),
    ],
)
def test_retyped_columns_are_read_and_said(model, changes, word):
    predictor = Predictor.of(model)
    plain = predictor.predict(rows(**changes))
    assert len(plain) == 20
    assert any(word in sentence for sentence in predictor.check.sentences())


@pytest.mark.parametrize(
    ("changes", "row"),
    [({"âge": ["1"] * 19 + ["old"]}, "row 20"), ({"since": ["someday"] + [None] * 19}, "row 1 ")],
)
def test_values_that_cannot_be_read_are_named_with_their_rows(model, changes, row):
    with pytest.raises(DataError, match=row) as caught:
        InputCheck(model).accept(rows(**changes))
    assert caught.value.hint


def test_unseen_categories_are_counted_over_all_batches(model):
    check = InputCheck(model)
    for _ in range(3):
        check.accept(rows(city=["Rome"] * 5 + ["Oslo"] * 15))
    assert "15 rows have a value of “city” that the model has never seen: “Rome”." in (
        check.sentences()
    )


def test_the_answers_are_the_pipelines_own(model):
    frame = rows()
    answers = Predictor.of(model).predict(frame)
    table = InputCheck(model).accept(frame)
    probabilities = model.pipeline.predict_proba(table)
    np.testing.assert_array_equal(answers["probability of yes"], probabilities[:, 1])
    expected = np.where(probabilities[:, 1] > 0.5, "yes", "no")
    assert answers["predicted yes"].tolist() == expected.tolist()


@given(
    count=st.integers(20, 5000),
    level=st.sampled_from([0.5, 0.8, 0.9, 0.95]),
    seed=st.integers(0, 50),
)
def test_intervals_hold_as_often_as_they_say(count, level, seed):
    random = np.random.default_rng(seed)
    held_out = random.normal(size=count)
    profile = error_profile(held_out, np.zeros(count))
    width = half_width(profile["errors"], profile["rows"], level)
    assert (np.abs(held_out) <= width).mean() >= level - 1e-9
    new = random.normal(size=4000)
    assert (np.abs(new) <= width).mean() >= level - 0.35 / np.sqrt(count) * 4 - 0.03


def test_numbers_too_large_to_compute_with_are_counted(model):
    check = InputCheck(model)
    made = check.accept(rows(âge=[np.inf, 1e300, *range(18)]))
    assert made["âge"].isna().sum() == 2
    assert check.sentences()[0].startswith(
        "2 rows have a value of “âge” that is infinite or beyond"
    )
