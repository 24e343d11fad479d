"""Looks at a running job from any process on its machine."""

from __future__ import annotations

from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.clock import host_id
from queue_core.queue.store.database import Database
from queue_core.runner.snapshots.snapshot import StackSnapshot, stack_snapshot


def job_snapshot(
    database: Database, folder: LocalFolder, job_id: str, timeout_s: float = 3.0
) -> StackSnapshot:
    """Return what a running job is doing now; the job goes on.

    Args:
        database: The queue's database.
        folder: The local folder.
        job_id: The job.
        timeout_s: How long to wait for its answer.

    Raises:
        JobNotFoundError: There is no such job.
        JobQueueError: It does not run, runs on another computer, or is DashAI's.
        SnapshotError: Its process has ended meanwhile.
    """
    pid = _process_of(database, job_id)
    snapshot = stack_snapshot(pid, folder, timeout_s)
    if _process_of(database, job_id) != pid:
        raise _not_running()
    return snapshot


def _process_of(database: Database, job_id: str) -> int:
    row = database.read_one(
        "SELECT status, pid, origin, owner_host, place FROM task_copy WHERE id = ?", (job_id,)
    )
    if row is None:
        raise JobNotFoundError(f"There is no job with the id {job_id}.")
    if row["origin"] != OUR_ORIGIN:
        raise JobQueueError("This job belongs to DashAI, which runs it in its own process.")
    if row["status"] == "started" and row["place"] is not None:
        raise JobQueueError(
            f"This job runs at {row['place']}, and cannot be looked into from here.",
            hint="Its log and its progress come from there.",
        )
    if row["status"] != "started" or row["pid"] is None:
        raise _not_running()
    if row["owner_host"] not in (None, host_id()):
        raise JobQueueError(
            "This job runs on another computer.", hint="Look at it in the program there."
        )
    return int(row["pid"])


def _not_running() -> JobQueueError:
    return JobQueueError("This job does not run now.", hint="Its log tells what it has done.")
