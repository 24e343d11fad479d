"""What is kept of the past of a job: its attempts, and what it used over time."""

from __future__ import annotations

from queue_core.queue.base import Attempt, JobStatus, Sample
from queue_core.queue.clock import from_text
from queue_core.queue.connection import Database
from queue_core.queue.task_copy import ATTEMPT_COLUMNS

# The last attempt stands in the job's own row, earlier ones in the history. A job that waits for
# its next attempt has not started that one.
_ATTEMPTS = (
    f"SELECT {ATTEMPT_COLUMNS} FROM monitor_attempt WHERE job_id = :id UNION ALL "
    f"SELECT {ATTEMPT_COLUMNS} FROM task_copy WHERE id = :id AND started_at IS NOT NULL "
    "AND status NOT IN ('not_started', 'started') ORDER BY attempt"
)


def read_attempts(database: Database, job_id: str) -> list[Attempt]:
    """Return the ended attempts of a job, first one first."""
    return [
        Attempt(
            attempt=row["attempt"],
            status=JobStatus(row["status"]),
            started_at=from_text(row["started_at"]),
            finished_at=from_text(row["finished_at"]),
            run_seconds=row["run_seconds"],
            error_msg=row["error_msg"],
            traceback=row["traceback"],
            exit_code=row["exit_code"],
            exit_signal=row["exit_signal"],
            peak_memory_bytes=row["peak_memory_bytes"],
            cpu_time_s=row["cpu_time_s"],
        )
        for row in database.read(_ATTEMPTS, {"id": job_id})
    ]


def read_samples(database: Database, job_id: str) -> list[Sample]:
    """Return the samples of a job in the order in which they were taken."""
    return [
        Sample(row["elapsed_s"], row["memory_bytes"], row["cpu_time_s"], row["attempt"])
        for row in database.read(
            "SELECT * FROM monitor_sample WHERE job_id = ? ORDER BY attempt, elapsed_s", (job_id,)
        )
    ]
