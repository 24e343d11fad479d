"""Reads what ran in a stretch of time, from an index that holds all that is counted."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from queue_core.queue.job_record import JobStatus
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.database import Database
from queue_core.queue.store.schema import readable_id
from queue_core.queue.timeline import FAILURES, Crowd, Ended, Span, Timeline

MOST_SPANS = 2000
MOST_STEPS = 4000
LEAST_STEPS = 1.0
_STATUSES: Final[dict[object, JobStatus]] = {status.value: status for status in JobStatus}
_EPOCH_JULIAN: Final = 2440587.5
_DAY_S: Final = 86400.0
_FAILED = "status IN ({})".format(", ".join(repr(status.value) for status in sorted(FAILURES)))


def _seconds(column: str) -> str:
    return f"(julianday({column}) - {_EPOCH_JULIAN}) * {_DAY_S}"


# A row that waits shows the attempt before, which stands in the history, too.
_ROWS = (
    "SELECT rowid AS number, NULL AS attempt, status, task_type, started_at, finished_at "
    "FROM task_copy INDEXED BY monitor_started WHERE started_at IS NOT NULL AND started_at < :to "
    "AND (finished_at IS NULL OR finished_at >= :from) AND status != 'not_started' "
    "UNION ALL "
    "SELECT t.rowid, a.attempt, a.status, t.task_type, a.started_at, a.finished_at "
    "FROM monitor_attempt a INDEXED BY monitor_attempt_time JOIN task_copy t ON t.id = a.job_id "
    "WHERE a.started_at < :to AND a.finished_at >= :from "
    "AND (a.attempt < t.attempt OR t.status = 'not_started')"
)
_ENDS = (
    "CASE WHEN status = 'started' THEN :now "
    f"ELSE {_seconds('COALESCE(finished_at, started_at)')} END"
)
# One statement, so that all is of the same moment, and each time is read once. The longest attempts
# are told apart; where there are too many of them, the shorter ones are counted like the rest.
_QUERY = f"""
WITH found AS ({_ROWS}),
span AS MATERIALIZED (
    SELECT number, attempt, status, task_type, {_seconds("started_at")} AS begin_s, {_ENDS} AS end_s
    FROM found
),
long AS MATERIALIZED (
    SELECT *, end_s - begin_s AS took_s FROM span WHERE end_s - begin_s >= :least
    ORDER BY took_s DESC LIMIT :most
),
bound AS MATERIALIZED (
    SELECT CASE WHEN COUNT(*) = :most THEN MIN(took_s) ELSE :least END AS took_s FROM long
)
SELECT 'span' AS part, s.begin_s, s.end_s, s.status, s.task_type, s.attempt,
    {readable_id("t.")} AS id, t.job_name, t.attempt AS last, 0 AS step, 0 AS count, 0 AS failed
FROM long s JOIN task_copy t ON t.rowid = s.number
UNION ALL
SELECT 'crowd', 0, 0, '', task_type, 0, '', '', 0,
    CAST(CASE WHEN begin_s > :begin THEN (begin_s - :begin) / :step ELSE 0 END AS INTEGER) AS step,
    COUNT(*), SUM(CASE WHEN {_FAILED} THEN 1 ELSE 0 END)
FROM span WHERE end_s - begin_s < (SELECT took_s FROM bound) GROUP BY task_type, step
UNION ALL
SELECT 'ended', 0, 0, status, '', 0, '', '', 0,
    CASE WHEN status = 'started' OR end_s >= :end THEN -1
    ELSE CAST((end_s - :begin) / :step AS INTEGER) END AS step, COUNT(*), 0
FROM span GROUP BY step, status
UNION ALL
SELECT 'status', 0, 0, status, '', 0, '', '', 0, 0, COUNT(*), 0
FROM span WHERE begin_s < :inner_end AND end_s >= :inner_begin GROUP BY status
"""
_FIRST = "SELECT MIN(started_at) FROM task_copy INDEXED BY monitor_started WHERE started_at > ''"


def read_timeline(
    database: Database,
    begin_s: float,
    end_s: float,
    *,
    steps: int,
    least_steps: float = LEAST_STEPS,
    margin: float = 0.0,
) -> Timeline:
    """Return what ran between two moments.

    Args:
        database: The queue's database.
        begin_s: The first one, in seconds since 1970.
        end_s: The second one.
        steps: How many steps to divide it into; a few pixels of the screen each, say.
        least_steps: Attempts shorter than this many steps are counted only.
        margin: How much more to read on either side, as a share of the stretch; statuses are
            counted without it.
    """
    steps = max(1, min(MOST_STEPS, steps))
    length_s = max(0.001, end_s - begin_s)
    more_s, step_s = length_s * margin, length_s / steps
    outer_begin_s, outer_end_s = begin_s - more_s, begin_s + length_s + more_s
    values: dict[str, Any] = {
        "from": _text(outer_begin_s), "to": _text(outer_end_s), "begin": outer_begin_s,
        "end": outer_end_s, "inner_begin": begin_s, "inner_end": begin_s + length_s,
        "now": time.time(), "step": step_s, "least": least_steps * step_s, "most": MOST_SPANS,
    }  # fmt: skip
    rows = database.read(_QUERY, values)
    spans = [span for span in map(_span, rows) if span is not None]
    spans.sort(key=lambda span: span.begin_s)
    crowds = [
        Crowd(str(row["task_type"]), row["step"], row["count"], row["failed"] or 0)
        for row in rows
        if row["part"] == "crowd" and row["step"] is not None
    ]
    by_status: dict[JobStatus, int] = {}
    for row in rows:
        if row["part"] == "status":
            status = _status(row["status"])
            by_status[status] = by_status.get(status, 0) + row["count"]
    return Timeline(
        begin_s=outer_begin_s, end_s=outer_end_s, step_s=step_s, spans=spans, crowds=crowds,
        ended=_ended(rows), by_status=by_status, first_s=_first_s(database),
    )  # fmt: skip


def _ended(rows: Iterable[Any]) -> dict[int, Ended]:
    """Return what ended in each step."""
    ended: dict[int, Ended] = {}
    for row in rows:
        step = row["step"]
        if row["part"] == "ended" and step is not None and step >= 0:
            before = ended.get(step, Ended(0, 0))
            failed = row["count"] if _status(row["status"]) in FAILURES else 0
            ended[step] = Ended(before.count + row["count"], before.failed + failed)
    return ended


def _first_s(database: Database) -> float | None:
    row = database.read_one(f"SELECT {_seconds(f'({_FIRST})')}")
    return None if row is None or not isinstance(row[0], float) else row[0]


def _span(row: Any) -> Span | None:
    """Return one attempt; None where it is damaged, or the row tells of something else."""
    if row["part"] != "span":
        return None
    times = (row["begin_s"], row["end_s"])
    if not all(isinstance(moment, float) for moment in times) or not isinstance(row["id"], str):
        return None
    attempt = row["attempt"] if row["attempt"] is not None else row["last"]
    kind = str(row["task_type"])
    return Span(
        row["id"], str(row["job_name"] or kind), kind, _status(row["status"]),
        row["begin_s"], max(times), attempt if isinstance(attempt, int) else 1,
    )  # fmt: skip


def _status(stored: object) -> JobStatus:
    return _STATUSES.get(stored, JobStatus.KILLED)


def _text(moment_s: float) -> str:
    return to_text(datetime.fromtimestamp(moment_s, UTC))
