"""Who waits for whom: rows of `monitor_dependency`, counted in `blocked_by`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from queue_core.queue.job_record import JobStatus
from queue_core.queue.store.clock import now_text
from queue_core.queue.store.connection import Connection
from queue_core.queue.values import AfterPolicy

# How a job has ended that is not there any more.
REMOVED: Final = "removed"


def block(connection: Connection, job_id: str, after: tuple[str, ...]) -> int:
    """Store for whom a new job waits; return for how many."""
    waiting = 0
    for after_id in dict.fromkeys(after):
        if _status(connection, after_id) not in (None, JobStatus.FINISHED):
            connection.execute(
                "INSERT INTO monitor_dependency (job_id, after_id) VALUES (?, ?) "
                "ON CONFLICT DO NOTHING",
                (job_id, after_id),
            )
            waiting += 1
    return waiting


def failed_already(connection: Connection, after: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the jobs among *after* that had not finished when the one behind them was put."""
    for after_id in dict.fromkeys(after):
        status = _status(connection, after_id)
        if status in (JobStatus.ERROR, JobStatus.CANCELLED):
            yield after_id, status


def _status(connection: Connection, job_id: str) -> str | None:
    row = connection.execute("SELECT status FROM task_copy WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else str(row[0])


def release(connection: Connection, ended_id: str, status: str) -> list[str]:
    """Count down those that wait for an ended job; return those that must be skipped instead."""
    rows = connection.execute(
        "SELECT d.job_id, t.after_policy FROM monitor_dependency d "
        "JOIN task_copy t ON t.id = d.job_id WHERE d.after_id = ? AND t.status = 'not_started'",
        (ended_id,),
    ).fetchall()
    if not rows:
        return []
    connection.execute("DELETE FROM monitor_dependency WHERE after_id = ?", (ended_id,))
    skipped = []
    for row in rows:
        if status == JobStatus.FINISHED or row["after_policy"] == AfterPolicy.RUN_ANYWAY:
            connection.execute(
                "UPDATE task_copy SET last_update = ?, blocked_by = "
                "CASE WHEN blocked_by > 0 THEN blocked_by - 1 ELSE 0 END WHERE id = ?",
                (now_text(), row["job_id"]),
            )
        else:
            skipped.append(row["job_id"])
    return skipped


def follow_retry(connection: Connection, old_id: str, new_id: str) -> None:
    """Let the jobs that still wait for *old_id* wait for its repetition instead."""
    connection.execute(
        "INSERT INTO monitor_dependency (job_id, after_id) "
        "SELECT job_id, ? FROM monitor_dependency WHERE after_id = ? ON CONFLICT DO NOTHING",
        (new_id, old_id),
    )
    connection.execute("DELETE FROM monitor_dependency WHERE after_id = ?", (old_id,))
