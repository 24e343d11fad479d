"""ModelJob: from a dataset to a stored model with measures, tries and figures."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import model_data
import pytest
from job_bench import add_dataset, bound, run
from sqlalchemy import select

from queue_core.artifacts.reader import read_artifacts, read_report, read_table
from queue_core.artifacts.writer import artifact_folder
from queue_core.components.models.training.stored.model_file import open_model
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.session import open_session, read_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Metric, ModelSession, Run, Trial
from queue_core.errors import DataError, JobError, ParameterError
from queue_core.jobs.model_job import ModelJob

pytestmark = pytest.mark.expects_log()


@pytest.fixture(autouse=True)
def _one_core(monkeypatch):
    monkeypatch.setenv("DASHAI_JOB_CORES", "1")


@pytest.fixture
def flowers(local_folder):
    return add_dataset(local_folder, model_data.iris(), "flowers")


def asked(dataset_id, **more):
    return {
        "dataset_id": dataset_id,
        "task": "classification",
        "model": "LogisticRegression",
        "output_columns": ["target"],
    } | more


def asked_numbers(dataset_id, **more):
    """Ask for a model that has few figures to draw."""
    return {
        "dataset_id": dataset_id,
        "task": "regression",
        "model": "RandomForestRegressor",
        "model_params": {"n_estimators": 15},
        "output_columns": ["target"],
    } | more


def artifacts_of(folder, run_id):
    return {a.name: a for a in read_artifacts(artifact_folder(folder, "run", run_id))}


def test_a_run_is_trained_measured_and_stored(local_folder, flowers):
    result, said = run(ModelJob(**asked(flowers)), local_folder)
    assert result["entity"] == "run"
    assert result["metrics"]["accuracy"] > 0.9
    json.dumps(result, allow_nan=False)
    with read_session(local_folder) as session:
        row = session.get(Run, result["id"])
        assert row.status is EntityStatus.FINISHED
        assert row.name == "Logistic regression on flowers"
        assert row.provenance["inputs"][0]["id"] == flowers
        measured = session.scalars(select(Metric).where(Metric.run_id == row.id)).all()
        assert {m.split for m in measured} == {"train", "test", "baseline"}
        accuracy = next(m for m in measured if m.name == "accuracy" and m.split == "test")
        assert accuracy.value == result["metrics"]["accuracy"]
        stored = local_folder.artifacts / row.artifact
    found = artifacts_of(local_folder, result["id"])
    assert {"metrics", "confusion", "curves", "calibration", "importance", "model"} <= set(found)
    assert found["model"].path == stored
    assert read_table(found["metrics"]).num_rows == 21
    report = read_report(found["report"])
    assert report["rows"] == {"dataset": 150, "used": 150, "trained_for_use": 112}
    assert open_model(stored.parent).classes == ("setosa", "versicolor", "virginica")
    fractions = [fraction for fraction, _ in said.reports if fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


@pytest.fixture
def patients(local_folder):
    return add_dataset(local_folder, model_data.diabetes(), "patients")


def test_the_same_job_twice_gives_the_same(local_folder, patients):
    job = asked_numbers(patients, seed=4)
    first, _ = run(ModelJob(**job), local_folder)
    second, _ = run(ModelJob(**job), local_folder)
    assert first["id"] != second["id"]
    assert first["metrics"] == second["metrics"]
    tables = [read_table(artifacts_of(local_folder, r["id"])["metrics"]) for r in (first, second)]
    assert tables[0].equals(tables[1])


def test_folds_and_tries_are_recorded(local_folder, flowers):
    job = asked(
        flowers, split={"method": "kfold", "folds": 3}, search={"trials": 3}, learning_curve=True
    )
    result, _ = run(ModelJob(**job), local_folder)
    with read_session(local_folder) as session:
        measured = session.scalars(select(Metric).where(Metric.run_id == result["id"])).all()
        folds = {m.fold for m in measured if m.name == "accuracy" and m.split == "test"}
        assert folds == {0, 1, 2, None}
        trials = session.scalars(select(Trial).where(Trial.run_id == result["id"])).all()
        assert [trial.number for trial in trials] == list(range(12))
        assert session.get(Run, result["id"]).best_params == result["best_params"]
    found = artifacts_of(local_folder, result["id"])
    assert {"learning-curve", "search", "trials"} <= set(found)
    assert "spread" in read_table(found["metrics"]).column_names
    assert not (local_folder.monitor / "searches" / f"{result['id']}.journal").exists()


def test_steps_are_measured_while_training(local_folder, patients):
    boosting = "GradientBoostingRegressor"
    job = asked_numbers(patients, model=boosting, model_params={"n_estimators": 12})
    result, _ = run(ModelJob(**job), local_folder)
    with read_session(local_folder) as session:
        steps = session.scalars(
            select(Metric).where(Metric.run_id == result["id"], Metric.step.is_not(None))
        ).all()
    assert [m.step for m in steps] == list(range(1, 13))
    assert "training" in artifacts_of(local_folder, result["id"])


def test_a_second_model_joins_the_session(local_folder, patients):
    first, _ = run(ModelJob(**asked_numbers(patients, seed=3)), local_folder)
    with read_session(local_folder) as session:
        session_id = session.get(Run, first["id"]).session_id
    job = ModelJob(session_id=session_id, model="LinearRegression")
    second, _ = run(job, local_folder)
    with read_session(local_folder) as session:
        row = session.get(Run, second["id"])
        assert row.session_id == session_id
        assert row.provenance["seed"] == 3
        assert len(session.scalars(select(ModelSession)).all()) == 1


def test_a_run_of_the_database_is_trained_by_its_id(local_folder, flowers):
    with open_session(local_folder) as session:
        question = ModelSession(
            name="q", dataset_id=flowers, task="classification", output_columns=["target"],
            input_columns=["petal length (cm)"], split={"method": "kfold", "folds": 2},
        )  # fmt: skip
        session.add(question)
        session.flush()
        row = Run(name="r", session_id=question.id, component="GaussianNB", params={})
        session.add(row)
        session.flush()
        run_id = row.id
    result, _ = run(ModelJob(run_id=run_id), local_folder)
    assert result["id"] == run_id
    assert artifacts_of(local_folder, run_id)["model"].path.exists()


def test_onnx_is_written_or_the_reason_is_said(local_folder, patients):
    job = asked_numbers(patients, model="Ridge", model_params={}, onnx=True)
    result, said = run(ModelJob(**job), local_folder)
    if find_spec("skl2onnx") is None:
        assert result["onnx"] is None
        assert any("dashai-monitor[onnx]" in text for text in said.warnings)
    else:
        assert Path(result["onnx"]).stat().st_size > 100


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output_columns": ["tragte"]}, "no column “tragte”"),
        ({"model": "RandomForst"}, "RandomForst"),
        ({"model_params": {"C": "much"}}, "C"),
        ({"task": "guessing"}, "guessing"),
        ({"output_columns": []}, "output column"),
        ({"split": {"method": "kfold", "folds": 1}}, "folds"),
        ({"search": {"trials": 0}}, "trials"),
        ({"search": {"metric": "r2"}}, "does not measure"),
        ({"metrics": ["nonsense"]}, "nonsense"),
        ({"dataset_id": None}, "No dataset"),
    ],
)
def test_mistakes_are_told_when_the_job_is_put(local_folder, flowers, changes, words):
    with pytest.raises(JobError) as caught:
        bound(ModelJob(**asked(flowers) | changes), local_folder)
    assert words in caught.value.message
    assert isinstance(caught.value, (ParameterError, DataError))
    with read_session(local_folder) as session:
        assert not session.scalars(select(Run)).all()


def test_a_failure_is_kept_with_the_run_and_leaves_nothing(local_folder):
    dataset_id = add_dataset(local_folder, model_data.iris().assign(target="one"))
    job = ModelJob(**asked(dataset_id))
    bound(job, local_folder)
    with pytest.raises(DataError, match="one class only"):
        job.run()
    job.set_status_as_error()
    with read_session(local_folder) as session:
        row = session.get(Run, job.kwargs["run_id"])
        assert row.status is EntityStatus.ERROR
        assert "one class only" in row.error
    assert not artifact_folder(local_folder, "run", job.kwargs["run_id"]).exists()
    assert not any(local_folder.temporary.iterdir())


def test_a_stopped_search_goes_on_in_its_retry(local_folder, patients):
    class StoppedError(Exception):
        """Stands for the end of the process."""

    job = ModelJob(
        **asked_numbers(
            patients, model="DecisionTreeRegressor", model_params={}, search={"trials": 8}
        )
    )
    said = bound(job, local_folder)

    def stop_half_way(fraction, message):
        if "Try 5" in message:
            raise StoppedError

    said.progress = stop_half_way
    with pytest.raises(StoppedError):
        job.run()
    job.on_cancel()
    again = ModelJob(**job.kwargs)
    result, heard = run(again, local_folder)
    assert result["id"] == job.kwargs["run_id"]
    assert any("goes on after 4 tries" in text for text in heard.warnings)
    with read_session(local_folder) as session:
        trials = session.scalars(select(Trial).where(Trial.run_id == result["id"])).all()
    finished = [trial for trial in trials if trial.state != "fail"]
    assert len(finished) == 8


@pytest.mark.parametrize(
    ("task", "model", "frame", "more"),
    [
        ("regression", "Ridge", "diabetes", {}),
        ("clustering", "KMeans", "iris", {}),
        ("text_classification", "MultinomialNB", "sentences", {}),
        ("forecasting", "Ridge", "monthly",
         {"forecast": {"time_column": "when", "horizon": 12}}),
    ],
)  # fmt: skip
def test_every_task_has_figures_of_its_own(local_folder, task, model, frame, more):
    table = getattr(model_data, frame)()
    output = {"regression": "target", "text_classification": "mood", "forecasting": "y"}.get(task)
    job = ModelJob(
        dataset_id=add_dataset(local_folder, table), task=task, model=model,
        output_columns=[output] if output else [], **more,
    )  # fmt: skip
    result, _ = run(job, local_folder)
    wanted = {
        "regression": {"predictions", "importance"},
        "clustering": {"sizes", "projection", "silhouette", "clusters"},
        "text_classification": {"confusion", "curves"},
        "forecasting": {"forecast", "predictions"},
    }
    assert wanted[task] <= set(artifacts_of(local_folder, result["id"]))


def test_a_run_says_what_guessing_is_worth_and_where_it_errs(local_folder, flowers):
    result, _ = run(ModelJob(**asked(flowers)), local_folder)
    with read_session(local_folder) as session:
        measured = session.scalars(select(Metric).where(Metric.run_id == result["id"])).all()
    guessed = next(m for m in measured if m.name == "accuracy" and m.split == "baseline")
    assert guessed.value == pytest.approx(1 / 3, abs=0.06)
    found = artifacts_of(local_folder, result["id"])
    classes = read_table(found["classes"]).to_pandas()
    assert classes["recall"].is_monotonic_increasing
    worst = read_table(found["worst-rows"]).to_pandas()
    assert (worst["actual"] != worst["predicted"]).all()
    assert len(worst) == round((classes["rows"] * (1 - classes["recall"])).sum())
    stored = StoredDataset(local_folder.datasets / str(flowers)).to_pandas()
    told = stored["target"].astype(str).iloc[worst["dataset row"] - 1]
    assert told.tolist() == worst["actual"].tolist()
