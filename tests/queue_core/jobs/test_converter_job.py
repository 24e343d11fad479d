from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queue_core.artifacts.reader import read_artifacts
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.session import close_database, open_session, read_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Converter, Dataset, Notebook
from queue_core.errors import DataError, EntityNotFoundError, JobError, ParameterError
from queue_core.jobs.apply_notebook_job import ApplyNotebookJob
from queue_core.jobs.base import BaseJob
from queue_core.jobs.converter_job import ConverterJob
from queue_core.jobs.notebook_job import NotebookJob
from queue_core.library.datasets import describe_table
from queue_core.library.notebooks import notebook_folder
from queue_core.library.sources import open_source
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext

FRAME = pd.DataFrame({
    "x": [1.0, None, 3.0, 4.0, 100.0, 6.0],
    "city": ["Rome", "Oslo", "Rome", None, "Bern", "Oslo"],
    "y": [0, 1, 0, 1, 0, 1],
})  # fmt: skip
_numbers = count(1)


class Recorder:
    """What a job reports."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.warnings: list[str] = []

    def progress(self, fraction: float | None, message: str) -> None:
        assert message
        if fraction is not None:
            self.fractions.append(fraction)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def output(self, text: str) -> None:
        raise AssertionError(text)

    def entity(self, kind: str, entity_id: int) -> None:
        assert kind
        assert entity_id


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[LocalFolder]:
    local = LocalFolder(tmp_path).create()
    yield local
    close_database(local)


def load(folder: LocalFolder, frame: Any, name: str = "table") -> int:
    with open_session(folder) as session:
        row = Dataset(name=name)
        session.add(row)
        session.flush()
        stored = write_dataset(folder.datasets / str(row.id), frame)
        describe_table(row, stored)
        row.status = EntityStatus.FINISHED
        row.finished_at = row.created_at
        return row.id


def do(folder: LocalFolder, job: BaseJob) -> tuple[dict[str, Any], Recorder]:
    reporter = Recorder()
    job.bind(JobContext(job_id=f"job-{next(_numbers)}", folder=folder, reporter=reporter))
    job.set_status_as_delivered()
    try:
        result = job.run()
    except JobError:
        job.set_status_as_error()
        raise
    assert reporter.fractions == sorted(reporter.fractions)
    assert not list(folder.temporary.iterdir())
    return result, reporter


def add(folder: LocalFolder, converter: str, **kwargs: Any) -> dict[str, Any]:
    return do(folder, ConverterJob(converter=converter, **kwargs))[0]


def change(folder: LocalFolder, notebook: int, action: str, *steps: int) -> dict[str, Any]:
    job = NotebookJob(notebook_id=notebook, action=action, steps=list(steps))
    return do(folder, job)[0]


def table(folder: LocalFolder, notebook: int) -> pd.DataFrame:
    with read_session(folder) as session:
        row = session.get(Notebook, notebook)
        assert row is not None
        stored = open_source(folder, row)
        assert row.data_hash in (None, stored.data_hash)
        frame: pd.DataFrame = stored.to_pandas()
        return frame


def test_a_step_makes_a_notebook_and_leaves_the_dataset_alone(folder: LocalFolder) -> None:
    dataset = load(folder, FRAME, "cities")
    before = StoredDataset(folder.datasets / str(dataset)).data_hash
    job = ConverterJob(
        dataset_id=dataset, converter="fill_missing", params={"strategy": "mean"},
        rows="x < 50", columns=["x"],
    )  # fmt: skip
    result, reporter = do(folder, job)
    assert reporter.fractions[-1] == 1
    assert table(folder, result["notebook_id"])["x"].to_list() == [1, 3.5, 3, 4, 100, 6]
    assert StoredDataset(folder.datasets / str(dataset)).data_hash == before
    with read_session(folder) as session:
        step = session.get(Converter, result["id"])
        assert step is not None
        assert (step.status, step.applied, step.name) == (
            EntityStatus.FINISHED, True, "Fill missing values in Notebook of cities",
        )  # fmt: skip
        assert (folder.artifacts / str(step.artifact) / "step.json").exists()
        assert step.provenance["inputs"] == [
            {"kind": "dataset", "id": dataset, "data_hash": before}
        ]
        assert (step.notebook.row_count, step.notebook.column_count) == (6, 3)
    shown = read_artifacts(folder.artifacts / "converter" / str(result["id"]))
    assert [artifact.name for artifact in shown] == ["summary", "preview"]


def test_steps_are_undone_and_redone(folder: LocalFolder) -> None:
    first = add(folder, "fill_missing", dataset_id=load(folder, FRAME), params={"strategy": "mean"})
    notebook = first["notebook_id"]
    filled = table(folder, notebook)
    second = add(folder, "StandardScaler", notebook_id=notebook, columns=["x"])
    scaled = table(folder, notebook)
    assert scaled["x"].mean() == pytest.approx(0)
    assert change(folder, notebook, "undo")["steps"] == [first["id"]]
    pd.testing.assert_frame_equal(table(folder, notebook), filled)
    assert change(folder, notebook, "undo")["steps"] == []
    assert table(folder, notebook)["x"].isna().sum() == 1
    with pytest.raises(DataError, match="No step is left to undo"):
        change(folder, notebook, "undo")
    change(folder, notebook, "redo")
    assert change(folder, notebook, "redo")["steps"] == [first["id"], second["id"]]
    pd.testing.assert_frame_equal(table(folder, notebook), scaled)
    with pytest.raises(DataError, match="No step is left to redo"):
        change(folder, notebook, "redo")


def test_steps_are_reordered_and_removed(folder: LocalFolder) -> None:
    dataset = load(folder, FRAME.fillna({"x": 2.0, "city": "?"}))
    double = add(
        folder, "calculate_column", dataset_id=dataset, params={"name": "x", "expression": "x * 2"}
    )
    notebook = double["notebook_id"]
    more = add(
        folder,
        "calculate_column",
        notebook_id=notebook,
        params={"name": "x", "expression": "x + 1"},
    )
    assert table(folder, notebook)["x"][0] == 3
    change(folder, notebook, "reorder", more["id"], double["id"])
    assert table(folder, notebook)["x"][0] == 4
    change(folder, notebook, "remove", more["id"])
    assert table(folder, notebook)["x"][0] == 2
    with read_session(folder) as session:
        assert session.get(Converter, more["id"]) is None


def test_an_order_that_cannot_be_changes_nothing(folder: LocalFolder) -> None:
    dataset = load(folder, FRAME)
    made = add(
        folder, "calculate_column", dataset_id=dataset, params={"name": "z", "expression": "y + 1"}
    )
    notebook = made["notebook_id"]
    used = add(folder, "drop_columns", notebook_id=notebook, columns=["z"])
    before = table(folder, notebook)
    with pytest.raises(DataError, match="none of this name"):
        change(folder, notebook, "reorder", used["id"], made["id"])
    pd.testing.assert_frame_equal(table(folder, notebook), before)
    with pytest.raises(ParameterError, match="each applied step once"):
        change(folder, notebook, "reorder", used["id"])
    with pytest.raises(ParameterError, match="no step 99"):
        change(folder, notebook, "remove", 99)


def test_a_step_that_fails_says_why_and_is_not_applied(folder: LocalFolder) -> None:
    dataset = load(folder, FRAME)
    good = add(folder, "drop_missing", dataset_id=dataset)
    notebook = good["notebook_id"]
    with pytest.raises(DataError, match="of type"):
        add(folder, "PCA", notebook_id=notebook, columns=["city"])
    with read_session(folder) as session:
        row = session.get(Notebook, notebook)
        assert row is not None
        failed = row.converters[-1]
        assert (failed.status, failed.applied) == (EntityStatus.ERROR, False)
        assert "“city”" in str(failed.error)
        assert [c.id for c in row.converters if c.applied] == [good["id"]]
    assert len(table(folder, notebook)) == 4


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"converter": "nothing"}, ParameterError, "no converter named"),
        ({"converter": "PCA", "params": {"n_components": -1}}, ParameterError, "at least 0"),
        ({"converter": "drop_missing", "dataset_id": 99}, EntityNotFoundError, "99"),
        ({"converter": "drop_missing", "dataset_id": None}, ParameterError, "Neither a notebook"),
        ({"converter": "drop_missing", "rows": {"last": 3}}, ParameterError, "rows to learn from"),
        ({"converter_id": 77}, ParameterError, "no step with the id 77"),
    ],
)
def test_mistakes_show_when_the_job_is_put(
    folder: LocalFolder, kwargs: dict[str, Any], error: type[Exception], words: str
) -> None:
    dataset = load(folder, FRAME)
    job = ConverterJob(**{"dataset_id": dataset, **kwargs})
    job.bind(JobContext(job_id="job", folder=folder))
    with pytest.raises(error, match=words):
        job.set_status_as_delivered()
    with read_session(folder) as session:
        assert session.query(Notebook).count() == 0


def test_the_result_is_saved_as_a_dataset(folder: LocalFolder) -> None:
    dataset = load(folder, FRAME)
    result = add(folder, "OneHotEncoder", dataset_id=dataset, columns=["city"], save_as="Encoded")
    saved = StoredDataset(folder.datasets / str(result["dataset_id"]))
    assert "city_Rome" in saved.to_pandas().columns
    with read_session(folder) as session:
        row = session.get(Dataset, result["dataset_id"])
        assert row is not None
        assert (row.name, row.status, row.derived_from_id) == (
            "Encoded", EntityStatus.FINISHED, dataset,
        )  # fmt: skip
        assert row.row_count == 6
        assert row.data_hash == saved.data_hash
    # It stands on its own: the notebook's tables may go.
    shutil.rmtree(notebook_folder(folder, result["notebook_id"]))
    assert len(saved.to_pandas()) == 6


@pytest.mark.expects_log("is for training data")
def test_fitted_steps_are_done_to_new_data(folder: LocalFolder) -> None:
    frame = pd.concat([FRAME] * 5, ignore_index=True)
    notebook = add(
        folder, "fill_missing", dataset_id=load(folder, frame), columns=["x"],
        params={"strategy": "median"},
    )["notebook_id"]  # fmt: skip
    add(folder, "sample_rows", notebook_id=notebook, params={"share": 0.5})
    add(folder, "MinMaxScaler", notebook_id=notebook, columns=["x"])
    new = load(folder, pd.DataFrame({"x": [None, 1000.0], "city": ["Rome", "Paris"], "y": [1, 0]}))
    job = ApplyNotebookJob(notebook_id=notebook, new_data_id=new, name="New")
    result, reporter = do(folder, job)
    assert reporter.warnings == ["“Sample rows” is for training data and was left out."]
    converted = StoredDataset(folder.datasets / str(result["id"])).to_pandas()
    assert converted["x"][0] == pytest.approx(3 / 99, abs=0.02)
    assert converted["x"][1] > 1
    with read_session(folder) as session:
        row = session.get(Dataset, result["id"])
        assert row is not None
        assert (row.name, row.derived_from_id) == ("New", new)
    wrong = load(folder, pd.DataFrame({"z": [1.0]}))
    with pytest.raises(DataError, match="none of this name"):
        do(folder, ApplyNotebookJob(notebook_id=notebook, new_data_id=wrong))
    own, _ = do(folder, ApplyNotebookJob(notebook_id=notebook))
    pd.testing.assert_frame_equal(
        StoredDataset(folder.datasets / str(own["id"])).to_pandas(), table(folder, notebook)
    )


def test_what_is_not_stored_any_more_is_computed_again(folder: LocalFolder) -> None:
    notebook = add(
        folder, "sample_rows", dataset_id=load(folder, FRAME), params={"by": "rows", "rows": 3}
    )["notebook_id"]
    before = table(folder, notebook)
    shutil.rmtree(notebook_folder(folder, notebook))
    pd.testing.assert_frame_equal(table(folder, notebook), before)


def test_the_same_step_and_seed_give_the_same_table(folder: LocalFolder) -> None:
    rng = np.random.default_rng(0)
    dataset = load(folder, pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd")))

    def hash_of(seed: int) -> str | None:
        result = add(folder, "KMeans", dataset_id=dataset, params={"init": "random"}, seed=seed)
        with read_session(folder) as session:
            row = session.get(Notebook, result["notebook_id"])
            assert row is not None
            return row.data_hash

    assert hash_of(5) == hash_of(5) != hash_of(6)


def test_a_join_reads_the_other_dataset_again_when_it_changed(folder: LocalFolder) -> None:
    other = load(folder, pd.DataFrame({"city": ["Rome"], "size": [3]}))
    notebook = add(
        folder, "join_datasets", dataset_id=load(folder, FRAME),
        params={"dataset_id": other, "on": ["city"]},
    )["notebook_id"]  # fmt: skip
    assert table(folder, notebook)["size"][0] == 3
    write_dataset(folder.datasets / str(other), pd.DataFrame({"city": ["Rome"], "size": [4]}))
    change_back = add(folder, "sort_rows", notebook_id=notebook, columns=["y"])
    assert change_back["rows"] == 6
    assert set(table(folder, notebook)["size"].dropna()) == {4}


def test_a_step_that_did_not_finish_is_done_again_in_its_place(folder: LocalFolder) -> None:
    dataset = load(folder, FRAME)
    job = ConverterJob(dataset_id=dataset, converter="drop_missing")
    job.bind(JobContext(job_id="killed", folder=folder))
    job.set_status_as_delivered()
    job.on_cancel()
    with read_session(folder) as session:
        step = session.get(Converter, job.kwargs["converter_id"])
        assert step is not None
        assert step.status is EntityStatus.ERROR
    again, _ = do(folder, ConverterJob(converter_id=job.kwargs["converter_id"]))
    assert again["id"] == job.kwargs["converter_id"]
    assert len(table(folder, again["notebook_id"])) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("converter", "kwargs", "rows"),
    [
        ("filter_rows", {"params": {"condition": "x > 0.5 and t != 'c3'"}}, None),
        (
            "calculate_column",
            {"params": {"name": "z", "expression": "x * i + length(t)"}},
            5_000_000,
        ),
        ("fill_missing", {"params": {"strategy": "median"}, "columns": ["gap"]}, 5_000_000),
        ("group_and_aggregate", {"columns": ["t"], "params": {"summaries": ["mean(x)"]}}, 50),
        ("sort_rows", {"columns": ["x"]}, 5_000_000),
        ("StandardScaler", {"columns": ["x", "i"]}, 5_000_000),
        ("OneHotEncoder", {"columns": ["t"], "params": {"max_categories": 5}}, 5_000_000),
        ("KMeans", {"columns": ["x", "i"], "params": {"n_clusters": 3}}, 5_000_000),
    ],
)
def test_five_million_rows(
    folder: LocalFolder, converter: str, kwargs: dict[str, Any], rows: int | None
) -> None:
    from queue_core.components.sql_engine import connect

    source = folder.root / "big.parquet"
    with connect() as engine:
        engine.execute(
            "COPY (SELECT i, random() AS x, 'c' || (i % 50) AS t, "
            "CASE WHEN i % 7 > 0 THEN random() END AS gap FROM range(5000000) r(i)) "
            f"TO '{source}' (FORMAT parquet)"
        )
        reader = engine.sql(f"SELECT * FROM '{source}'").to_arrow_reader(65_536)
        dataset = load(folder, reader)
    result = add(folder, converter, dataset_id=dataset, **kwargs)
    assert rows is None or result["rows"] == rows
