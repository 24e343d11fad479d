"""The write side of `task_copy`: one function per change of a job's life."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from queue_core.queue import dependencies
from queue_core.queue.base import OUR_ORIGIN, JobStatus
from queue_core.queue.clock import from_text, host_id, now_text, owner_id, to_text
from queue_core.queue.schema import UNBLOCKED
from queue_core.runner.outcome import EndReason, Outcome

QUEUE_NAME = "dashai-monitor"
_PARAMS_LIMIT = 64 * 1024

# A waiting job of ours that nothing keeps from running but its place in the queue.
READY = f"{UNBLOCKED} AND (not_before IS NULL OR not_before <= ?)"
NEXT_DUE = f"SELECT MIN(not_before) FROM task_copy WHERE {UNBLOCKED} AND not_before > ?"
RUN_ORDER = "priority DESC, position"
# What is kept of an ended attempt; the row of the job itself shows the last one.
ATTEMPT_COLUMNS = (
    "attempt, started_at, finished_at, run_seconds, status, error_msg, traceback, exit_code, "
    "exit_signal, peak_memory_bytes, cpu_time_s"
)
# Named, because the planner takes the index of the status and sorts all that wait.
READY_ROWS = "task_copy INDEXED BY monitor_ready"


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What is stored of a job at `put`."""

    id: str
    task_type: str
    name: str
    blob: bytes
    message: bytes
    params: dict[str, Any]
    environment: str
    priority: int = 0
    not_before: float | None = None
    after: tuple[str, ...] = ()
    after_policy: str = "skip"
    max_attempts: int = 0
    retry_delay_s: float | None = None
    timeout_s: float | None = None
    memory_limit_bytes: int | None = None
    pinned: bool = False
    group_id: str | None = None
    retry_of: str | None = None
    schedule_id: str | None = None
    interruptions: int = 0


def insert_job(connection: sqlite3.Connection, job: NewJob) -> None:
    """Store a waiting job and Huey's message for it; both or neither, by the transaction."""
    cursor = connection.execute(
        "INSERT INTO task (queue, data, priority) VALUES (?, ?, ?)",
        (QUEUE_NAME, job.message, job.priority),
    )
    now = now_text()
    blocked = dependencies.block(connection, job.id, job.after)
    (position,) = connection.execute(
        "SELECT COALESCE(MAX(position), 0) + 1 FROM task_copy"
    ).fetchone()
    connection.execute(
        "INSERT INTO task_copy (id, task_type, job_name, enqueued_at, status, last_update, "
        "job_blob, origin, params, environment, message_id, priority, position, not_before, "
        "blocked_by, after_ids, after_policy, group_id, retry_of, schedule_id, max_attempts, "
        "timeout_s, memory_limit_bytes, pinned, retry_delay_s, interruptions) "
        "VALUES (?,?,?,?,'not_started',?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            job.id, job.task_type, job.name, now, now, job.blob, OUR_ORIGIN,
            params_json(job.params), job.environment, cursor.lastrowid, job.priority,
            position, job.not_before, blocked,
            json.dumps(job.after) if job.after else None, job.after_policy, job.group_id,
            job.retry_of, job.schedule_id, job.max_attempts, job.timeout_s,
            job.memory_limit_bytes, int(job.pinned), job.retry_delay_s, job.interruptions,
        ),
    )  # fmt: skip
    dependencies.settle(connection, job.after)


def params_json(params: dict[str, Any]) -> str:
    """Return parameters as JSON text for people; what JSON cannot hold becomes its repr."""
    try:
        text = json.dumps(params, default=_shown, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps({str(key): _shown(value) for key, value in params.items()})
    if len(text) <= _PARAMS_LIMIT:
        return text
    share = _PARAMS_LIMIT // max(1, len(params))
    return json.dumps({str(key): _shown(value)[:share] for key, value in params.items()})


def _shown(value: Any) -> str:
    try:
        return str(value) if hasattr(value, "__fspath__") else repr(value)
    except Exception as error:  # noqa: BLE001 - a user's __repr__ may raise anything
        return f"<{type(value).__qualname__}: {type(error).__name__} in __repr__>"


# What is needed of a job to run it.
RUN_COLUMNS = (
    "id, task_type, job_blob, environment, attempt, started_at, timeout_s, memory_limit_bytes"
)


@dataclass(frozen=True)
class Claim:
    """A job that was taken off the queue.

    Attributes:
        row: Its `RUN_COLUMNS`.
        message: Huey's message for it; None where that is gone.
    """

    row: sqlite3.Row
    message: bytes | None


def claim(connection: sqlite3.Connection, pid: int | None, now_s: float) -> Claim | None:
    """Take the next ready job off the queue and mark it started; None where no job is ready.

    One transaction, so that no crash can leave a job that is neither waiting nor known to run.
    """
    waiting = connection.execute(
        f"SELECT id, message_id FROM {READY_ROWS} WHERE {READY} ORDER BY {RUN_ORDER} LIMIT 1",
        (now_s,),
    ).fetchone()
    if waiting is None:
        return None
    message = connection.execute(
        "DELETE FROM task WHERE id = ? AND queue = ? RETURNING data",
        (waiting["message_id"], QUEUE_NAME),
    ).fetchone()
    now = now_text()
    row = connection.execute(
        "UPDATE task_copy SET status = 'started', started_at = ?, last_update = ?, finished_at = "
        "NULL, owner = ?, owner_host = ?, pid = ?, message_id = NULL, progress = NULL, "
        "progress_message = NULL, error_msg = NULL, error_hint = NULL, error_type = NULL, "
        "error_causes = NULL, error_frames = NULL, traceback = NULL, exit_code = NULL, "
        f"exit_signal = NULL, not_before = NULL WHERE id = ? RETURNING {RUN_COLUMNS}",
        (now, now, owner_id(), host_id(), pid, waiting["id"]),
    ).fetchone()
    return Claim(row, None if message is None else bytes(message[0]))


def set_message(
    connection: sqlite3.Connection, job_id: str, data: bytes, not_before: float | None
) -> None:
    """Put an existing job back into the queue with Huey's *data* as its message."""
    row = connection.execute("SELECT priority FROM task_copy WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        return
    cursor = connection.execute(
        "INSERT INTO task (queue, data, priority) VALUES (?, ?, ?)",
        (QUEUE_NAME, data, row["priority"]),
    )
    connection.execute(
        "UPDATE task_copy SET status = 'not_started', message_id = ?, "
        "not_before = ?, owner = NULL, owner_host = NULL, pid = NULL, started_at = NULL, "
        "finished_at = NULL, run_seconds = NULL, progress = NULL, progress_message = NULL, "
        "paused = 0, last_update = ? WHERE id = ?",
        (cursor.lastrowid, not_before, now_text(), job_id),
    )


_STATUS_OF = {
    EndReason.FINISHED: JobStatus.FINISHED,
    EndReason.CANCELLED: JobStatus.CANCELLED,
    EndReason.INTERRUPTED: JobStatus.KILLED,
}


def status_of(reason: EndReason) -> JobStatus:
    """Return the status that an end of this reason leaves."""
    return _STATUS_OF.get(reason, JobStatus.ERROR)


def finish(
    connection: sqlite3.Connection, job_id: str, outcome: Outcome, *, started_at: str | None,
    is_last: bool = True,
) -> None:  # fmt: skip
    """Store the end of an attempt.

    Args:
        connection: An open transaction.
        job_id: The job.
        outcome: How the attempt ended.
        started_at: When the attempt began, as stored.
        is_last: Whether no other attempt follows. The row then shows this one for good, and the
            jobs that wait for it learn of it; else it goes to the history.
    """
    status = status_of(outcome.reason)
    started = from_text(started_at) or datetime.now(UTC)
    # Measured, not read off a clock that may have been set meanwhile.
    finished = to_text(started + timedelta(seconds=outcome.elapsed_s))
    error = outcome.error
    message = _error_message(outcome)
    connection.execute(
        "UPDATE task_copy SET status = ?, finished_at = ?, last_update = ?, run_seconds = ?, "
        "paused_seconds = ?, error_msg = ?, error_hint = ?, error_type = ?, error_causes = ?, "
        "error_frames = ?, traceback = ?, exit_code = ?, exit_signal = ?, result = ?, "
        "progress = CASE WHEN ? = 'finished' THEN 100 ELSE progress END, "
        "pid = NULL, owner = NULL, owner_host = NULL, requested = NULL, paused = 0, "
        "memory_bytes = NULL, peak_memory_bytes = COALESCE(?, peak_memory_bytes), "
        "cpu_time_s = COALESCE(?, cpu_time_s) WHERE id = ?",
        (
            status, finished, now_text(), outcome.elapsed_s - outcome.paused_s, outcome.paused_s,
            message, error.hint if error else None, error.type if error else None,
            json.dumps(error.causes) if error and error.causes else None,
            json.dumps(error.frames) if error and error.frames else None,
            error.traceback or None if error else None, outcome.exit_code, outcome.exit_signal,
            outcome.result_json, status, outcome.peak_memory_bytes, outcome.cpu_time_s, job_id,
        ),
    )  # fmt: skip
    if is_last:
        dependencies.release(connection, job_id, status)
    else:
        _keep_attempt(connection, job_id)


def _keep_attempt(connection: sqlite3.Connection, job_id: str) -> None:
    """Copy the end of the attempt that the row shows into the job's history."""
    connection.execute(
        f"INSERT OR REPLACE INTO monitor_attempt (job_id, {ATTEMPT_COLUMNS}) "
        f"SELECT id, {ATTEMPT_COLUMNS} FROM task_copy WHERE id = ?",
        (job_id,),
    )


def _error_message(outcome: Outcome) -> str | None:
    if outcome.error is not None:
        return outcome.error.message or f"{outcome.error.type} was raised without a message."
    if outcome.reason is EndReason.INTERRUPTED:
        return "Interrupted: the program was closed while the job ran."
    return None
