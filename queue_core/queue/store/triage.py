"""Failed jobs by what they failed of: groups of failures that are alike, and what became of them.

The fingerprint of a failure is stored with its end; a success looks, in the same transaction, for
the failures that it puts right. So asking reads one narrow index, however many failures there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from queue_core.errors import JobQueueError
from queue_core.failures.fingerprint import fingerprint, place_of
from queue_core.queue.store.clock import from_text, now_text
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.queries import ID
from queue_core.queue.store.schema import FAILED, NAMELESS, UNSOLVED
from queue_core.queue.values import DAYS_SHOWN, FailureGroup, FailureState

_BATCH: Final = 500
_MOST_GROUPS: Final = 500

# Only what the index holds: a hundred thousand failures are summed up in some 50 ms.
_SUMS = (
    "SELECT fingerprint, substr(finished_at, 1, 10) AS day, COUNT(*) AS count, "
    "SUM(CASE WHEN solved_by IS NULL THEN 1 ELSE 0 END) AS open, "
    "MIN(finished_at) AS first, MAX(finished_at) AS last, "
    f"MAX(rowid) AS latest FROM task_copy INDEXED BY monitor_failed WHERE {FAILED} "
    "GROUP BY fingerprint, day"
)
_LATEST = (
    f"SELECT rowid, {ID} AS id, job_name, task_type, error_type, error_msg, error_hint, traceback "
    "FROM task_copy WHERE rowid IN ({marks})"
)
_OF_GROUP = (
    f"SELECT {ID} AS id FROM task_copy INDEXED BY monitor_failed WHERE {FAILED} "
    "AND fingerprint = ? ORDER BY rowid DESC LIMIT ?"
)
# One of each: what failed ten times with the same parameters need not run ten times.
_TO_RETRY = (
    f"SELECT {ID} AS id FROM task_copy WHERE rowid IN ("
    f"SELECT MAX(rowid) FROM task_copy t INDEXED BY monitor_failed WHERE {FAILED} "
    "AND fingerprint = ? AND solved_by IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM task_copy r WHERE r.retry_of = t.id) "
    "GROUP BY job_name, task_type, params ORDER BY MAX(rowid) LIMIT ?) ORDER BY rowid"
)
_ANY_NAMELESS = f"SELECT 1 FROM task_copy INDEXED BY monitor_nameless WHERE {NAMELESS} LIMIT 1"
_SAME_WORK = (
    "UPDATE task_copy SET solved_by = :id, last_update = :now "
    f"WHERE {UNSOLVED} AND (job_name, task_type, params) = "
    "(SELECT job_name, task_type, params FROM task_copy WHERE id = :id)"
)
_SAME_LINE = (
    "WITH RECURSIVE line(id) AS (SELECT retry_of FROM task_copy WHERE id = :id UNION "
    "SELECT t.retry_of FROM line JOIN task_copy t ON t.id = line.id WHERE t.retry_of IS NOT NULL) "
    "UPDATE task_copy SET solved_by = :id, last_update = :now "
    # By its id alone: the planner would rather walk all that failed.
    f"WHERE id IN (SELECT id FROM line) AND {UNSOLVED.replace('status', '+status')}"
)


def solve(connection: Connection, job_id: str) -> None:
    """Note that a job has finished which failed before: it, or another one that does the same."""
    values = {"id": job_id, "now": now_text()}
    connection.execute(_SAME_WORK, values)
    connection.execute(_SAME_LINE, values)


def read_failures(database: Database) -> list[FailureGroup]:
    """Return the failures of our jobs by what they failed of, the last seen first."""
    name_failures(database)
    ignored = {row[0] for row in database.read("SELECT fingerprint FROM monitor_ignored")}
    sums: dict[str, list[Row]] = {}
    for row in database.read(_SUMS):
        if not isinstance(row["fingerprint"], str):  # another program has changed it
            continue
        sums.setdefault(row["fingerprint"], []).append(row)
    newest = sorted(sums.values(), key=_last, reverse=True)[:_MOST_GROUPS]
    latest = _latest(database, [max(row["latest"] for row in rows) for rows in newest])
    today = datetime.now(UTC).date()
    days = [str(today - timedelta(days=ago)) for ago in reversed(range(DAYS_SHOWN))]
    groups = (_group(rows, latest, days, ignored) for rows in newest)
    return [group for group in groups if group is not None]


def read_ids(database: Database, name: str, *, limit: int) -> list[str]:
    """Return the jobs of a group, the latest first."""
    return [row["id"] for row in database.read(_OF_GROUP, (name, limit))]


def ids_to_retry(database: Database, name: str, *, limit: int) -> list[str]:
    """Return the jobs of a group that are worth another try, the oldest first.

    Left out is what was solved or repeated already, and of jobs that do the same all but the last.
    """
    return [row["id"] for row in database.read(_TO_RETRY, (name, limit))]


def ignore(connection: Connection, names: Iterable[str], *, ignored: bool) -> None:
    """Leave groups out of what is to be looked at, or take them in again."""
    for name in names:
        if ignored:
            connection.execute(
                "INSERT INTO monitor_ignored (fingerprint, since) VALUES (?, ?) "
                "ON CONFLICT DO NOTHING",
                (name, now_text()),
            )
        else:
            connection.execute("DELETE FROM monitor_ignored WHERE fingerprint = ?", (name,))


def name_failures(database: Database) -> None:
    """Give failures of earlier versions, and those that ended without a run, their fingerprint.

    A file that can only be read stays as it is.
    """
    try:
        while database.read_one(_ANY_NAMELESS) is not None:
            database.write(_name_some, durable=False)
    except JobQueueError:
        return


def _name_some(connection: Connection) -> None:
    rows = connection.execute(
        "SELECT rowid, error_type, error_msg, traceback FROM task_copy "
        f"INDEXED BY monitor_nameless WHERE {NAMELESS} LIMIT {_BATCH}"
    ).fetchall()
    connection.executemany(
        "UPDATE task_copy SET fingerprint = ? WHERE rowid = ?",
        [
            (fingerprint(*map(_text, (row["error_type"], row["error_msg"], row["traceback"]))),
             row["rowid"])
            for row in rows
        ],
    )  # fmt: skip


def _latest(database: Database, rowids: Sequence[int]) -> dict[int, Row]:
    marks = ",".join("?" * len(rowids))
    rows = database.read(_LATEST.format(marks=marks), list(rowids))
    return {row["rowid"]: row for row in rows}


def _last(rows: Sequence[Row]) -> str:
    return max(_text(row["last"]) for row in rows)


def _group(
    rows: Sequence[Row], latest: dict[int, Row], days: Sequence[str],
    ignored: set[str],
) -> FailureGroup | None:  # fmt: skip
    job = latest.get(max(row["latest"] for row in rows))
    if job is None:  # removed meanwhile
        return None
    name = rows[0]["fingerprint"]
    by_day = {row["day"]: row["count"] for row in rows}
    open_count = sum(row["open"] for row in rows)
    state = FailureState.OPEN if open_count else FailureState.SOLVED
    return FailureGroup(
        fingerprint=name,
        state=FailureState.IGNORED if name in ignored else state,
        error_type=_text(job["error_type"]),
        message=_text(job["error_msg"]),
        hint=_text(job["error_hint"]),
        place=place_of(_text(job["traceback"])),
        count=sum(row["count"] for row in rows),
        open_count=open_count,
        first_seen=from_text(min(_text(row["first"]) for row in rows)),
        last_seen=from_text(_last(rows)),
        by_day=tuple(by_day.get(day, 0) for day in days),
        latest_id=str(job["id"]),
        latest_name=_text(job["job_name"]) or _text(job["task_type"]),
        task_type=_text(job["task_type"]),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
