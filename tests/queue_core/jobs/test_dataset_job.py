from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dill
import pytest

from queue_core import DatasetJob, HueyJobQueue, JobRecord, JobStatus
from queue_core.components.loaders.files.sample import sample_dataset_path
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.session import close_database
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.errors import DataError, ParameterError
from queue_core.library.entities import get_entity
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext


class Reporter:
    """Keeps what the job reports."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.warnings: list[str] = []

    def progress(self, fraction: float | None, message: str) -> None:
        if fraction is not None:
            self.fractions.append(fraction)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def output(self, text: str) -> None: ...

    def entity(self, kind: str, entity_id: int) -> None: ...


@pytest.fixture
def folder(local_folder: LocalFolder) -> Iterator[LocalFolder]:
    yield local_folder
    close_database(local_folder)


def delivered(folder: LocalFolder, **kwargs: Any) -> DatasetJob:
    """Return a job as `put` leaves it."""
    job = DatasetJob(**kwargs)
    job.bind(JobContext("job", folder))
    job.set_status_as_delivered()
    return job


def run(job: DatasetJob) -> tuple[dict[str, Any], Reporter]:
    """Run the job as a child process does."""
    reporter = Reporter()
    copy: DatasetJob = dill.loads(dill.dumps(job))
    copy.bind(JobContext("job", job.context.folder, reporter))
    return copy.run(), reporter


@pytest.mark.expects_log("read as a missing value")
def test_a_file_becomes_a_dataset(folder: LocalFolder) -> None:
    job = delivered(folder, file_path=str(sample_dataset_path()), name="Penguins")
    assert job.get_job_name() == "Load Penguins"
    result, reporter = run(job)
    assert result["entity"] == "dataset"
    assert (result["name"], result["rows"]) == ("Penguins", 344)
    assert result["columns"][0] == {"name": "species", "type": "category"}
    assert result["warnings"] == reporter.warnings
    assert reporter.warnings == ["“NA” in column “sex” was read as a missing value."]
    assert reporter.fractions == sorted(reporter.fractions)
    assert reporter.fractions[-1] == 1.0
    stored = StoredDataset(folder.datasets / str(result["id"]))
    assert stored.row_count == 344
    entity = get_entity(folder, EntityKind.DATASET, result["id"])
    assert entity.status == EntityStatus.FINISHED
    assert entity.details["row_count"] == 344
    assert entity.details["column_count"] == 8
    assert entity.details["source_hash"] == stored.source_hash
    assert entity.details["data_hash"] == stored.data_hash
    assert entity.details["loader"] == "delimited_text"
    assert entity.details["options"]["delimiter"] == ","
    assert entity.details["schema"] == result["columns"]
    assert entity.provenance["rows_read"] == 344
    assert entity.provenance["source"]["hash"] == stored.source_hash
    assert list(folder.temporary.iterdir()) == []


@pytest.mark.parametrize("key", ["file_path", "path", "url"])
def test_the_path_has_three_names(folder: LocalFolder, tmp_path: Path, key: str) -> None:
    path = tmp_path / "my data.csv"
    path.write_text("a\n1\n")
    given = path.as_uri() if key == "url" else str(path)
    job = delivered(folder, **{key: given})
    assert job.get_job_name() == "Load my data.csv"
    result, _ = run(job)
    assert (result["name"], result["rows"]) == ("my data", 1)


def test_relative_paths_are_the_submitters(
    folder: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    job = delivered(folder, path="here.csv")
    monkeypatch.chdir("/")
    assert run(job)[0]["rows"] == 1


def test_options(folder: LocalFolder, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a|b;c\n1|2;3\n")
    assert len(run(delivered(folder, path=path, params={"delimiter": "|"}))[0]["columns"]) == 2
    assert len(run(delivered(folder, path=path, delimiter=";"))[0]["columns"]) == 2
    with pytest.raises(ParameterError) as caught:
        run(delivered(folder, path=path, params={"delimeter": "|"}))
    assert caught.value.parameter == "delimeter"
    with pytest.raises(ParameterError, match="must be an object"):
        run(delivered(folder, path=path, params="x"))


def test_what_is_wrong_ends_in_the_jobs_own_row(folder: LocalFolder, tmp_path: Path) -> None:
    path = tmp_path / "iris.csv"
    path.write_text("a,b\n1,2\n1,2,3\n")
    for kwargs, message in (
        ({"path": "/nowhere/x.csv"}, "There is no file /nowhere/x.csv."),
        ({"path": str(path)}, "Line 3 of iris.csv has 3 values where the header has 2."),
        ({"path": "https://example.org/x.csv"}, "is an address on a network"),
        ({}, "names no file"),
    ):
        job = delivered(folder, **kwargs)
        with pytest.raises((DataError, ParameterError), match=message):
            job.run()
        job.set_status_as_error()
        entity = get_entity(folder, EntityKind.DATASET, job.entity_id)
        assert entity.status == EntityStatus.ERROR
        assert message in str(entity.error)
        assert list(folder.datasets.iterdir()) == []
        assert list(folder.temporary.iterdir()) == []


def finished(queue: HueyJobQueue, job: DatasetJob) -> JobRecord:
    return queue.wait(queue.put(job), 60)


def test_through_the_queue(folder: LocalFolder, tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_text("a,b\n" + "".join(f"{i},some text {i}\n" for i in range(3_000_000)))
    with HueyJobQueue(folder.root) as queue:
        queue.start(workers=1)
        record = finished(queue, DatasetJob(path=str(sample_dataset_path())))
        assert record.status is JobStatus.FINISHED
        assert record.result["rows"] == 344
        assert record.warnings == ("“NA” in column “sex” was read as a missing value.",)
        record = finished(queue, DatasetJob(path="/nowhere/x.csv"))
        assert record.status is JobStatus.ERROR
        assert record.error_msg == "There is no file /nowhere/x.csv."
        assert record.error_hint
        assert record.error_type == "DataError"
        job_id = queue.put(DatasetJob(path=str(big)))
        runs = threading.Event()
        unsubscribe = queue.subscribe(
            lambda: runs.set() if (queue.get(job_id).progress or 0) > 5 else None
        )
        try:
            assert runs.wait(60)
        finally:
            unsubscribe()
        assert queue.cancel(job_id)
        assert queue.wait(job_id, 30).status is JobStatus.CANCELLED
        again = finished(queue, DatasetJob(path=str(sample_dataset_path())))
        assert again.status is JobStatus.FINISHED
    names = [path.name for path in folder.datasets.iterdir()]
    assert sorted(names) == sorted([str(1), str(again.result["id"])])
    assert [path for path in folder.temporary.iterdir() if path.is_dir()] == []
