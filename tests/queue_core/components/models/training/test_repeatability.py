"""The same table, parameters and seed give the same numbers to the bit, on several cores too."""

from __future__ import annotations

import model_data
import numpy as np
import pytest


def more(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


MODELS = (
    ("RandomForestClassifier", "classification", "target"),
    more("ExtraTreesClassifier", "classification", "target"),
    more("BaggingClassifier", "classification", "target"),
    more("HistGradientBoostingClassifier", "classification", "target"),
    more("MLPClassifier", "classification", "target"),
    ("SGDClassifier", "classification", "target"),
    ("LGBMClassifier", "classification", "target"),
    ("KMeans", "clustering", None),
    more("MiniBatchKMeans", "clustering", None),
)


@pytest.mark.parametrize(("model", "task", "output"), MODELS)
def test_twice_is_the_same(tmp_path, monkeypatch, model, task, output):
    # Binned boosting waits actively for its threads: minutes on a busy machine with two.
    monkeypatch.setenv("DASHAI_JOB_CORES", "1" if model.startswith("Hist") else "2")
    if model.startswith("LGBM"):
        pytest.importorskip("lightgbm")
    frame = model_data.breast_cancer()
    params = {"n_estimators": 30} if model.startswith(("Random", "Extra", "LGBM")) else {}
    values = []
    answers = []
    for _ in range(2):
        trained = model_data.train_on(
            tmp_path, frame, model, task=task, output=output, params=params, seed=5
        )
        values.append(trained.folds[0].values)
        answers.append(trained.folds[0].test)
    assert values[0] == values[1]
    np.testing.assert_array_equal(answers[0].predicted, answers[1].predicted)
    if answers[0].probabilities is not None:
        np.testing.assert_array_equal(answers[0].probabilities, answers[1].probabilities)


def test_another_seed_is_another_split(tmp_path):
    frame = model_data.iris()
    folds = [
        model_data.train_on(
            tmp_path, frame, "GaussianNB", task="classification", output="target", seed=seed
        ).folds[0]
        for seed in (0, 1)
    ]
    assert not np.array_equal(folds[0].rows, folds[1].rows)
