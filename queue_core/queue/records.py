"""The read side of `task_copy`: rows as records, filters and orders as SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from queue_core.queue.base import JobCounts, JobFilter, JobOrder, JobRecord, JobStatus
from queue_core.queue.clock import from_text
from queue_core.queue.connection import Database

# Everything but the blob, which may be large.
_COLUMNS = (
    "id, task_type, job_name, enqueued_at, status, last_update, error_msg, pid, progress, "
    "progress_message, origin, started_at, finished_at, error_type, error_hint, error_causes, "
    "traceback, exit_code, exit_signal, params, result, warnings, requested, priority, not_before, "
    "after_ids, group_id, retry_of, attempt, max_attempts, timeout_s, memory_limit_bytes, paused, "
    "pinned, memory_bytes, peak_memory_bytes, cpu_time_s, interruptions"
)
# A list shows no tracebacks and no results: they may be large, and a page has many rows.
_LIGHT = _COLUMNS.replace("traceback,", "NULL AS traceback,").replace("result,", "NULL AS result,")
_MANY = 500
_STATUSES = {status.value: status for status in JobStatus}
Row = sqlite3.Row
_EPOCH = datetime.fromtimestamp(0, UTC)

# Rows are stored in the order of creation, which a clock that is set back does not change.
_ORDERS = {
    "enqueued_at": "rowid",
    "duration": "julianday(COALESCE(finished_at, 'now')) - julianday(started_at)",
    **{
        name: name
        for name in (
            "status", "task_type", "started_at", "finished_at", "last_update", "progress",
            "priority", "attempt", "peak_memory_bytes", "cpu_time_s",
        )
    },
    "job_name": "job_name COLLATE NOCASE",
    "error_msg": "error_msg COLLATE NOCASE",
}  # fmt: skip


def to_record(row: sqlite3.Row) -> JobRecord:
    """Return a row as a record; what an unknown program wrote never raises."""
    status = row["status"]
    return JobRecord(
        id=row["id"],
        task_type=row["task_type"],
        job_name=row["job_name"] or row["task_type"],
        status=_STATUSES.get(status, JobStatus.KILLED),
        enqueued_at=from_text(row["enqueued_at"]) or _EPOCH,
        last_update=from_text(row["last_update"]) or _EPOCH,
        started_at=from_text(row["started_at"]),
        finished_at=from_text(row["finished_at"]),
        progress=row["progress"],
        progress_message=row["progress_message"],
        error_msg=row["error_msg"],
        error_hint=row["error_hint"],
        error_type=row["error_type"],
        error_causes=tuple(_json(row["error_causes"], [])),
        traceback=row["traceback"],
        exit_code=row["exit_code"],
        exit_signal=row["exit_signal"],
        pid=row["pid"],
        attempt=row["attempt"],
        max_attempts=max(1, row["max_attempts"]),
        params=_json(row["params"], {}),
        result=_json(row["result"], None),
        warnings=tuple(_json(row["warnings"], [])),
        retry_of=row["retry_of"],
        origin=row["origin"],
        priority=row["priority"],
        not_before=None
        if row["not_before"] is None
        else datetime.fromtimestamp(row["not_before"], UTC),
        after=tuple(_json(row["after_ids"], [])),
        group_id=row["group_id"],
        requested=row["requested"],
        paused=bool(row["paused"]),
        pinned=bool(row["pinned"]),
        timeout_s=row["timeout_s"],
        memory_limit_bytes=row["memory_limit_bytes"],
        memory_bytes=row["memory_bytes"],
        peak_memory_bytes=row["peak_memory_bytes"],
        cpu_time_s=row["cpu_time_s"],
        interruptions=row["interruptions"],
    )


def _json(text: str | None, default: Any) -> Any:
    if not text:
        return default
    try:
        return json.loads(text)
    except ValueError:
        return default


def read_record(database: Database, job_id: str) -> JobRecord | None:
    """Return one whole record."""
    row = database.read_one(f"SELECT {_COLUMNS} FROM task_copy WHERE id = ?", (job_id,))
    return None if row is None else to_record(row)


def read_many(database: Database, job_ids: Sequence[str]) -> dict[str, JobRecord]:
    """Return light records by id, without tracebacks and results."""
    found: dict[str, JobRecord] = {}
    for start in range(0, len(job_ids), _MANY):
        part = list(job_ids[start : start + _MANY])
        marks = ",".join("?" * len(part))
        for row in database.read(f"SELECT {_LIGHT} FROM task_copy WHERE id IN ({marks})", part):
            found[row["id"]] = to_record(row)
    return found


def read_list(
    database: Database, where: JobFilter, order: JobOrder, *, limit: int | None, offset: int
) -> list[JobRecord]:
    """Return the light records that match, in order."""
    condition, parameters = _condition(where)
    rows = database.read(
        f"SELECT {_LIGHT} FROM task_copy {condition} {_order(order)} LIMIT ? OFFSET ?",
        [*parameters, -1 if limit is None else limit, offset],
    )
    return [to_record(row) for row in rows]


def read_ids(database: Database, where: JobFilter, order: JobOrder) -> list[str]:
    """Return the ids that match, in order."""
    condition, parameters = _condition(where)
    rows = database.read(f"SELECT id FROM task_copy {condition} {_order(order)}", parameters)
    return [row[0] for row in rows]


def read_counts(database: Database) -> JobCounts:
    """Count the jobs by status and by type."""
    by_status = dict.fromkeys(JobStatus, 0)
    for status, count in database.read("SELECT status, COUNT(*) FROM task_copy GROUP BY status"):
        if status in _STATUSES:
            by_status[_STATUSES[status]] += count
    rows = database.read("SELECT task_type, COUNT(*) FROM task_copy GROUP BY task_type")
    by_type = {row[0]: row[1] for row in rows}
    return JobCounts(by_status, by_type)


def _order(order: JobOrder) -> str:
    column = _ORDERS.get(order.column)
    if column is None:
        raise ValueError(f"Jobs cannot be ordered by {order.column!r}.")
    direction = "DESC" if order.descending else "ASC"
    if column == "rowid":
        return f"ORDER BY rowid {direction}"
    return f"ORDER BY {column} {direction} NULLS LAST, rowid {direction}"


def _condition(where: JobFilter) -> tuple[str, list[str]]:
    parts: list[str] = []
    parameters: list[str] = []
    if where.statuses:
        parts.append(f"status IN ({','.join('?' * len(where.statuses))})")
        parameters.extend(sorted(where.statuses))
    if where.task_types:
        parts.append(f"task_type IN ({','.join('?' * len(where.task_types))})")
        parameters.extend(sorted(where.task_types))
    for word in where.search.split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = ("job_name", "task_type", "error_msg", "progress_message", "params", "id")
        parts.append("(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns) + ")")
        parameters.extend([f"%{escaped}%"] * len(columns))
    return ("WHERE " + " AND ".join(parts) if parts else ""), parameters
