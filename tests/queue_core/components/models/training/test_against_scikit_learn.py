"""The same numbers as scikit-learn code written by hand for the same pipeline, split and seed."""

from __future__ import annotations

import inspect

import model_data
import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
    silhouette_score,
)
from sklearn.model_selection import KFold, RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import all_estimators

pytestmark = pytest.mark.sweep

CLOSE = 1e-9


def test_classification_of_a_held_out_part(tmp_path):
    frame = model_data.breast_cancer()
    trained = model_data.train_on(
        tmp_path, frame, "LogisticRegression", task="classification", output="target", seed=3
    )
    x, y = frame.drop(columns="target"), frame["target"]
    parts = train_test_split(x, y, test_size=0.25, random_state=3, stratify=y)
    x_train, x_test, y_train, y_test = parts
    by_hand = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000)
    ).fit(x_train, y_train)
    probabilities = by_hand.predict_proba(x_test)
    values = trained.folds[0].values["test"]
    assert values["accuracy"] == pytest.approx(
        accuracy_score(y_test, by_hand.predict(x_test)), abs=CLOSE
    )
    assert values["roc_auc"] == pytest.approx(roc_auc_score(y_test, probabilities[:, 1]), abs=CLOSE)
    assert values["log_loss"] == pytest.approx(log_loss(y_test, probabilities), abs=CLOSE)


def test_mixed_columns_with_gaps_in_a_forest(tmp_path):
    frame = model_data.mixed()[["âge", "visits", "city", "level"]]
    trained = model_data.train_on(
        tmp_path, frame, "RandomForestClassifier", task="classification", output="level", seed=1
    )
    x = frame[["âge", "visits", "city"]].assign(city=frame["city"].fillna("(missing)"))
    x["visits"] = x["visits"].astype(float)
    classes, y = np.unique(frame["level"], return_inverse=True)
    train, test = train_test_split(np.arange(len(x)), test_size=0.25, random_state=1, stratify=y)
    columns = ColumnTransformer(
        [
            ("number", "passthrough", ["âge", "visits"]),
            ("categories", OneHotEncoder(handle_unknown="ignore"), ["city"]),
        ]
    )
    by_hand = make_pipeline(columns, RandomForestClassifier(random_state=1))
    by_hand.fit(x.iloc[train], y[train])
    probabilities = by_hand.predict_proba(x.iloc[test])
    assert tuple(classes) == trained.problem.classes
    np.testing.assert_array_equal(trained.folds[0].rows, test)
    np.testing.assert_allclose(trained.folds[0].test.probabilities, probabilities, atol=CLOSE)


def test_folds_of_a_regression(tmp_path):
    frame = model_data.diabetes()
    trained = model_data.train_on(
        tmp_path, frame, "GradientBoostingRegressor", task="regression", output="target",
        params={"n_estimators": 30}, split={"method": "kfold", "folds": 4}, seed=7,
    )  # fmt: skip
    x, y = frame.drop(columns="target").to_numpy(), frame["target"].to_numpy()
    for fold, (train, test) in zip(
        trained.folds, KFold(4, shuffle=True, random_state=7).split(x), strict=True
    ):
        model = GradientBoostingRegressor(n_estimators=30, random_state=7).fit(x[train], y[train])
        predicted = model.predict(x[test])
        assert fold.values["test"]["r2"] == pytest.approx(r2_score(y[test], predicted), abs=CLOSE)
        assert fold.values["test"]["mae"] == pytest.approx(
            mean_absolute_error(y[test], predicted), abs=CLOSE
        )
    for_use = GradientBoostingRegressor(n_estimators=30, random_state=7).fit(x, y)
    np.testing.assert_allclose(
        trained.pipeline.predict(trained.problem.frame), for_use.predict(x), atol=CLOSE
    )


def test_repeated_folds_of_a_kernel_model(tmp_path):
    frame = model_data.iris()
    trained = model_data.train_on(
        tmp_path, frame, "SVC", task="classification", output="target", seed=2,
        split={"method": "repeated_stratified_kfold", "folds": 3, "repeats": 2},
    )  # fmt: skip
    x, y = frame.drop(columns="target"), np.unique(frame["target"], return_inverse=True)[1]
    splitter = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=2)
    expected = []
    for train, test in splitter.split(x, y):
        by_hand = make_pipeline(StandardScaler(), SVC()).fit(x.iloc[train], y[train])
        expected.append(by_hand.score(x.iloc[test], y[test]))
    found = [fold.values["test"]["accuracy"] for fold in trained.folds]
    assert found == pytest.approx(expected, abs=CLOSE)


def test_words_of_a_text(tmp_path):
    frame = model_data.sentences()
    trained = model_data.train_on(
        tmp_path, frame, "LogisticRegression", task="text_classification", output="mood"
    )
    y = (frame["mood"] == "happy").astype(int).to_numpy()
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, random_state=0, stratify=y)
    by_hand = make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(max_iter=1000)
    ).fit(frame["text"].iloc[train], y[train])
    np.testing.assert_allclose(
        trained.folds[0].test.probabilities,
        by_hand.predict_proba(frame["text"].iloc[test]),
        atol=CLOSE,
    )


def test_a_search_ends_in_the_plain_model_with_what_it_found(tmp_path):
    frame = model_data.diabetes()
    trained = model_data.train_on(
        tmp_path, frame, "Ridge", task="regression", output="target", search={"trials": 6}
    )
    x, y = frame.drop(columns="target"), frame["target"]
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
    by_hand = make_pipeline(StandardScaler(), Ridge(alpha=trained.params["alpha"]))
    by_hand.fit(x_train, y_train)
    assert trained.folds[0].values["test"]["r2"] == pytest.approx(
        r2_score(y_test, by_hand.predict(x_test)), abs=CLOSE
    )


SCALED = ("KNeighborsClassifier", "LinearSVC", "MLPClassifier", "KNeighborsRegressor", "SVR",
          "Lasso", "LinearRegression", "MLPRegressor")  # fmt: skip
AS_THEY_ARE = ("DecisionTreeClassifier", "ExtraTreesClassifier", "HistGradientBoostingClassifier",
               "HistGradientBoostingRegressor", "RandomForestRegressor")  # fmt: skip


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", [*SCALED, *AS_THEY_ARE])
def test_usual_models_equal_a_few_lines_by_hand(tmp_path, name):
    cls = dict(all_estimators())[name]
    classifies = name.endswith(("Classifier", "SVC"))
    frame = model_data.breast_cancer() if classifies else model_data.diabetes()
    task = "classification" if classifies else "regression"
    trained = model_data.train_on(tmp_path, frame, name, task=task, output="target", seed=3)
    known = inspect.signature(cls).parameters
    chosen = {key: value for key, value in trained.params.items() if key in known}
    seed = {"random_state": 3} if "random_state" in known else {}
    steps = [StandardScaler()] if name in SCALED else []
    x, y = frame.drop(columns="target").to_numpy(), frame["target"].to_numpy()
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.25, random_state=3, stratify=y if classifies else None
    )
    by_hand = make_pipeline(*steps, cls(**chosen, **seed)).fit(x_train, y_train)
    values = trained.folds[0].values["test"]
    score = by_hand.score(x_test, y_test)
    assert values["accuracy" if classifies else "r2"] == pytest.approx(score, abs=CLOSE)


def test_clusters_equal_a_few_lines_by_hand(tmp_path):
    frame = model_data.iris().drop(columns="target")
    trained = model_data.train_on(
        tmp_path, frame, "KMeans", task="clustering", params={"n_clusters": 3}, seed=4
    )
    scaled = StandardScaler().fit_transform(frame)
    by_hand = KMeans(**trained.params, random_state=4).fit(scaled)
    values = trained.folds[0].values["train"]
    expected = silhouette_score(scaled, by_hand.labels_)
    assert values["silhouette"] == pytest.approx(expected, abs=CLOSE)


def test_columns_that_become_several_are_shuffled_and_not_added_up(tmp_path):
    random = np.random.default_rng(0)
    days = pd.Timestamp(2001, 1, 1) + pd.to_timedelta(random.integers(0, 4_000, 400), "D")
    x = random.normal(size=400)
    frame = pd.DataFrame(
        {"day": days, "x": x, "kind": random.choice(list("abcd"), 400), "y": 5 * x}
    )
    trained = model_data.train_on(
        tmp_path, frame, "LinearRegression", task="regression", output="y"
    )
    importance = trained.importance
    assert importance.names[0] == "x"
    assert importance.label.startswith("Decrease in ")
    assert max(importance.values[1:]) < 0.01 * importance.values[0]
    forest = model_data.train_on(
        tmp_path, frame, "RandomForestRegressor", task="regression", output="y",
        params={"n_estimators": 10},
    )  # fmt: skip
    assert forest.importance.label == "Mean decrease in impurity"
    assert sum(forest.importance.values) == pytest.approx(1)


def test_a_text_model_relies_on_words(tmp_path):
    trained = model_data.train_on(
        tmp_path, model_data.sentences(), "LogisticRegression", task="text_classification",
        output="mood",
    )  # fmt: skip
    assert set(trained.importance.names[:5]).isdisjoint({"“the”", "“was”", "“room”", "text"})
    assert "“lovely”" in trained.importance.names


def test_a_series_is_not_explained_by_weights_that_cancel(tmp_path):
    trained = model_data.train_on(
        tmp_path, model_data.monthly(), "LinearRegression", task="forecasting", output="y",
        forecast={"time_column": "when", "horizon": 12},
    )  # fmt: skip
    assert trained.importance.label.startswith(("Increase in ", "Decrease in "))
