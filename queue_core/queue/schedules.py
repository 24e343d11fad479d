"""Jobs that repeat: a cron expression and a stored job that is copied into the queue when due."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from huey import crontab

from queue_core.errors import JobQueueError, ParameterError
from queue_core.queue.store.database import Database
from queue_core.queue.values import Schedule

logger = logging.getLogger(__name__)

_HORIZON_DAYS = 5 * 366
_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}


def _fields(expression: str) -> dict[str, str]:
    fields = _SHORT.get(expression.strip(), expression).split()
    if len(fields) != len(_FIELDS):
        raise ParameterError(
            f"“{expression}” is no schedule: it has {len(fields)} fields instead of 5.",
            parameter="cron",
            hint="Write minute, hour, day, month and day of the week: “30 18 * * 1-5” is 18:30 "
            "from Monday to Friday.",
        )
    return dict(zip(_FIELDS, fields, strict=True))


def _matcher(expression: str, **fields: str) -> Callable[[datetime], bool]:
    try:
        matches: Callable[[datetime], bool] = crontab(**fields, strict=True)
    except ValueError as error:
        raise ParameterError(
            f"“{expression}” is no schedule: {error}.",
            parameter="cron",
            hint="Numbers, “*”, lists (1,15), ranges (1-5) and steps (*/10) are known.",
        ) from error
    return matches


def next_run(expression: str, after: datetime) -> datetime | None:
    """Return the first minute after *after* that matches, UTC; None where there is none in 5 years.

    Args:
        expression: Five cron fields, read in local time, or `@hourly`, `@daily`, `@weekly`,
            `@monthly`.
        after: An aware datetime.

    Raises:
        ParameterError: The expression is not one that cron knows.
    """
    fields = _fields(expression)
    matches = _matcher(expression, **fields)
    day_matches = _matcher(expression, **{name: fields[name] for name in _FIELDS[2:]})
    start = after.astimezone().replace(tzinfo=None)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(_HORIZON_DAYS):
        date = midnight + timedelta(days=day)
        if not day_matches(date):
            continue
        for minute in range(24 * 60):
            moment = date + timedelta(minutes=minute)
            if moment > start and matches(moment):
                return moment.astimezone(UTC)
    return None


def insert(
    connection: sqlite3.Connection, schedule: Schedule, *, blob: bytes, environment: str, now: str
) -> None:
    """Store a new schedule with the job that it copies."""
    connection.execute(
        "INSERT INTO monitor_schedule (id, name, cron, task_type, job_blob, environment, params, "
        "enabled, next_run, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            schedule.id, schedule.name, schedule.cron, schedule.task_type, blob, environment,
            json.dumps(dict(schedule.params), default=repr), int(schedule.enabled),
            schedule.next_run.timestamp() if schedule.next_run else None, now,
        ),
    )  # fmt: skip


def read_all(database: Database) -> list[Schedule]:
    """Return all schedules by name."""
    return [
        Schedule(
            id=row["id"],
            name=row["name"],
            task_type=row["task_type"],
            cron=row["cron"],
            enabled=bool(row["enabled"]),
            next_run=None
            if row["next_run"] is None
            else datetime.fromtimestamp(row["next_run"], UTC),
            last_job_id=row["last_job_id"],
            params=json.loads(row["params"] or "{}"),
        )
        for row in database.read("SELECT * FROM monitor_schedule ORDER BY name COLLATE NOCASE")
    ]


def change(
    connection: sqlite3.Connection, schedule_id: str, *, cron: str | None, enabled: bool | None
) -> None:
    """Change when a schedule runs, or whether.

    Raises:
        JobQueueError: There is no such schedule.
    """
    row = connection.execute(
        "SELECT cron, enabled FROM monitor_schedule WHERE id = ?", (schedule_id,)
    ).fetchone()
    if row is None:
        raise JobQueueError(f"There is no schedule with the id {schedule_id}.")
    expression = row["cron"] if cron is None else cron
    active = bool(row["enabled"]) if enabled is None else enabled
    due = next_run(expression, datetime.now(UTC)) if active else None
    connection.execute(
        "UPDATE monitor_schedule SET cron = ?, enabled = ?, next_run = ? WHERE id = ?",
        (expression, int(active), due.timestamp() if due else None, schedule_id),
    )


def put_due(database: Database, put_again: Callable[[Any], str]) -> None:
    """Put the jobs of the schedules that are due; one of several consumers wins each.

    What was missed while no program ran is put once, not once for each missed time.
    """
    now = time.time()
    for row in database.read(
        "SELECT * FROM monitor_schedule WHERE enabled = 1 AND next_run <= ?", (now,)
    ):
        due = next_run(row["cron"], datetime.now(UTC))
        with database.transaction() as connection:
            won = connection.execute(
                "UPDATE monitor_schedule SET next_run = ? WHERE id = ? AND next_run = ?",
                (due.timestamp() if due else None, row["id"], row["next_run"]),
            ).rowcount
            if won:
                job_id = put_again(row)
                connection.execute(
                    "UPDATE monitor_schedule SET last_job_id = ? WHERE id = ?", (job_id, row["id"])
                )
