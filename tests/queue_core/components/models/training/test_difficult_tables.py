"""Tables as they come: it works, or the message says what to change."""

from __future__ import annotations

import model_data
import numpy as np
import pandas as pd
import pytest

from queue_core.components.models.training.preparation.preprocessing import Treatment
from queue_core.components.models.training.stored.model_file import (
    open_model,
    schema_of,
    store_pipeline,
)
from queue_core.errors import DataError, JobError, ParameterError

pytestmark = pytest.mark.sweep

MODELS = ("LogisticRegression", "HistGradientBoostingClassifier", "MultinomialNB", "CategoricalNB")


def treatments(trained):
    return trained.final.plan.treatments


@pytest.mark.parametrize("model", MODELS)
def test_ten_thousand_categories(tmp_path, model):
    random = np.random.default_rng(0)
    code = random.integers(0, 10_000, 30_000)
    frame = pd.DataFrame(
        {"shop": [f"Läden {n}" for n in code], "x": random.normal(size=30_000),
         "y": np.where(code % 2 == 0, "even", "odd")}
    )  # fmt: skip
    trained = model_data.train_on(tmp_path, frame, model, task="classification", output="y")
    assert treatments(trained)["shop"] is Treatment.MANY_CATEGORIES
    assert trained.folds[0].values["test"]["accuracy"] > 0.6


def test_columns_that_say_nothing_are_left_out_and_named(tmp_path):
    frame = model_data.mixed().assign(key=[f"id-{n}" for n in range(400)])
    heard = model_data.Heard()
    trained = model_data.train_on(
        tmp_path, frame, "LogisticRegression", task="classification", output="yes", heard=heard
    )
    left_out = trained.final.plan.left_out
    assert set(left_out) == {"nothing", "always", "key"}
    for name in left_out:
        assert any(f"“{name}” was not used" in sentence for sentence in heard.warnings)
    kinds = treatments(trained)
    assert kinds["since"] is Treatment.DATE
    assert kinds["city"] is Treatment.CATEGORIES
    assert kinds["âge"] is Treatment.NUMBER


@pytest.mark.parametrize("missing_from", [0, 150])
@pytest.mark.parametrize("model", ["RandomForestClassifier", "DecisionTreeClassifier"])
def test_trees_take_words_beside_missing_numbers(tmp_path, model, missing_from):
    random = np.random.default_rng(0)
    words = [f"word{n}" for n in range(150)]
    age = random.normal(size=200)
    age[missing_from::3] = np.nan
    frame = pd.DataFrame(
        {"name": [" ".join(random.choice(words, 4)) for _ in age], "age": age,
         "part": ["train"] * 150 + ["test"] * 50, "y": np.where(random.random(200) < 0.5, "n", "y")}
    )  # fmt: skip
    trained = model_data.train_on(
        tmp_path, frame, model, task="classification", output="y",
        split={"method": "predefined", "column": "part"},
    )  # fmt: skip
    assert treatments(trained) == {"name": Treatment.TEXT, "age": Treatment.NUMBER}


def test_what_test_rows_alone_hold_is_not_learnt(tmp_path):
    frame = pd.DataFrame(
        {
            "city": ["a", "b"] * 40 + ["only in test"] * 20,
            "x": [1.0, 2.0] * 40 + [500.0] * 20,
            "part": ["train"] * 80 + ["test"] * 20,
            "y": ["n", "y"] * 50,
        }
    )
    trained = model_data.train_on(
        tmp_path, frame, "LogisticRegression", task="classification", output="y",
        split={"method": "predefined", "column": "part"},
    )  # fmt: skip
    encoder = trained.final.transformer.named_transformers_["categories"]
    assert list(encoder.categories_[0]) == ["a", "b"]
    scaler = trained.final.transformer.named_transformers_["number"][-1]
    assert scaler.mean_[0] == pytest.approx(1.5)
    assert "part" not in treatments(trained)


@pytest.mark.parametrize(
    ("changes", "asked", "words"),
    [
        ({"y": ["one"] * 60}, {}, "one class only"),
        ({"y": [f"v{n}" for n in range(60)]}, {}, "not a set of classes"),
        ({"y": [None] * 60}, {}, "rows to learn from"),
        ({"x": [1.0] * 60}, {}, "No input column"),
        ({"y": ["a", "b"] * 30}, {"task": "regression", "model": "Ridge"}, "not numbers"),
        ({}, {"input_columns": ["ecks"]}, "no column “ecks”"),
        ({}, {"task": "text_classification"}, "needs an input column of text"),
        ({}, {"model": "Ridge"}, "cannot be used"),
        ({}, {"params": {"max_itre": 3}}, "max_itre"),
        ({}, {"params": {"C": -1}}, "“C”"),
        ({}, {"metrics": ["r2"]}, "does not measure"),
        ({}, {"split": {"method": "grouped"}}, "needs a column"),
        ({}, {"split": {"method": "kfold", "folds": 50}, "sample_rows": 20}, "50"),
        ({}, {"params": {"solver": "liblinear", "l1_ratio": 0.5}}, "do not go together"),
    ],
)
def test_the_message_says_what_to_change(tmp_path, changes, asked, words):
    frame = pd.DataFrame({"x": np.arange(60.0), "y": ["a", "b"] * 30}).assign(**changes)
    call = {"model": "LogisticRegression", "task": "classification", "output": "y"} | asked
    with pytest.raises(JobError) as caught:
        model_data.train_on(tmp_path, frame, call.pop("model"), **call)
    assert words in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert isinstance(caught.value, (DataError, ParameterError))


def test_rows_without_an_output_are_left_out_and_counted(tmp_path):
    frame = model_data.iris()
    frame.loc[:4, "target"] = None
    heard = model_data.Heard()
    trained = model_data.train_on(
        tmp_path, frame, "GaussianNB", task="classification", output="target", heard=heard
    )
    assert len(trained.problem.frame) == 145
    assert any("5 rows without a value" in sentence for sentence in heard.warnings)


def test_too_many_rows_for_a_model_of_squares(tmp_path):
    frame = pd.DataFrame({"x": np.arange(40_000.0), "y": np.arange(40_000) % 2})
    asked = {"task": "classification", "output": "y"}
    with pytest.raises(DataError, match="square of the rows") as caught:
        model_data.train_on(tmp_path, frame, "GaussianProcessClassifier", **asked)
    assert "sample_rows" in caught.value.hint
    heard = model_data.Heard()
    model_data.train_on(
        tmp_path, frame, "GaussianProcessClassifier", sample_rows=60, heard=heard, **asked
    )
    assert any("sample of 60 of 40,000" in sentence for sentence in heard.warnings)


def test_a_wide_table(tmp_path):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(60, 500)), columns=[f"c{n}" for n in range(500)])
    trained = model_data.train_on(
        tmp_path, frame.assign(y=(frame["c7"] > 0)), "RidgeClassifier",
        task="classification", output="y",
    )  # fmt: skip
    assert len(treatments(trained)) == 500


@pytest.mark.parametrize("output", ["flag", "number", "word"])
def test_classes_come_back_as_they_were(tmp_path, output):
    frame = pd.DataFrame({"x": np.arange(60.0)})
    frame["flag"] = frame["x"] > 30
    frame["number"] = np.where(frame["flag"], 7, -3)
    frame["word"] = np.where(frame["flag"], "já", "nei")
    trained = model_data.train_on(
        tmp_path, frame, "GaussianNB", task="classification", output=output, input_columns=["x"]
    )
    expected = {"flag": (False, True), "number": (-3, 7), "word": ("já", "nei")}
    assert trained.problem.classes == expected[output]


def test_the_stored_model_names_what_it_takes(tmp_path):
    frame = model_data.mixed().drop(columns=["amount", "level"])
    trained = model_data.train_on(
        tmp_path, frame, "RandomForestClassifier", task="classification", output="yes"
    )
    store_pipeline(trained.pipeline, tmp_path / "model.skops")
    import json

    schema = schema_of(trained, run_id=1)
    (tmp_path / "schema.report.json").write_text(json.dumps(schema))
    model = open_model(tmp_path)
    assert model.classes == ("no", "yes")
    assert "Zürich" in model.seen_categories("city")
    assert [column.name for column in model.used_columns] == [
        "âge", "city", "visits", "member", "since",
    ]  # fmt: skip
    (tmp_path / "model.skops").write_bytes(b"not a model")
    with pytest.raises(DataError, match="damaged"):
        open_model(tmp_path)


def huge(rows=120):
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "large": random.normal(size=rows) * 1e300,
            "endless": np.where(np.arange(rows) % 10 == 0, np.inf, random.normal(size=rows)),
            "x": random.normal(size=rows),
            "y": np.where(np.arange(rows) % 2 == 0, "p", "q"),
        }
    )


@pytest.mark.parametrize("model", [*MODELS[:2], "KNeighborsClassifier", "RandomForestClassifier"])
def test_numbers_too_large_to_compute_with_are_missing_and_named(tmp_path, model):
    heard = model_data.Heard()
    model_data.train_on(tmp_path, huge(), model, task="classification", output="y", heard=heard)
    said = [sentence for sentence in heard.warnings if "counts as missing" in sentence]
    assert [sentence.split(" a value of ")[0] for sentence in said] == [
        "120 rows have",
        "12 rows have",
    ]


def test_clusters_of_numbers_too_large_to_compute_with(tmp_path):
    trained = model_data.train_on(tmp_path, huge(), "KMeans", task="clustering", output=None)
    assert trained.final is not None


@pytest.mark.parametrize("model", [*MODELS[1:3], "RandomForestClassifier", "GaussianNB"])
def test_a_class_that_no_training_row_has(tmp_path, model):
    frame = huge().assign(y=["p"] * 119 + ["q"], part=["train"] * 119 + ["test"])
    frame = frame.drop(columns=["large", "endless"])
    trained = model_data.train_on(
        tmp_path, frame.assign(x=frame["x"].abs()), model, task="classification", output="y",
        split={"method": "predefined", "column": "part"},
    )  # fmt: skip
    assert trained.folds[0].test.probabilities.tolist() == [[1.0, 0.0]]
