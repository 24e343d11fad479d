"""The read side of `task_copy`: rows as records, filters and orders as SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from queue_core.queue.job_record import OUR_ORIGIN, JobRecord, JobStatus
from queue_core.queue.store.columns import LIGHT, SHOWN, WHOLE
from queue_core.queue.store.connection import Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.schema import DAMAGED_ID, is_damaged_id, readable_id
from queue_core.queue.values import Glance, JobCounts, JobFilter, JobOrder

_MANY = 500
# More than there can be.
NO_LIMIT: Final = 1 << 62
_STATUSES = {status.value: status for status in JobStatus}
_GLANCE = "status, last_update, error_msg, job_name, progress, progress_message, task_type"
_EPOCH = datetime.fromtimestamp(0, UTC)
_DAMAGED = re.compile(rf"{DAMAGED_ID}(\d{{1,18}})", re.ASCII)
# The id of a row, or what stands for one that cannot be read.
ID = readable_id()
# What stands in a record where the column cannot be read and the record has no default for it.
_UNREADABLE: Final[dict[str, Any]] = {
    "task_type": "?", "status": JobStatus.KILLED, "enqueued_at": _EPOCH, "last_update": _EPOCH,
}  # fmt: skip

# Rows are stored in the order of creation, which a clock that is set back does not change.
_ORDERS = {
    "enqueued_at": "rowid",
    "duration": "julianday(COALESCE(finished_at, 'now')) - julianday(started_at)",
    **{
        name: name
        for name in (
            "status", "task_type", "started_at", "finished_at", "last_update", "progress",
            "priority", "attempt", "peak_memory_bytes", "cpu_time_s", "metric_value",
        )
    },
    "job_name": "job_name COLLATE NOCASE",
    "error_msg": "error_msg COLLATE NOCASE",
}  # fmt: skip


def to_record(row: Row) -> JobRecord:
    """Return a row as a record; never raises: what cannot be read is named in its `damage`."""
    values: dict[str, Any] = {}
    damaged: list[str] = []
    for column in SHOWN:
        stored = row[column.name]
        if stored is None:
            continue
        try:
            values[column.attribute] = column.read(stored)
        except (ValueError, TypeError, OverflowError, RecursionError):
            damaged.append(column.name)
    if "id" not in values:
        values["id"] = f"{DAMAGED_ID}{row['rowid']}"
    for name, instead in _UNREADABLE.items():
        values.setdefault(name, instead)
    values["job_name"] = values.get("job_name") or values["task_type"]
    if damaged and (damaged != ["status"] or row["origin"] == OUR_ORIGIN):
        values["damage"] = (
            f"The job's row in the database is damaged: {', '.join(damaged)} cannot be read."
        )
    return JobRecord(**values)


def locate(job_id: str) -> tuple[str, tuple[object, ...]]:
    """Return the condition that finds the row of an id, and its parameters.

    A row whose id cannot be read is known by its number.
    """
    damaged = _DAMAGED.fullmatch(job_id)
    if damaged:
        return f"(id = ? OR rowid = ? AND {is_damaged_id()})", (job_id, int(damaged[1]))
    return "id = ?", (job_id,)


def read_record(database: Database, job_id: str) -> JobRecord | None:
    """Return one whole record."""
    condition, parameters = locate(job_id)
    row = database.read_one(f"SELECT {WHOLE} FROM task_copy WHERE {condition}", parameters)
    return None if row is None else to_record(row)


def read_glance(database: Database, job_id: str) -> Glance | None:
    """Return the little that somebody who polls a job asks for; None where there is no such job.

    One row by its key, six columns: some 10 µs. Values of a wrong type are left out.
    """
    condition, parameters = locate(job_id)
    row = database.read_one(f"SELECT {_GLANCE} FROM task_copy WHERE {condition}", parameters)
    if row is None:
        return None
    status, last_update, error, name, progress, phase, task_type = row
    return Glance(
        _STATUSES.get(status, JobStatus.KILLED),
        _text_or_none(last_update),
        _text_or_none(error),
        _text_or_none(name) or _text_or_none(task_type) or "?",
        progress if isinstance(progress, int | float) and isfinite(progress) else None,
        _text_or_none(phase),
    )


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def read_changed(database: Database, since: str, *, limit: int) -> list[JobRecord]:
    """Return light records whose row changed at or after a stored time, the latest first."""
    rows = database.read(
        f"SELECT {LIGHT} FROM task_copy WHERE last_update >= ? ORDER BY last_update DESC LIMIT ?",
        (since, limit),
    )
    return [to_record(row) for row in rows]


def read_many(database: Database, job_ids: Sequence[str]) -> dict[str, JobRecord]:
    """Return light records by id, without tracebacks and results."""
    found: dict[str, JobRecord] = {}
    for start in range(0, len(job_ids), _MANY):
        part = list(job_ids[start : start + _MANY])
        marks = ",".join("?" * len(part))
        rows = database.read(f"SELECT {LIGHT} FROM task_copy WHERE id IN ({marks})", part)
        for job_id in part:
            if job_id.startswith(DAMAGED_ID):
                condition, parameters = locate(job_id)
                rows += database.read(
                    f"SELECT {LIGHT} FROM task_copy WHERE {condition}", parameters
                )
        found |= {record.id: record for record in map(to_record, rows)}
    return found


def read_list(
    database: Database, where: JobFilter, order: JobOrder, *, limit: int | None, offset: int
) -> list[JobRecord]:
    """Return the light records that match, in order."""
    condition, parameters = _condition(where)
    rows = database.read(
        f"SELECT {LIGHT} FROM task_copy {condition} {_order(order)} LIMIT ? OFFSET ?",
        [*parameters, NO_LIMIT if limit is None else limit, offset],
    )
    return [to_record(row) for row in rows]


def read_ids(database: Database, where: JobFilter, order: JobOrder) -> list[str]:
    """Return the ids that match, in order."""
    condition, parameters = _condition(where)
    rows = database.read(f"SELECT {ID} FROM task_copy {condition} {_order(order)}", parameters)
    return [row[0] for row in rows]


def read_counts(database: Database) -> JobCounts:
    """Count the jobs by status and by type."""
    by_status = dict.fromkeys(JobStatus, 0)
    for status, count in database.read("SELECT status, COUNT(*) FROM task_copy GROUP BY status"):
        if status in _STATUSES:
            by_status[_STATUSES[status]] += count
    rows = database.read("SELECT task_type, COUNT(*) FROM task_copy GROUP BY task_type")
    by_type = {str(row[0]): row[1] for row in rows}
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
