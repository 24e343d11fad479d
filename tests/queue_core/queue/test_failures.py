"""Failures by what they failed of, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.jobs.base import BaseJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store.handover import NewJob
from queue_core.queue.values import FailureState


class NeedsFile(BaseJob):
    """Fails until its file is there."""

    def run(self) -> Any:
        self.load(Path(self.kwargs["path"]))

    def load(self, path: Path) -> None:
        if not path.exists():
            raise RuntimeError(f"line {self.kwargs.get('line', 1)}: nothing in '{path}'")


def test_failures_are_folded_solved_ignored_and_retried(
    queue: HueyJobQueue, tmp_path: Path
) -> None:
    def put(name: str, line: int = 1) -> str:
        return queue.put(NeedsFile(name=name, path=str(tmp_path / name), line=line))

    failed = [put("a", 1), put("a", 1), put("b", 2)]
    queue.start()
    assert {queue.wait(job_id, 30).status for job_id in failed} == {JobStatus.ERROR}
    queue.stop()

    (group,) = queue.failures()
    assert (group.count, group.open_count, group.state) == (3, 3, FailureState.OPEN)
    assert group.place == "NeedsFile.load in test_failures.py" or group.place.startswith("load in")
    assert group.by_day[-1] + group.by_day[-2] == 3
    assert list(queue.failed_ids(group.fingerprint)) == failed[::-1]
    # Of the two that do the same, one is tried again.
    again = queue.failed_ids(group.fingerprint, to_retry=True)
    assert list(again) == failed[1:]

    (tmp_path / "a").touch()
    retried = queue.retry_all([again[0], "gone", again[1]])
    new = retried.ids
    assert isinstance(retried.error, JobNotFoundError)  # and the others were put all the same
    assert queue.failed_ids(group.fingerprint, to_retry=True) == [failed[0]]
    assert len({queue.get(job_id).group_id for job_id in new} - {None}) == 1
    queue.start()
    assert [queue.wait(job_id, 30).status for job_id in new] == [
        JobStatus.FINISHED, JobStatus.ERROR,
    ]  # fmt: skip
    queue.stop()
    # The success put right what it repeats, and what does the same.
    assert [queue.get(job_id).solved_by for job_id in failed] == [new[0], new[0], None]
    (group,) = queue.failures()
    assert (group.count, group.open_count, group.state) == (4, 2, FailureState.OPEN)

    queue.ignore_failures([group.fingerprint])
    assert queue.failures()[0].state is FailureState.IGNORED
    queue.ignore_failures([group.fingerprint], ignored=False)
    assert queue.failures()[0].state is FailureState.OPEN

    # With other parameters it counts by its lineage.
    changed = queue.retry(new[1], {"path": str(tmp_path / "a")})
    queue.start()
    queue.wait(changed, 30)
    assert queue.get(failed[2]).solved_by == queue.get(new[1]).solved_by == changed
    assert queue.failures()[0].state is FailureState.SOLVED


def test_where_one_cannot_be_stored_no_more_are_tried(
    queue: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [queue.put(NeedsFile(name=name, path=str(tmp_path))) for name in "abc"]
    for job_id in ids:
        queue.cancel(job_id)
    insert, tried = queue._insert, []

    def full(new: NewJob) -> None:
        tried.append(new.retry_of)
        if len(tried) == 2:
            raise JobQueueError("The disk is full.")
        insert(new)

    monkeypatch.setattr(queue, "_insert", full)
    retried = queue.retry_all(ids)
    assert [queue.get(job_id).retry_of for job_id in retried.ids] == ids[:1]
    assert retried.error is not None
    assert (retried.error.message, tried) == ("The disk is full.", ids[:2])


@pytest.mark.parametrize("traceback", ["NULL", "x'00ff'", "7"])
def test_failures_of_earlier_versions_are_folded_when_somebody_asks(
    queue: HueyJobQueue, tmp_path: Path, traceback: str
) -> None:
    ids = [queue.put(NeedsFile(name=f"n{i}", path=str(tmp_path))) for i in range(3)]
    with queue._database.transaction() as connection:
        connection.execute(
            "UPDATE task_copy SET status = 'error', error_type = 'ValueError', "
            f"error_msg = 'Line ' || rowid, traceback = {traceback}"
        )
    (group,) = queue.failures()
    assert (group.count, group.latest_id, group.first_seen) == (3, ids[-1], None)
    assert queue.get(ids[0]).solved_by is None
