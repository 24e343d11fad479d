"""Looking at a job by its id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sample_jobs

from queue_core import HueyJobQueue, JobNotFoundError, JobQueueError
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.upkeep.inspection import job_snapshot

pytestmark = pytest.mark.file_list


def test_a_running_job_is_looked_at_from_anywhere(
    running: HueyJobQueue, tmp_path: Path, until: Callable[..., None]
) -> None:
    started = tmp_path / "started"
    job_id = running.put(sample_jobs.Wait(started=str(started)))
    until(started.exists)
    elsewhere = SqliteDatabase(running.folder.queue_db)
    snapshot = job_snapshot(elsewhere, running.folder, job_id)
    assert snapshot.pid == running.get(job_id).pid
    assert "sample_jobs.py" in snapshot.text
    running.cancel(job_id)
    running.wait(job_id, 20)
    with pytest.raises(JobQueueError, match="does not run now"):
        job_snapshot(elsewhere, running.folder, job_id)
    elsewhere.close()


def test_what_cannot_be_looked_at_says_why(queue: HueyJobQueue) -> None:
    database = SqliteDatabase(queue.folder.queue_db)
    with pytest.raises(JobNotFoundError):
        job_snapshot(database, queue.folder, "nothing")
    rows = [("waits", "not_started", "dashai-monitor", None), ("theirs", "started", None, None),
            ("far", "started", "dashai-monitor", "another machine")]  # fmt: skip
    with database.transaction() as connection:
        connection.executemany(
            "INSERT INTO task_copy (id, task_type, status, origin, owner_host, pid) "
            "VALUES (?, 'X', ?, ?, ?, 1)", rows,
        )  # fmt: skip
    for job_id, why in (("waits", "not run"), ("theirs", "DashAI"), ("far", "another computer")):
        with pytest.raises(JobQueueError, match=why):
            job_snapshot(database, queue.folder, job_id)
    database.close()
