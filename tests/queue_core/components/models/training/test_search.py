"""Searches: seeded, pruned, recorded, and taken up where they were interrupted."""

from __future__ import annotations

import model_data
import pytest

from queue_core.errors import JobError, ParameterError

MODEL = "DecisionTreeClassifier"
SEARCH = {"trials": 14, "folds": 3}


class ProcessEndedError(Exception):
    """Stands for the end of the process."""


def search(folder, **more):
    heard = more.pop("heard", model_data.Heard())
    folder.mkdir(exist_ok=True)
    asked = {"task": "classification", "output": "target", "search": SEARCH} | more
    trained = model_data.train_on(
        folder, model_data.breast_cancer(), asked.pop("model", MODEL), heard=heard, **asked
    )
    return trained, heard


def tried(heard):
    return [(t.params, t.value, t.state) for t in heard.trials]


def test_the_same_seed_tries_the_same(tmp_path):
    first, heard = search(tmp_path / "a")
    second, again = search(tmp_path / "b")
    assert tried(heard) == tried(again)
    assert first.found == second.found
    assert [trial.number for trial in heard.trials] == list(range(14))
    assert {trial.state for trial in heard.trials} == {"complete", "pruned"}
    assert max(t.value for t in heard.trials if t.state == "complete") == next(
        t.value for t in heard.trials if t.params == first.found and t.state == "complete"
    )


def test_an_interrupted_search_goes_on_and_finds_the_same(tmp_path):
    whole, heard = search(tmp_path / "whole")

    class Cut(model_data.Heard):
        def hooks(self):
            def stop(trial):
                self.trials.append(trial)
                if len(self.trials) == 6:
                    raise ProcessEndedError

            hooks = super().hooks()
            return type(hooks)(
                progress=hooks.progress, on_measure=hooks.on_measure, on_trial=stop, warn=hooks.warn
            )

    with pytest.raises(ProcessEndedError):
        search(tmp_path / "cut", heard=Cut())
    with (tmp_path / "cut" / "journal").open("ab") as journal:
        journal.write(b'{"half a li')  # what a killed process leaves
    again, rest = search(tmp_path / "cut")
    assert any("goes on after 6 tries" in sentence for sentence in rest.warnings)
    assert tried(rest) == tried(heard)
    assert again.found == whole.found


def test_another_question_does_not_take_up_the_journal(tmp_path):
    search(tmp_path / "a")
    _, heard = search(tmp_path / "a", seed=1)
    assert not any("goes on" in sentence for sentence in heard.warnings)


def test_each_fold_is_searched_on_its_own_rows(tmp_path):
    trained, heard = search(
        tmp_path / "a", split={"method": "kfold", "folds": 2}, search={"trials": 3}
    )
    assert [trial.fold for trial in heard.trials] == [0] * 3 + [1] * 3 + [None] * 3
    assert [trial.number for trial in heard.trials] == list(range(9))
    assert trained.found is not None


def test_own_ranges_and_failing_tries(tmp_path):
    ranges = {"solver": ["lbfgs", "saga"], "l1_ratio": {"low": 0.5, "high": 1.0}}
    _, heard = search(
        tmp_path / "a",
        model="LogisticRegression",
        search={"trials": 8, "parameters": ranges, "sampler": "random"},
    )
    failed = [trial for trial in heard.trials if trial.state == "fail"]
    assert failed
    assert all(trial.reason for trial in failed)
    assert {trial.params["solver"] for trial in heard.trials} == {"lbfgs", "saga"}


def test_when_every_try_fails_it_says_why(tmp_path):
    with pytest.raises(JobError, match="All 2 tries") as caught:
        search(
            tmp_path / "a",
            model="KNeighborsClassifier",
            search={"trials": 2, "parameters": {"n_neighbors": {"low": 9000, "high": 9999}}},
        )
    assert "fewer training rows" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"nothing": [1]}, "nothing"),
        ({"max_depth": {"low": 5, "high": 2}}, "begin below"),
        ({"max_depth": 3}, "low"),
        ({"max_depth": {"low": -4, "high": 2}}, "max_depth"),
    ],
)
def test_senseless_ranges_are_refused(tmp_path, ranges, words):
    with pytest.raises(ParameterError, match=words):
        search(tmp_path / "a", search={"trials": 2, "parameters": ranges})


def test_clusters_can_be_searched(tmp_path):
    heard = model_data.Heard()
    trained = model_data.train_on(
        tmp_path, model_data.iris(), "KMeans", task="clustering",
        input_columns=["petal length (cm)", "petal width (cm)"], search={"trials": 5}, heard=heard,
    )  # fmt: skip
    best = max(heard.trials, key=lambda trial: trial.value)
    assert trained.found == best.params
    assert len(heard.trials) == 5
