"""PredictJob: a finished run asked about datasets, files, typed rows and the future."""

from __future__ import annotations

import fastexcel
import model_data
import numpy as np
import pandas as pd
import pytest
from job_bench import add_dataset, bound, run

from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import artifact_folder
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.session import read_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset, Prediction, Run
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.model_job import ModelJob
from queue_core.jobs.predict_job import PredictJob

pytestmark = pytest.mark.expects_log()
COLUMNS = ["âge", "city", "visits", "member", "since"]


@pytest.fixture(autouse=True)
def _one_core(monkeypatch):
    monkeypatch.setenv("DASHAI_JOB_CORES", "1")


def trained(folder, frame, task, model, output=None, **more):
    job = ModelJob(
        dataset_id=add_dataset(folder, frame, "learnt from"), task=task, model=model,
        output_columns=[output] if output else [], **more,
    )  # fmt: skip
    return run(job, folder)[0]["id"]


@pytest.fixture
def classifier(local_folder):
    frame = model_data.mixed(200)[[*COLUMNS, "yes"]]
    return trained(local_folder, frame, "classification", "GaussianNB", "yes")


def rows_of(folder, result):
    return StoredDataset(folder.datasets / str(result["dataset_id"])).to_pandas()


def test_a_dataset_gets_answers_and_a_dataset_of_them(local_folder, classifier):
    source = add_dataset(local_folder, model_data.mixed(60, seed=1)[COLUMNS], "new ones")
    result, said = run(PredictJob(run_id=classifier, dataset_id=source), local_folder)
    table = rows_of(local_folder, result)
    assert [*table.columns[:5]] == COLUMNS
    assert set(table["predicted yes"]) <= {"yes", "no"}
    chances = table[["probability of no", "probability of yes"]].to_numpy()
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    with read_session(local_folder) as session:
        prediction = session.get(Prediction, result["id"])
        assert prediction.status is EntityStatus.FINISHED
        made_from = {(item["kind"], item["id"]) for item in prediction.provenance["inputs"]}
        assert made_from == {("run", classifier), ("dataset", source)}
        answers = session.get(Dataset, prediction.result_dataset_id)
        assert answers.status is EntityStatus.FINISHED
        assert answers.row_count == 60
        assert answers.derived_from_id == source
    names = {
        a.name for a in read_artifacts(artifact_folder(local_folder, "prediction", result["id"]))
    }
    assert names == {"predictions", "rows", "report"}
    fractions = [fraction for fraction, _ in said.reports]
    assert fractions == sorted(fractions)


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_files_in_and_out(local_folder, classifier, tmp_path, kind):
    source = tmp_path / "neue Zeilen.csv"
    frame = model_data.mixed(30, seed=2)[COLUMNS].assign(city="Rome", other=1)
    frame.to_csv(source, index=False)
    target = tmp_path / "out" / f"answers.{kind}"
    job = PredictJob(run_id=classifier, file_path=str(source), format=kind, export_path=str(target))
    result, said = run(job, local_folder)
    read = {
        "csv": pd.read_csv,
        "parquet": pd.read_parquet,
        "xlsx": lambda path: fastexcel.read_excel(path).load_sheet(0).to_pandas(),
    }[kind](target)
    table = rows_of(local_folder, result)
    assert list(read.columns) == list(table.columns)
    np.testing.assert_allclose(read["probability of yes"], table["probability of yes"])
    assert any("“other”" in text for text in said.warnings)
    assert any("30 rows have a value of “city”" in text for text in said.warnings)
    assert [p.name for p in target.parent.iterdir()] == [target.name]


def test_typed_rows(local_folder, classifier):
    typed = [
        {"âge": "31", "city": "Oslo", "visits": 4, "member": True, "since": "2020-05-06"},
        {"âge": None, "city": None, "visits": 9, "member": "no", "since": None},
    ]
    result, said = run(PredictJob(run_id=classifier, rows=typed), local_folder)
    assert result["rows"] == 2
    assert any("“âge” held text" in text for text in said.warnings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": [{"city": "Oslo"}]}, "are missing"),
        ({"rows": [dict.fromkeys(COLUMNS, "x")]}, "cannot be read"),
        ({"rows": []}, "can be typed"),
        ({}, "nothing to predict"),
        ({"rows": [{}], "dataset_id": 1}, "Only one source"),
        ({"file_path": "/no/such/file.csv"}, "file.csv"),
        ({"dataset_id": 999}, "999"),
        ({"run_id": 999, "rows": [{}]}, "999"),
        ({"rows": [{}], "format": "docx"}, "docx"),
    ],
)
def test_mistakes_say_what_to_change(local_folder, classifier, changes, words):
    job = PredictJob(**{"run_id": classifier} | changes)
    with pytest.raises((DataError, ParameterError, Exception)) as caught:
        run(job, local_folder)
    assert words in str(caught.value)
    job.set_status_as_error()
    with read_session(local_folder) as session:
        assert not [d for d in session.query(Dataset) if d.name != "learnt from"]


def test_a_run_without_a_model_is_refused(local_folder):
    frame = model_data.iris().assign(target="one")
    job = ModelJob(
        dataset_id=add_dataset(local_folder, frame), task="classification", model="GaussianNB",
        output_columns=["target"],
    )  # fmt: skip
    bound(job, local_folder)
    with pytest.raises(DataError):
        job.run()
    job.set_status_as_error()
    with read_session(local_folder) as session:
        run_id = session.query(Run).one().id
    with pytest.raises(DataError, match="has no model"):
        bound(PredictJob(run_id=run_id, rows=[{}]), local_folder)


def test_numbers_have_intervals_that_hold(local_folder):
    frame = model_data.mixed(1100)[["visits", "city", "amount"]]
    run_id = trained(local_folder, frame.head(600), "regression", "Ridge", "amount")
    fresh = frame.tail(500).reset_index(drop=True)
    source = add_dataset(local_folder, fresh[["visits", "city"]])
    result, _ = run(PredictJob(run_id=run_id, dataset_id=source, level=0.8), local_folder)
    table = rows_of(local_folder, result)
    low, high = table["predicted amount, from"], table["predicted amount, to"]
    inside = (fresh["amount"] >= low) & (fresh["amount"] <= high)
    assert 0.7 < inside.mean() < 0.9
    assert any("80%" in note and "split conformal" in note for note in result["notes"])


def test_clusters_of_new_rows(local_folder):
    frame = model_data.iris().drop(columns="target")
    run_id = trained(local_folder, frame, "clustering", "DBSCAN")
    source = add_dataset(local_folder, frame)
    result, _ = run(PredictJob(run_id=run_id, dataset_id=source), local_folder)
    assert rows_of(local_folder, result)["cluster"].nunique() >= 2


def test_the_next_months(local_folder):
    run_id = trained(
        local_folder, model_data.monthly(), "forecasting", "LinearRegression", "y",
        forecast={"time_column": "when", "horizon": 12},
    )  # fmt: skip
    result, _ = run(PredictJob(run_id=run_id, horizon=6), local_folder)
    table = rows_of(local_folder, result)
    assert table["when"].astype(str).tolist()[0] == "2020-01-01"
    assert table["when"].astype(str).tolist()[-1] == "2020-06-01"
    truth = 10 + 0.1 * np.arange(120, 126) + 3 * np.sin(np.arange(120, 126) * np.pi / 6)
    np.testing.assert_allclose(table["predicted y"], truth, atol=1.0)
