"""Listening changes nothing: the fitted model is that of a plain fit, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import Perceptron, SGDClassifier
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from queue_core.components.models.training.fitting.listeners import Step, Watched, fit

X, Y = load_iris(return_X_y=True)


@pytest.fixture(autouse=True)
def _one_thread():
    """Waiting for threads takes seconds on a busy machine."""
    with threadpool_limits(limits=1):
        yield


CASES = (
    ("monitor", lambda: GradientBoostingClassifier(n_estimators=20, random_state=0)),
    ("growing", lambda: RandomForestClassifier(n_estimators=40, random_state=0)),
    ("growing", lambda: ExtraTreesRegressor(n_estimators=30, random_state=0)),
    ("growing", lambda: BaggingClassifier(n_estimators=20, random_state=0)),
    ("verbose", lambda: HistGradientBoostingClassifier(max_iter=15, random_state=0)),
    (
        "verbose",
        lambda: HistGradientBoostingClassifier(max_iter=15, early_stopping=True, random_state=0),
    ),
    ("verbose", lambda: MLPClassifier(max_iter=15, random_state=0)),
    ("verbose", lambda: MLPClassifier(max_iter=15, early_stopping=True, random_state=0)),
    ("verbose", lambda: SGDClassifier(max_iter=15, tol=None, random_state=0)),
    ("verbose", lambda: Perceptron(max_iter=15, tol=None, random_state=0)),
    (None, lambda: SGDClassifier(random_state=0)),
)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("kind", "make"), CASES)
def test_the_model_is_that_of_a_plain_fit(kind, make, capsys):
    steps: list[Step] = []
    plain = make().fit(X, Y)
    heard = fit(make(), kind, X, Y, steps.append, None)
    assert heard.get_params() == plain.get_params()
    np.testing.assert_array_equal(heard.predict(X), plain.predict(X))
    if hasattr(plain, "predict_proba"):
        np.testing.assert_array_equal(heard.predict_proba(X), plain.predict_proba(X))
    assert capsys.readouterr().out == ""
    if kind is None:
        assert not steps
        return
    places = [step.index for step in steps]
    assert len(places) >= 10
    assert places == sorted(places)
    assert places[-1] == steps[-1].total


def test_boosting_tells_its_loss_and_forests_are_measured_on_held_out_rows():
    steps: list[Step] = []
    fit(GradientBoostingClassifier(n_estimators=10), "monitor", X, Y, steps.append, None)
    losses = [step.measures["training loss"] for step in steps]
    assert losses[-1] < losses[0]
    steps.clear()
    watched = Watched(X, Y, lambda model, x, y: {"score": model.score(x, y)})
    fit(RandomForestClassifier(40, random_state=0), "growing", X, Y, steps.append, watched)
    assert [s.measures["score"] for s in steps if s.measures][-1] > 0.9


def test_lightgbm_tells_each_round():
    lightgbm = pytest.importorskip("lightgbm")
    steps: list[Step] = []
    make = lambda: lightgbm.LGBMClassifier(n_estimators=12, verbosity=-1, random_state=0)  # noqa: E731
    watched = Watched(X, Y, lambda *_: {})
    heard = fit(make(), "lightgbm", X, Y, steps.append, watched)
    assert [step.index for step in steps] == list(range(1, 13))
    assert "multi_logloss (held out)" in steps[-1].measures
    plain = make().fit(X, Y)
    np.testing.assert_array_equal(heard.booster_.predict(X), plain.booster_.predict(X))


def test_many_steps_are_told_some_two_hundred_times():
    steps: list[Step] = []
    fit(
        GradientBoostingClassifier(n_estimators=900, max_depth=1), "monitor", X[:100], Y[:100],
        steps.append, None,
    )  # fmt: skip
    assert 150 <= len(steps) <= 260
    assert steps[-1].index == 900
