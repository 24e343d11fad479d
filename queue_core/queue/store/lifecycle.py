"""The life of a job: every transition of a row of `task_copy`, one function each, beside its SQL.

    put ──► waiting ──claim──► running ──end──► finished · error · cancelled · killed
              ▲  │                │  │
              │  └─ cancel, skip,   │  └─ interrupt (its owner is dead) ──► killed · cancelled
              │     give_up          │
              └───── end, with another attempt to come ◄─┘

Each function runs within a transaction of the caller, checks the state that it comes from, and says
whether it happened. Every end goes through `_settle`, which lets go what waits for the job and
leaves its entity to be closed where the job did not do that itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Final

from queue_core.queue.job_record import OUR_ORIGIN, JobStatus
from queue_core.queue.store import dependencies, history, triage
from queue_core.queue.store.clock import host_id, now_text
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.handover import (
    Cancelled,
    Claim,
    EndedAttempt,
    NewJob,
    claim_of,
    end_values,
    status_after,
)
from queue_core.queue.store.labels import ANYTHING, Offer
from queue_core.queue.store.messages import add_message, forget_message
from queue_core.queue.store.queries import locate
from queue_core.queue.store.schema import READY, READY_ROWS, RUN_ORDER

INTERRUPTED: Final = "Interrupted: the program or the computer went down while the job ran."

# What of a row belongs to the attempt that runs, and goes when another one begins.
_FORGET_ATTEMPT = (
    "finished_at = NULL, run_seconds = NULL, progress = NULL, progress_message = NULL, "
    "requested = NULL, paused = 0, memory_bytes = NULL, message_id = NULL, node = NULL, "
    "place_note = NULL, ticket = NULL"
)
_FORGET_ERROR = (
    "error_msg = NULL, error_hint = NULL, error_type = NULL, error_causes = NULL, "
    "error_frames = NULL, traceback = NULL, exit_code = NULL, exit_signal = NULL, "
    "fingerprint = NULL, solved_by = NULL"
)
_FORGET_OWNER = "pid = NULL, owner = NULL, owner_host = NULL"


# Put ---------------------------------------------------------------------------------------------


_PUT_FIELDS = tuple(item.name for item in fields(NewJob))
_GIVEN_COLUMNS = ("status", "origin", "enqueued_at", "last_update", "message_id", "position",
                  "blocked_by")  # fmt: skip
_INSERT = (
    f"INSERT INTO task_copy ({', '.join((*_PUT_FIELDS, *_GIVEN_COLUMNS))}) "
    f"VALUES ({', '.join('?' * (len(_PUT_FIELDS) + len(_GIVEN_COLUMNS)))})"
)
# A position that another program has made unusable must not reach the jobs that come after it.
_LAST_POSITION = (
    "SELECT position FROM task_copy WHERE typeof(position) IN ('real', 'integer') "
    "AND position < 9e15 ORDER BY position DESC LIMIT 1"
)


def put(connection: Connection, job: NewJob, message: bytes) -> None:
    """Store a waiting job and Huey's message for it; both or neither, by the transaction."""
    message_id = add_message(connection, message, job.priority)
    blocked = dependencies.block(connection, job.id, job.after)
    last = connection.execute(_LAST_POSITION).fetchone()
    now = now_text()
    connection.execute(
        _INSERT,
        (
            *(getattr(job, name) for name in _PUT_FIELDS), JobStatus.NOT_STARTED, OUR_ORIGIN, now,
            now, message_id, 1.0 if last is None else last[0] + 1.0, blocked,
        ),
    )  # fmt: skip
    for after_id, status in dependencies.failed_already(connection, job.after):
        let_go(connection, after_id, status)


def withdraw(connection: Connection, job_id: str) -> bool:
    """Take back a job whose `put` failed after all; False where it has started already."""
    row = connection.execute(
        "DELETE FROM task_copy WHERE id = ? AND status = 'not_started' RETURNING message_id",
        (job_id,),
    ).fetchone()
    if row is not None:
        forget_message(connection, row["message_id"])
    return row is not None


# Run ---------------------------------------------------------------------------------------------


_NEXT = (
    f"SELECT rowid, id, message_id, reuse_key FROM {READY_ROWS} WHERE {READY} AND {{suits}} "
    f"ORDER BY {RUN_ORDER} LIMIT 1"
)
CLAIM = (
    "UPDATE task_copy SET status = 'started', started_at = :now, last_update = :now, "
    f"not_before = NULL, owner = :owner, owner_host = :host, pid = :pid, {_FORGET_ATTEMPT}, "
    "attempt = CASE WHEN typeof(attempt) = 'integer' AND attempt > 0 THEN attempt ELSE 1 END, "
    f"worker = :worker, {_FORGET_ERROR} WHERE rowid = :rowid AND status = 'not_started' "
    "RETURNING id, attempt, owner, started_at, task_type, job_blob, timeout_s, "
    "memory_limit_bytes, max_attempts, retry_delay_s, reuse_key, place"
)


def claim(
    connection: Connection, owner: str, worker: str,
    choose_pid: Callable[[str | None], int | None], now_s: float,
    offer: Offer = ANYTHING,
) -> Claim | None:  # fmt: skip
    """Take the next ready job off the queue and mark it started; None where no job is ready.

    Args:
        connection: An open transaction: no crash can leave a job neither waiting nor running.
        owner: The consumer that runs it.
        worker: Its name for people; see `queue.worker_name`.
        choose_pid: Returns the process that will run a job of this reuse key.
        now_s: The time, for jobs that are put off.
        offer: The labels of the consumer.
    """
    query, values = _NEXT.format(suits=offer.sql), (now_s, *offer.texts)
    while (row := connection.execute(query, values).fetchone()) is not None:
        forget_message(connection, row["message_id"])
        if not isinstance(row["id"], str):
            give_up(connection, row["rowid"], "Its id cannot be read.")
            continue
        key = row["reuse_key"] if isinstance(row["reuse_key"], str) else None
        found = connection.execute(
            CLAIM, {"now": now_text(), "owner": owner, "host": host_id(), "pid": choose_pid(key),
                    "worker": worker, "rowid": row["rowid"]},
        ).fetchone()  # fmt: skip
        return claim_of(found, key)
    return None


# What was claimed is ours, whatever the row says of that by now.
_END = (
    f"UPDATE task_copy SET origin = '{OUR_ORIGIN}', status = :status, "
    "finished_at = :finished, last_update = :now, "
    "run_seconds = :run, paused_seconds = :paused, error_msg = :message, error_hint = :hint, "
    "error_type = :type, error_causes = :causes, error_frames = :frames, traceback = :traceback, "
    "fingerprint = :fingerprint, metric = :metric, metric_value = :metric_value, "
    "exit_code = :code, exit_signal = :signal, result = :result, "
    "progress = CASE WHEN :status = 'finished' THEN 100 ELSE progress END, requested = NULL, "
    "paused = 0, memory_bytes = NULL, place_note = NULL, "
    "peak_memory_bytes = COALESCE(:peak, peak_memory_bytes), "
    "cpu_time_s = COALESCE(:cpu, cpu_time_s), max_attempts = :most, "
    "entity_open = CASE WHEN :own_end = 1 THEN 0 ELSE entity_open END, "
    "interruptions = interruptions + CASE WHEN :status = 'killed' THEN 1 ELSE 0 END, "
    f"{_FORGET_OWNER} WHERE rowid = :rowid"
)


def end(connection: Connection, ended: EndedAttempt) -> JobStatus | None:
    """Store the end of an attempt; return the status that it leaves.

    None where the job is not ours to end any more: its row is gone, or shows another start. Where
    the user has asked to cancel it meanwhile, it is cancelled, whatever the attempt came to:
    `cancel` has said so. A status that another program has put into the row while the job ran here
    is put right, as long as the row shows this start, or this owner and attempt. What has not begun
    waits again, where the row shows its very start: another thread may have taken it since.
    """
    claimed = ended.claim
    both = "OR" if ended.has_begun else "AND"
    row = connection.execute(
        "SELECT rowid, requested FROM task_copy "
        f"WHERE id = ? AND (started_at = ? {both} owner = ? AND attempt = ?)",
        (claimed.job_id, claimed.started_at, claimed.owner, claimed.attempt),
    ).fetchone()
    if row is None:
        return None
    if not ended.has_begun and row["requested"] != "cancel":
        _wait_again(connection, claimed.job_id, row["rowid"], None, used=0)
        return JobStatus.NOT_STARTED
    # `cancel` has said so.
    status = JobStatus.CANCELLED if row["requested"] == "cancel" else status_after(ended.outcome)
    connection.execute(
        _END, {"rowid": row["rowid"], "most": ended.max_attempts, **end_values(ended, status)}
    )
    if ended.retry_at_s is not None and status is JobStatus.ERROR:
        history.keep_attempt(connection, row["rowid"])
        _wait_again(connection, claimed.job_id, row["rowid"], ended.retry_at_s)
        return JobStatus.NOT_STARTED
    if status is JobStatus.FINISHED:
        triage.solve(connection, claimed.job_id)
    _settle(connection, claimed.job_id, status)
    return status


def _wait_again(
    connection: Connection, job_id: str, rowid: int, not_before_s: float | None, *, used: int = 1
) -> None:
    """Put a claimed job back into the queue, *used* attempts on; what it failed of stays."""
    row = connection.execute("SELECT priority FROM task_copy WHERE rowid = ?", (rowid,)).fetchone()
    message_id = add_message(connection, job_id.encode(), row["priority"])
    connection.execute(
        "UPDATE task_copy SET status = 'not_started', attempt = attempt + ?, not_before = ?, "
        f"started_at = NULL, last_update = ?, fingerprint = NULL, {_FORGET_OWNER}, "
        f"{_FORGET_ATTEMPT} WHERE rowid = ?",
        (used, not_before_s, now_text(), rowid),
    )
    connection.execute("UPDATE task_copy SET message_id = ? WHERE rowid = ?", (message_id, rowid))


# Orders to running jobs --------------------------------------------------------------------------


def ask(connection: Connection, job_id: str, order: str) -> bool:
    """Store an order to a running job for its owner, `pause` or `resume`; never undo a cancel."""
    return _changed(
        connection,
        "UPDATE task_copy SET requested = ?, last_update = ? WHERE id = ? AND status = 'started' "
        "AND requested IS NOT 'cancel'",
        (order, now_text(), job_id),
    )


def set_paused(connection: Connection, job_id: str, owner: str, *, paused: bool) -> bool:
    """Store that a running job was suspended, or goes on."""
    return _changed(
        connection,
        "UPDATE task_copy SET paused = ?, requested = CASE WHEN requested IN ('pause', 'resume') "
        "THEN NULL ELSE requested END, last_update = ? "
        "WHERE id = ? AND owner = ? AND status = 'started'",
        (int(paused), now_text(), job_id, owner),
    )


def reassert(connection: Connection, job_id: str, owner: str, pid: int) -> bool:
    """Put back the status of a job that runs here and that another program has closed.

    DashAI marks all running rows as killed when it starts, ours too.
    """
    return _changed(
        connection,
        "UPDATE task_copy SET status = 'started', error_msg = NULL, pid = ?, owner = ?, "
        "last_update = ? WHERE id = ? AND (status != 'started' OR owner IS NOT ?)",
        (pid, owner, now_text(), job_id, owner),
    )


# Ends without a run of their own -----------------------------------------------------------------


def cancel(connection: Connection, job_id: str) -> Cancelled:
    """Cancel a waiting job; mark a running one, which then cannot end otherwise."""
    now = now_text()
    row = connection.execute(
        "UPDATE task_copy SET status = 'cancelled', finished_at = ?, last_update = ?, "
        "not_before = NULL, requested = NULL WHERE id = ? AND status = 'not_started' "
        "RETURNING message_id",
        (now, now, job_id),
    ).fetchone()
    if row is not None:
        forget_message(connection, row["message_id"])
        connection.execute("UPDATE task_copy SET message_id = NULL WHERE id = ?", (job_id,))
        _settle(connection, job_id, JobStatus.CANCELLED)
        return Cancelled.WAITING
    asked = _changed(
        connection,
        "UPDATE task_copy SET requested = 'cancel', last_update = ? "
        "WHERE id = ? AND status = 'started'",
        (now, job_id),
    )
    return Cancelled.ASKED if asked else Cancelled.TOO_LATE


def interrupt(connection: Connection, rowid: int, owner: object) -> JobStatus | None:
    """End a running job whose owner is dead, unless another program has just done so.

    It is found by its place, for its id may be damaged. It is not run again unasked: what took the
    machine down would do it again.
    """
    row = connection.execute(
        "UPDATE task_copy SET status = CASE WHEN requested IS 'cancel' THEN 'cancelled' "
        "ELSE 'killed' END, finished_at = last_update, last_update = :now, "
        "error_msg = CASE WHEN requested IS 'cancel' THEN NULL ELSE :why END, "
        "error_type = CASE WHEN requested IS 'cancel' THEN NULL ELSE 'Interrupted' END, "
        "interruptions = interruptions + CASE WHEN requested IS 'cancel' THEN 0 ELSE 1 END, "
        "requested = NULL, "
        f"paused = 0, memory_bytes = NULL, {_FORGET_OWNER} "
        "WHERE rowid = :rowid AND status = 'started' AND owner IS :owner RETURNING id, status",
        {"now": now_text(), "why": INTERRUPTED, "rowid": rowid, "owner": owner},
    ).fetchone()
    if row is None:
        return None
    status = JobStatus(row["status"])
    if isinstance(row["id"], str):
        _settle(connection, row["id"], status)
    return status


def give_up(connection: Connection, rowid: int, why: str, *, started_by: str | None = None) -> bool:
    """End a row in error that is damaged so that it can never run or end by itself.

    With *started_by* only as long as it says that this consumer runs it.
    """
    now = now_text()
    row = connection.execute(
        "UPDATE task_copy SET status = 'error', error_msg = ?, error_type = 'DamagedRow', "
        "error_hint = 'Another program or a fault of the disk has changed it; put the job again.', "
        f"finished_at = ?, last_update = ?, not_before = NULL, {_FORGET_OWNER}, requested = NULL, "
        "paused = 0 WHERE rowid = ? AND status NOT IN ('finished', 'error', 'cancelled', 'killed') "
        "AND (?5 IS NULL OR owner = ?5) RETURNING id, message_id",
        (f"The job's row in the database is damaged. {why}", now, now, rowid, started_by),
    ).fetchone()
    if row is None:
        return False
    forget_message(connection, row["message_id"])
    connection.execute("UPDATE task_copy SET message_id = NULL WHERE rowid = ?", (rowid,))
    if isinstance(row["id"], str):
        _settle(connection, row["id"], JobStatus.ERROR)
    return True


def remove(connection: Connection, job_id: str) -> bool:
    """Delete an ended job of ours; what still waited for it is let go."""
    condition, parameters = locate(job_id)
    row = connection.execute(
        f"SELECT rowid FROM task_copy WHERE {condition} AND origin = ? "
        "AND status NOT IN ('not_started', 'started')",
        (*parameters, OUR_ORIGIN),
    ).fetchone()
    if row is None:
        return False
    let_go(connection, job_id, dependencies.REMOVED)
    return _changed(connection, "DELETE FROM task_copy WHERE rowid = ?", (row["rowid"],))


def forget(connection: Connection, rowids: Sequence[int], removable: str) -> list[object]:
    """Delete old rows, as far as they still meet the condition *removable*; return their ids."""
    marks = ",".join("?" * len(rowids))
    deleted = connection.execute(
        f"DELETE FROM task_copy NOT INDEXED WHERE rowid IN ({marks}) AND {removable} RETURNING id",
        rowids,
    ).fetchall()
    return [row["id"] for row in deleted]


# What every end has in common --------------------------------------------------------------------


def _settle(connection: Connection, job_id: str, status: JobStatus) -> None:
    """Let go what waits for a job that has ended.

    An interrupted job lets go of nobody: it may be resumed, and those behind it wait for that.
    """
    if status is not JobStatus.KILLED:
        let_go(connection, job_id, status)


def let_go(connection: Connection, job_id: str, status: str) -> None:
    """Tell the jobs that wait for *job_id* that it has ended; skip those that then cannot run."""
    waiting = [(job_id, status)]
    while waiting:
        ended_id, ended_status = waiting.pop()
        waiting.extend(
            (skipped_id, JobStatus.CANCELLED)
            for skipped_id in dependencies.release(connection, ended_id, ended_status)
            if skip(connection, skipped_id, ended_id, ended_status)
        )


def skip(connection: Connection, job_id: str, because_id: str, status: str) -> bool:
    """Cancel a waiting job because one that it waited for did not finish."""
    name = connection.execute(
        "SELECT job_name FROM task_copy WHERE id = ?", (because_id,)
    ).fetchone()
    shown = f"“{name[0]}”" if name and name[0] else "the job before it"
    verb = {"error": "failed", "cancelled": "was cancelled"}.get(status, "was removed")
    now = now_text()
    row = connection.execute(
        "UPDATE task_copy SET status = 'cancelled', error_msg = ?, error_type = 'Skipped', "
        "finished_at = ?, last_update = ?, not_before = NULL "
        "WHERE id = ? AND status = 'not_started' RETURNING message_id",
        (f"Skipped, because {shown} {verb}.", now, now, job_id),
    ).fetchone()
    if row is None:
        return False
    forget_message(connection, row["message_id"])
    connection.execute("UPDATE task_copy SET message_id = NULL WHERE id = ?", (job_id,))
    return True


def _changed(connection: Connection, sql: str, parameters: tuple[object, ...]) -> bool:
    return connection.execute(sql, parameters).rowcount > 0
