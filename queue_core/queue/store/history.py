"""What is kept of the past of a job: its attempts, and what it used over time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from queue_core.queue.store.columns import COLUMNS
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.values import Attempt, Phase, Sample

# What is kept of an ended attempt; the row of the job itself shows the last one.
ATTEMPT_COLUMNS = (
    "attempt, started_at, finished_at, run_seconds, status, error_msg, traceback, exit_code, "
    "exit_signal, peak_memory_bytes, cpu_time_s"
)
# The last attempt stands in the job's own row, earlier ones in the history. A job that waits for
# its next attempt has not started that one.
_ATTEMPTS = (
    f"SELECT {ATTEMPT_COLUMNS} FROM monitor_attempt WHERE job_id = :id UNION ALL "
    f"SELECT {ATTEMPT_COLUMNS} FROM task_copy WHERE id = :id AND started_at IS NOT NULL "
    "AND status NOT IN ('not_started', 'started') ORDER BY attempt"
)
_NAMES = tuple(ATTEMPT_COLUMNS.split(", "))
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])


def keep_attempt(connection: Connection, rowid: int) -> None:
    """Copy the end of the attempt that the row shows into the job's history."""
    connection.execute(
        f"INSERT INTO monitor_attempt (job_id, {ATTEMPT_COLUMNS}) "
        f"SELECT id, {ATTEMPT_COLUMNS} FROM task_copy WHERE rowid = ? "
        f"ON CONFLICT (job_id, attempt) DO UPDATE SET {_REPLACED}",
        (rowid,),
    )


def read_attempts(database: Database, job_id: str) -> list[Attempt]:
    """Return the ended attempts of a job, first one first; one that cannot be read is left out."""
    rows = database.read(_ATTEMPTS, {"id": job_id})
    return [attempt for attempt in map(_attempt, rows) if attempt is not None]


def _attempt(row: Row) -> Attempt | None:
    values: dict[str, Any] = {}
    for name in _NAMES:
        try:
            values[name] = None if row[name] is None else COLUMNS[name].read(row[name])
        except (ValueError, TypeError, OverflowError):
            values[name] = None
    return None if None in (values["attempt"], values["status"]) else Attempt(**values)


def add_phases(
    connection: Connection, job_id: str, attempt: int, phases: Iterable[tuple[float, str]]
) -> None:
    """Keep when an attempt went over to other phases."""
    connection.executemany(
        "INSERT INTO monitor_phase (job_id, attempt, began_s, name) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (job_id, attempt, began_s) DO UPDATE SET name = excluded.name",
        [(job_id, attempt, began_s, name) for began_s, name in phases],
    )


def read_phases(database: Database, job_id: str) -> list[Phase]:
    """Return when each attempt of a job went over to which phase, in order."""
    rows = database.read(
        "SELECT attempt, began_s, name FROM monitor_phase WHERE job_id = ? "
        "ORDER BY attempt, began_s",
        (job_id,),
    )
    return [
        Phase(*row)
        for row in rows
        if all(isinstance(value, int | float) for value in row[:2]) and isinstance(row[2], str)
    ]


def read_samples(database: Database, job_id: str) -> list[Sample]:
    """Return the samples of a job in the order in which they were taken."""
    rows = database.read(
        "SELECT elapsed_s, memory_bytes, cpu_time_s, attempt FROM monitor_sample "
        "WHERE job_id = ? ORDER BY attempt, elapsed_s",
        (job_id,),
    )
    return [Sample(*row) for row in rows if all(isinstance(item, int | float) for item in row)]
