"""Jobs that repeat: a rule of cron and a stored job that is copied into the queue when due.

Each schedule stands by itself: what one of them cannot say, or cannot put, is written down as its
problem and keeps no other one from its time.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from queue_core.errors import JobQueueError, MonitorError, ParameterError
from queue_core.queue import cron as rules
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.sqlite_errors import DatabaseBusyError, DiskFullError
from queue_core.queue.store.stored import LAST_MOMENT_S
from queue_core.queue.values import Schedule

logger = logging.getLogger(__name__)

_DAMAGED_ID: Final = "damaged-"
_TOLERANCE: Final = timedelta(days=1)
_NAMED: Final = "id = ? OR rowid = ?"
_DUE: Final = (
    "enabled = 1 AND (next_run <= ? OR next_run > ? OR typeof(next_run) IN ('text', 'blob'))"
)


def next_run(expression: str, after: datetime) -> datetime:
    """Return the first moment after *after* that matches, UTC, by the clock of this computer.

    Args:
        expression: Five cron fields, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
        after: An aware datetime.

    Raises:
        ParameterError: The expression is not one that cron knows, or never comes due.
    """
    return rules.next_run(rules.parse(expression), after)


def insert(
    connection: Connection, schedule: Schedule, *, blob: bytes, environment: str, now: str,
    entity_open: bool,
) -> None:  # fmt: skip
    """Store a new schedule with the job that it copies."""
    connection.execute(
        "INSERT INTO monitor_schedule (id, name, cron, task_type, job_blob, environment, params, "
        "enabled, next_run, created_at, entity_open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            schedule.id, schedule.name, schedule.cron, schedule.task_type, blob, environment,
            json.dumps(dict(schedule.params), default=repr), int(schedule.enabled),
            schedule.next_run.timestamp() if schedule.next_run else None, now,
            int(entity_open),
        ),
    )  # fmt: skip


def read_all(database: Database) -> list[Schedule]:
    """Return all schedules by name; a damaged one says so as its `problem`."""
    rows = database.read("SELECT rowid AS number, * FROM monitor_schedule")
    found = [_to_schedule(row, row["number"]) for row in rows]
    return sorted(found, key=lambda item: item.name.casefold())


def problems(database: Database) -> tuple[str, ...]:
    """Return a sentence for each schedule that is on and could not be put when it was due."""
    try:
        rows = database.read(
            "SELECT CAST(name AS TEXT) AS name, problem FROM monitor_schedule "
            "WHERE enabled = 1 AND typeof(problem) = 'text'"
        )
    except MonitorError:  # the queue says that itself
        return ()
    return tuple(f"The schedule “{row['name']}”: {row['problem']}" for row in rows)


def _to_schedule(row: Row, number: int) -> Schedule:
    wrong = []

    def text(column: str) -> str:
        if not isinstance(row[column], str):
            wrong.append(column)
            return ""
        return str(row[column])

    try:
        params = json.loads(row["params"] or "{}")
    except (TypeError, ValueError, RecursionError):
        params = None
    if not isinstance(params, dict):
        wrong.append("params")
        params = {}
    moment = row["next_run"]
    if moment is not None and not _is_moment(moment):
        wrong.append("next_run")
        moment = None
    stored_problem = row["problem"]
    schedule = Schedule(
        id=text("id") or f"{_DAMAGED_ID}{number}",
        name=text("name"),
        task_type=text("task_type"),
        cron=text("cron"),
        enabled=row["enabled"] == 1,
        next_run=None if moment is None else datetime.fromtimestamp(moment, UTC),
        last_job_id=row["last_job_id"] if isinstance(row["last_job_id"], str) else None,
        params=params,
        problem=stored_problem if isinstance(stored_problem, str) else None,
    )
    if wrong:
        return replace(schedule, problem=_damaged(f"{', '.join(wrong)} cannot be read"))
    return schedule


def _is_moment(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= LAST_MOMENT_S


def _damaged(what: str) -> str:
    return f"Its row in the database is damaged ({what}). Remove this schedule and add it again."


def change(
    connection: Connection, schedule_id: str, *, cron: str | None, enabled: bool | None
) -> None:
    """Change when a schedule runs, or whether; a problem that it had is forgotten.

    Raises:
        JobQueueError: There is no such schedule.
        ParameterError: *cron* is not one that is known, or never comes due.
    """
    row = connection.execute(
        f"SELECT rowid AS number, cron, enabled FROM monitor_schedule WHERE {_NAMED}",
        _named(schedule_id),
    ).fetchone()
    if row is None:
        raise JobQueueError(f"There is no schedule with the id {schedule_id}.")
    expression = row["cron"] if cron is None else cron
    active = row["enabled"] == 1 if enabled is None else enabled
    due = next_run(str(expression), datetime.now(UTC)) if active else None
    connection.execute(
        "UPDATE monitor_schedule SET cron = ?, enabled = ?, next_run = ?, problem = NULL "
        "WHERE rowid = ?",
        (expression, int(active), due.timestamp() if due else None, row["number"]),
    )


def remove(connection: Connection, schedule_id: str) -> None:
    """Forget a schedule, a damaged one, too; the jobs that it has put stay."""
    connection.execute(f"DELETE FROM monitor_schedule WHERE {_NAMED}", _named(schedule_id))


def _named(schedule_id: str) -> tuple[str, int | None]:
    """Return what finds a schedule: a damaged one may have no id but its place."""
    number = schedule_id.removeprefix(_DAMAGED_ID)
    is_place = schedule_id.startswith(_DAMAGED_ID) and number.isdecimal()
    return schedule_id, int(number) if is_place else None


def put_due(database: Database, put_again: Callable[[Any], str]) -> None:
    """Put the jobs of the schedules that are due; one of several consumers wins each.

    What was missed while no program ran is put once, not once for each missed time. A schedule
    that cannot be put says why (`Schedule.problem`) and is tried again when it is due next.
    """
    now_s = time.time()
    _forget_wrong_clock(database, now_s)
    due = database.read(f"SELECT rowid FROM monitor_schedule WHERE {_DUE}", (now_s, LAST_MOMENT_S))
    for (number,) in due:
        try:
            with database.transaction() as connection:
                _put(connection, number, now_s, put_again)
        except MonitorError as error:
            # The database did not take it, and nothing was changed: the next look tries again.
            logger.info("the schedule in row %d could not be put: %s", number, error)


def _forget_wrong_clock(database: Database, now_s: float) -> None:
    """Work out again what was put off by a clock that stood years ahead.

    A clock that goes back by less does no harm: what ran already does not run once more.
    """
    now = datetime.fromtimestamp(now_s, UTC)
    for row in database.read(
        "SELECT rowid AS number, cron, next_run FROM monitor_schedule "
        "WHERE enabled = 1 AND typeof(cron) = 'text' AND next_run BETWEEN ? AND ?",
        ((now + 2 * _TOLERANCE).timestamp(), LAST_MOMENT_S),
    ):
        try:
            first = next_run(row["cron"], now)
            second = next_run(row["cron"], first)
        except ParameterError:
            continue  # said when it is due
        if row["next_run"] > (second + _TOLERANCE).timestamp():
            with database.transaction() as connection:
                connection.execute(
                    "UPDATE monitor_schedule SET next_run = ? WHERE rowid = ? AND next_run = ?",
                    (first.timestamp(), row["number"], row["next_run"]),
                )


def _put(
    connection: Connection, number: int, now_s: float, put_again: Callable[[Any], str]
) -> None:
    row = connection.execute(
        f"SELECT * FROM monitor_schedule WHERE rowid = ? AND {_DUE}",
        (number, now_s, LAST_MOMENT_S),
    ).fetchone()
    if row is None:
        return  # another consumer was first
    following, problem = _following(row["cron"])
    job_id = row["last_job_id"]
    if _is_moment(row["next_run"]):
        try:
            job_id = _put_copy(connection, row, put_again)
        except (sqlite3.OperationalError, DatabaseBusyError, DiskFullError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever stands in the row, the others go on
            problem = f"It could not be put: {_sentence(error)}"
            logger.info("the schedule in row %d could not be put: %s", number, error)
    connection.execute(
        "UPDATE monitor_schedule SET next_run = ?, last_job_id = ?, problem = ? WHERE rowid = ?",
        (following, job_id, problem, number),
    )


def _following(expression: object) -> tuple[float | None, str | None]:
    """Return when a schedule is due next, and what is wrong where it never is again."""
    try:
        if not isinstance(expression, str):
            return None, _damaged("cron cannot be read")
        return next_run(expression, datetime.now(UTC)).timestamp(), None
    except ParameterError as error:
        return None, f"{error.message} {error.hint}"


def _put_copy(connection: Connection, row: Row, put_again: Callable[[Any], str]) -> str:
    """Put the job of a schedule; where that fails, nothing of it stays."""
    connection.execute("SAVEPOINT schedule")
    try:
        job_id = put_again(row)
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended the whole of it
            connection.execute("ROLLBACK TO schedule")
        raise
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE schedule")
    return job_id


def _sentence(error: Exception) -> str:
    if isinstance(error, MonitorError):
        return f"{error.message} {error.hint}".strip()
    return f"{type(error).__name__}: {error}."
