"""Jobs that wait for others: counted down as these end, skipped or let go where one fails."""

from __future__ import annotations

import sqlite3

from queue_core.queue.base import AfterPolicy
from queue_core.queue.clock import now_text


def block(connection: sqlite3.Connection, job_id: str, after: tuple[str, ...]) -> int:
    """Store for whom a new job waits; return for how many. Call `settle` when its row is there."""
    waiting = 0
    for after_id in dict.fromkeys(after):
        if _status(connection, after_id) not in (None, "finished"):
            connection.execute(
                "INSERT OR IGNORE INTO monitor_dependency (job_id, after_id) VALUES (?, ?)",
                (job_id, after_id),
            )
            waiting += 1
    return waiting


def settle(connection: sqlite3.Connection, after: tuple[str, ...]) -> None:
    """Let a new job go on or skip it where one of *after* has failed before it was put."""
    for after_id in dict.fromkeys(after):
        status = _status(connection, after_id)
        if status in ("error", "cancelled"):
            release(connection, after_id, status)


def _status(connection: sqlite3.Connection, job_id: str) -> str | None:
    row = connection.execute("SELECT status FROM task_copy WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else str(row[0])


def release(connection: sqlite3.Connection, job_id: str, status: str) -> None:
    """Tell the jobs that wait for *job_id* that it has ended as *status*.

    An interrupted job releases nobody: it may be resumed, and those behind it wait for that.
    """
    if status == "killed":
        return
    waiting = [(job_id, status)]
    while waiting:
        ended_id, ended_status = waiting.pop()
        rows = connection.execute(
            "SELECT d.job_id, t.after_policy, t.message_id FROM monitor_dependency d "
            "JOIN task_copy t ON t.id = d.job_id "
            "WHERE d.after_id = ? AND t.status = 'not_started'",
            (ended_id,),
        ).fetchall()
        if rows:
            connection.execute("DELETE FROM monitor_dependency WHERE after_id = ?", (ended_id,))
        for row in rows:
            if ended_status == "finished" or row["after_policy"] == AfterPolicy.RUN_ANYWAY:
                connection.execute(
                    "UPDATE task_copy SET blocked_by = MAX(0, blocked_by - 1), last_update = ? "
                    "WHERE id = ?",
                    (now_text(), row["job_id"]),
                )
            else:
                _skip(connection, row["job_id"], row["message_id"], ended_id, ended_status)
                waiting.append((row["job_id"], "cancelled"))


def _skip(
    connection: sqlite3.Connection, job_id: str, message_id: int, because_id: str, status: str
) -> None:
    name = connection.execute(
        "SELECT job_name FROM task_copy WHERE id = ?", (because_id,)
    ).fetchone()
    shown = f"“{name[0]}”" if name and name[0] else "the job before it"
    verb = {"error": "failed", "cancelled": "was cancelled"}.get(status, "was removed")
    now = now_text()
    connection.execute("DELETE FROM task WHERE id = ?", (message_id,))
    connection.execute(
        "UPDATE task_copy SET status = 'cancelled', message_id = NULL, error_msg = ?, "
        "error_type = 'Skipped', finished_at = ?, last_update = ? WHERE id = ?",
        (f"Skipped, because {shown} {verb}.", now, now, job_id),
    )


def follow_retry(connection: sqlite3.Connection, old_id: str, new_id: str) -> None:
    """Let the jobs that still wait for *old_id* wait for its repetition instead."""
    connection.execute(
        "UPDATE OR REPLACE monitor_dependency SET after_id = ? WHERE after_id = ?",
        (new_id, old_id),
    )
