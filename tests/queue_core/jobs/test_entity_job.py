from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import dill
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from queue_core.database.provenance import provenance_of
from queue_core.database.session import close_database, open_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Dataset
from queue_core.errors import DataError, ParameterError
from queue_core.jobs import entity_job
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.requests.request import Request, hidden, parameter
from queue_core.library.entities import EntityFilter, get_entity, list_entities
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext


@dataclass(frozen=True, kw_only=True)
class MakeRequest(Request):
    OWNER: ClassVar[str] = "MakeDataset"

    text: str = parameter("What to store.", is_required=True, default="")
    name: str | None = parameter("What to call it.")
    dies: bool = hidden(default=False)
    reload: bool = hidden(default=False)
    dataset_id: int | None = hidden()


class MakeDataset(EntityJob[Dataset, MakeRequest]):
    """Writes a file of its own into the dataset's folder."""

    ENTITY = EntityKind.DATASET
    REQUEST = MakeRequest

    def create_entity(self, session: Session) -> Dataset:
        if not self.request.text:
            raise ParameterError("There is no text to store.", parameter="text")
        return Dataset(name=self.request.name or "", source_path=self.request.text)

    def execute(self) -> Mapping[str, Any]:
        half = self.temporary_folder / "data"
        half.mkdir()
        (half / "text").write_text(self.request.text)
        if self.request.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        target = self.context.folder.datasets / str(self.entity_id)
        if target.exists():
            (target / "text").unlink()
            target.rmdir()
        half.replace(target)
        if self.request.text == "deletes itself":
            with open_session(self.context.folder) as session:
                session.execute(text("DELETE FROM dataset"))
        if self.request.text == "bad":
            raise DataError("Line 3 is broken.", hint="Mend it.")
        return {"rows": len(self.request.text)}

    def store(self, session: Session, entity: Dataset, result: Mapping[str, Any]) -> None:
        entity.row_count = result["rows"]
        entity.provenance = provenance_of(seed=0)
        if self.request.text == "cannot be stored":
            raise DataError("The result cannot be stored.")

    @property
    def replaces_result(self) -> bool:
        return self.request.reload


class Reporter:
    """Keeps what the job reports."""

    def __init__(self) -> None:
        self.entities: list[tuple[str, int]] = []

    def progress(self, fraction: float | None, message: str) -> None: ...

    def warning(self, text: str) -> None: ...

    def output(self, text: str) -> None: ...

    def entity(self, kind: str, entity_id: int) -> None:
        self.entities.append((kind, entity_id))


@pytest.fixture
def folder(local_folder: LocalFolder) -> Iterator[LocalFolder]:
    yield local_folder
    close_database(local_folder)


def _put(folder: LocalFolder, job_id: str = "job", **kwargs: Any) -> MakeDataset:
    job = MakeDataset(**kwargs)
    job.bind(JobContext(job_id, folder))
    job.set_status_as_delivered()
    return job


def _in_child(job: MakeDataset, reporter: Reporter | None = None) -> MakeDataset:
    """Return the job as a child process gets it."""
    copy: MakeDataset = dill.loads(dill.dumps(job))
    copy.bind(JobContext(job.context.job_id, job.context.folder, reporter))
    return copy


def _fail(job: MakeDataset) -> None:
    with pytest.raises(DataError):
        job.run()
    job.set_status_as_error()


def _stored(folder: LocalFolder, entity_id: int) -> str | None:
    file = folder.datasets / str(entity_id) / "text"
    return file.read_text() if file.exists() else None


def test_a_job_makes_its_entity_from_put_to_end(folder: LocalFolder) -> None:
    job = _put(folder, text="hello", name="greeting")
    record = get_entity(folder, EntityKind.DATASET, job.kwargs["dataset_id"])
    assert (record.name, record.status, record.job_id) == (
        "greeting",
        EntityStatus.DELIVERED,
        "job",
    )
    reporter = Reporter()
    result = _in_child(job, reporter).run()
    assert result == {"entity": "dataset", "id": 1, "rows": 5}
    assert json.dumps(result)
    assert reporter.entities == [("dataset", 1)]
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert record.status is EntityStatus.FINISHED
    assert record.error is None
    assert record.details["row_count"] == 5
    assert record.provenance["seed"] == 0
    assert record.started_at is not None
    assert record.finished_at is not None
    assert record.created_at <= record.started_at <= record.finished_at
    assert _stored(folder, 1) == "hello"
    assert list(folder.temporary.iterdir()) == []


def test_a_job_without_name_gives_its_own(folder: LocalFolder) -> None:
    job = _put(folder, text="x")
    assert get_entity(folder, EntityKind.DATASET, job.entity_id).name == "MakeDataset"


def test_wrong_parameters_are_refused_at_put(folder: LocalFolder) -> None:
    with pytest.raises(ParameterError, match="no text"):
        _put(folder)
    assert list_entities(folder, EntityKind.DATASET) == []


def test_a_job_may_run_without_a_queue(folder: LocalFolder) -> None:
    job = MakeDataset(text="alone")
    job.bind(JobContext("direct", folder))
    assert job.run()["rows"] == 5


def test_a_failure_ends_in_error_and_leaves_no_files(folder: LocalFolder) -> None:
    job = _in_child(_put(folder, text="bad"))
    _fail(job)
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert record.status is EntityStatus.ERROR
    assert record.error == "Line 3 is broken."
    assert record.finished_at is None
    assert _stored(folder, 1) is None
    assert list(folder.temporary.iterdir()) == []


def test_results_and_status_are_stored_together_or_not_at_all(folder: LocalFolder) -> None:
    job = _in_child(_put(folder, text="cannot be stored"))
    _fail(job)
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert record.error == "The result cannot be stored."
    assert record.details["row_count"] is None
    assert record.provenance == {}
    assert _stored(folder, 1) is None


def test_a_failure_from_outside_has_a_reason_too(folder: LocalFolder) -> None:
    job = _put(folder, text="x")
    _in_child(job).set_status_as_error()
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert record.error == "The job was stopped before it ended."
    told = dill.loads(dill.dumps(_put(folder, "job 2", text="x")))
    told.bind(JobContext("job 2", folder, ending="It was ended by SIGSEGV."))
    told.set_status_as_error()
    assert get_entity(folder, EntityKind.DATASET, 2).error == "It was ended by SIGSEGV."
    told.bind(JobContext("job 2", folder, ending="Said by somebody later."))
    told.set_status_as_error()
    assert get_entity(folder, EntityKind.DATASET, 2).error == "It was ended by SIGSEGV."


def test_a_retry_of_a_failed_job_uses_its_entity_with_the_new_parameters(
    folder: LocalFolder,
) -> None:
    failed = _put(folder, text="bad", name="mine")
    _fail(_in_child(failed))
    retried = _put(folder, "job 2", **{**failed.kwargs, "text": "good"})
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert (record.status, record.error, record.job_id) == (EntityStatus.DELIVERED, None, "job 2")
    assert record.details["source_path"] == "good"
    assert _in_child(retried).run()["id"] == 1
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.FINISHED
    assert _stored(folder, 1) == "good"


def test_a_retry_of_a_finished_job_makes_a_new_entity(folder: LocalFolder) -> None:
    first = _put(folder, text="one")
    _in_child(first).run()
    second = _put(folder, "job 2", **{**first.kwargs, "text": "two"})
    assert _in_child(second).run()["id"] == 2
    assert (_stored(folder, 1), _stored(folder, 2)) == ("one", "two")


def test_a_second_job_does_not_take_over_an_entity_at_work(folder: LocalFolder) -> None:
    first = _put(folder, text="one")
    assert _put(folder, "job 2", **first.kwargs).entity_id == 2


def test_a_late_failure_of_an_old_job_does_not_touch_the_retry(folder: LocalFolder) -> None:
    first = _put(folder, text="bad")
    _fail(_in_child(first))
    _in_child(_put(folder, "job 2", **{**first.kwargs, "text": "good"})).run()
    _in_child(first).on_cancel()
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.FINISHED
    assert _stored(folder, 1) == "good"


def test_a_cancelled_job_leaves_an_entity_in_error_and_no_files(folder: LocalFolder) -> None:
    job = _put(folder, text="x")
    child = _in_child(job)
    (child.temporary_folder / "half").write_text("half")
    (folder.datasets / "1").mkdir()
    _in_child(job).on_cancel()
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert (record.status, record.error) == (EntityStatus.ERROR, "Cancelled.")
    assert list(folder.temporary.iterdir()) == []
    assert list(folder.datasets.iterdir()) == []


def test_a_cancel_that_comes_too_late_takes_nothing(folder: LocalFolder) -> None:
    job = _put(folder, text="done")
    _in_child(job).run()
    _in_child(job).on_cancel()
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.FINISHED
    assert _stored(folder, 1) == "done"


@pytest.mark.parametrize("end", ["cancel", "error", "both"])
def test_a_reload_that_ends_badly_keeps_the_earlier_result(folder: LocalFolder, end: str) -> None:
    first = _put(folder, text="one")
    _in_child(first).run()
    again = _put(folder, "job 2", **{**first.kwargs, "reload": True})
    assert again.entity_id == 1
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.DELIVERED
    stopped = _in_child(again)
    if end in ("cancel", "both"):
        stopped.on_cancel()
    if end in ("error", "both"):
        stopped.set_status_as_error()
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert record.status is EntityStatus.FINISHED
    expected = "The job was stopped before it ended." if end == "error" else "Cancelled."
    assert record.error == expected
    assert _stored(folder, 1) == "one"


def test_an_entity_that_was_deleted_meanwhile_is_named(folder: LocalFolder) -> None:
    job = _put(folder, text="deletes itself")
    with pytest.raises(DataError, match="dataset 1 was deleted while it was made"):
        _in_child(job).run()
    _in_child(job).set_status_as_error()
    assert list_entities(folder, EntityKind.DATASET) == []


def _retry(job: MakeDataset, job_id: str, **changes: Any) -> MakeDataset:
    """Return the job as the queue repeats it: its stored copy under a new id, not delivered."""
    copy: MakeDataset = dill.loads(dill.dumps(job))
    copy.kwargs.update(changes)
    copy.bind(JobContext(job_id, job.context.folder))
    return copy


def test_a_repeated_failure_is_taken_up_in_the_child(folder: LocalFolder) -> None:
    job = _put(folder, text="bad")
    _fail(_in_child(job))
    assert _retry(job, "job 2", text="good").run()["id"] == 1
    record = get_entity(folder, EntityKind.DATASET, 1)
    assert (record.status, record.job_id) == (EntityStatus.FINISHED, "job 2")
    assert record.details["source_path"] == "good"


def test_a_repeated_success_makes_a_new_entity_in_the_child(folder: LocalFolder) -> None:
    job = _put(folder, text="good")
    _in_child(job).run()
    assert _retry(job, "job 2").run()["id"] == 2
    assert _stored(folder, 1) == _stored(folder, 2) == "good"


def test_a_repeated_job_that_fails_again_marks_the_entity_it_made(folder: LocalFolder) -> None:
    job = _put(folder, text="good")
    _in_child(job).run()
    with pytest.raises(DataError):
        _retry(job, "job 2", text="bad").run()
    # The clean-up runs in another child, from the stored job, which knows of entity 1 only.
    _retry(job, "job 2", text="bad").on_cancel()
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.FINISHED
    assert get_entity(folder, EntityKind.DATASET, 2).status is EntityStatus.ERROR
    assert (_stored(folder, 1), _stored(folder, 2)) == ("good", None)


def test_a_second_attempt_goes_on_with_the_entity(folder: LocalFolder) -> None:
    job = _put(folder, text="x")
    _in_child(job).set_status_as_error()
    assert _in_child(job).run()["id"] == 1
    assert get_entity(folder, EntityKind.DATASET, 1).error is None


def test_a_kill_in_the_middle_leaves_no_half_state(folder: LocalFolder) -> None:
    job = _put(folder, text="x", dies=True)
    code = (
        "import sys\n"
        "from queue_core.paths import LocalFolder\n"
        "from queue_core.runner.job_process.context import JobContext\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_entity_job as here\n"
        f"job = here.MakeDataset(**{job.kwargs!r})\n"
        f"job.bind(JobContext('job', LocalFolder.resolve({str(folder.root)!r})))\n"
        "job.run()\n"
    )
    root = entity_job.__file__.partition("queue_core")[0]
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.STARTED
    assert (folder.temporary / "job" / "data" / "text").exists()
    _in_child(job).on_cancel()
    assert get_entity(folder, EntityKind.DATASET, 1).status is EntityStatus.ERROR
    assert list(folder.temporary.iterdir()) == []
    assert list(folder.datasets.iterdir()) == []
    finished = EntityFilter(statuses=frozenset({EntityStatus.FINISHED}))
    assert list_entities(folder, EntityKind.DATASET, finished) == []


def test_a_power_cut_that_takes_the_entity_does_not_take_the_job(folder: LocalFolder) -> None:
    """`put` waits for the disk once, for the job; its entity can be made again."""
    job = _put(folder, text="abc")
    with open_session(folder) as session:
        assert session.execute(text("DELETE FROM dataset")).rowcount == 1
    entity_id = _in_child(job).run()["id"]
    assert get_entity(folder, EntityKind.DATASET, entity_id).status is EntityStatus.FINISHED
    assert _stored(folder, entity_id) == "abc"
