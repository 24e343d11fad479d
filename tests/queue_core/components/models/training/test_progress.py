"""Progress never falls, fills its stretch, and half of it is about half of the time."""

from __future__ import annotations

import time

import model_data
import pytest

from queue_core.components.models.training.fitting.training_progress import Progress

CASES = (
    ("GradientBoostingClassifier", {}),
    ("RandomForestClassifier", {"split": {"method": "kfold"}}),
    ("SVC", {"split": {"method": "repeated_kfold", "folds": 2}}),
    ("LogisticRegression", {"search": {"trials": 5}, "learning_curve": True}),
    ("DecisionTreeClassifier", {"search": {"trials": 3}, "split": {"method": "kfold", "folds": 2}}),
)


@pytest.mark.parametrize(("model", "asked"), CASES)
def test_it_never_falls_and_has_words(tmp_path, model, asked):
    heard = model_data.Heard()
    model_data.train_on(
        tmp_path, model_data.iris(), model, task="classification", output="target", heard=heard,
        **asked,
    )  # fmt: skip
    known = [fraction for fraction, _ in heard.progress if fraction is not None]
    assert known == sorted(known)
    assert known[-1] >= 0.8
    assert all(message for _, message in heard.progress)


def test_half_of_a_search_is_about_half_of_its_time(tmp_path):
    told: list[tuple[float, float]] = []
    heard = model_data.Heard()
    hooks = heard.hooks()

    class Timed(model_data.Heard):
        def hooks(self):
            progress = Progress(lambda f, _: told.append((time.process_time(), f or 0.0)))
            return type(hooks)(progress=progress, on_trial=self.trials.append)

    began = time.process_time()
    model_data.train_on(
        tmp_path, model_data.breast_cancer(), "GradientBoostingClassifier", heard=Timed(),
        task="classification", output="target", search={"trials": 12, "parameters": {
            "n_estimators": {"low": 10, "high": 60}}},
    )  # fmt: skip
    total = time.process_time() - began
    half = next(moment for moment, fraction in told if fraction >= 0.5) - began
    assert 0.25 <= half / total <= 0.75


def test_stretches_fill_the_whole():
    seen: list[float | None] = []
    whole = Progress(lambda fraction, _: seen.append(fraction))
    for number in range(4):
        part = whole.parts(4, number)
        part.report(0.0, "a")
        part.report(1.0, "b")
    assert seen == [0.0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1.0]
    whole.report_unknown("a long phase")
    whole.parts(4, 1).report_unknown("a short phase")
    assert seen[-2:] == [None, 0.25]
