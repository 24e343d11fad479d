"""Says why a job waits, in a sentence."""

from __future__ import annotations

import json
import time
from datetime import datetime

from queue_core.queue.estimates import Expected, range_words
from queue_core.queue.store import schema
from queue_core.queue.store.columns import COLUMNS as _DESCRIBED
from queue_core.queue.store.connection import Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.labels import Offer
from queue_core.queue.store.presence import consumers
from queue_core.queue.store.state import is_paused
from queue_core.queue.store.stored import epoch
from queue_core.queue.values import WaitKind, WaitReason
from queue_core.runner.supervision.limits import gibibytes

COLUMNS = (
    "id, status, priority, position, not_before, blocked_by, attempt, max_attempts, error_msg, "
    "place, place_note, labels"
)


def why_waiting(
    database: Database, row: Row, *, memory_missing_bytes: int = 0, problem: str | None = None
) -> WaitReason | None:
    """Return why the job of *row* waits; None where it does not wait.

    Args:
        database: The queue's database.
        row: The columns `COLUMNS` of the job.
        memory_missing_bytes: How much memory must become free before a job may start.
        problem: What keeps the whole queue from working, e.g. a full disk.
    """
    if row["status"] != "not_started":
        return None
    if problem:
        return WaitReason(WaitKind.PROBLEM, problem)
    damaged = _damaged(row)
    if damaged:
        return WaitReason(
            WaitKind.PROBLEM,
            f"The job's row in the database is damaged: {', '.join(damaged)} cannot be read. It "
            "is put right or closed as soon as a program runs jobs.",
        )
    if row["blocked_by"]:
        return _after(database, row)
    if row["not_before"] is not None and row["not_before"] > time.time():
        return _not_before(row)
    if is_paused(database):
        return WaitReason(WaitKind.PAUSED, "The queue is paused.")
    running = consumers(database)
    if not running:
        return WaitReason(
            WaitKind.NO_WORKER, "No program runs jobs now: open the window to start them."
        )
    if row["labels"] and not any(row["labels"] in Offer(found.labels).texts for found in running):
        asked = ", ".join(json.loads(row["labels"]))
        return WaitReason(
            WaitKind.NO_WORKER, f"No program that runs jobs now has the labels {asked}.",
            {"labels": asked},
        )  # fmt: skip
    if row["place"] is not None:
        return _at_place(database, row)
    if memory_missing_bytes > 0:
        return WaitReason(
            WaitKind.MEMORY,
            f"Waiting for {gibibytes(memory_missing_bytes)} of free memory.",
            {"bytes": memory_missing_bytes},
        )
    return _position(database, row)


def _damaged(row: Row) -> list[str]:
    """Return the columns of *row* that hold what they cannot hold."""
    wrong = []
    for name in COLUMNS.split(", "):
        try:
            if row[name] is not None:
                _DESCRIBED[name].read(row[name])
        except (ValueError, TypeError, OverflowError):
            wrong.append(name)
    return wrong


def _after(database: Database, row: Row) -> WaitReason:
    others = database.read(
        "SELECT t.job_name, t.status FROM monitor_dependency d JOIN task_copy t "
        "ON t.id = d.after_id WHERE d.job_id = ? AND t.status != 'finished' ORDER BY t.rowid",
        (row["id"],),
    )
    names = [other["job_name"] for other in others]
    shown = " and ".join(f"“{name}”" for name in names[:2]) or "another job"
    if len(names) > 2:
        shown = f"“{names[0]}” and {len(names) - 1} more jobs"
    if any(other["status"] == "killed" for other in others):
        return WaitReason(
            WaitKind.AFTER_INTERRUPTED,
            f"After {shown}, which was interrupted: resume or remove it.",
            {"names": names},
        )
    return WaitReason(WaitKind.AFTER, f"After {shown}.", {"names": names})


def _not_before(row: Row) -> WaitReason:
    moment = epoch(row["not_before"])
    local = moment.astimezone()
    now = datetime.now().astimezone()
    shown = f"{local:%H:%M:%S}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"
    if row["attempt"] > 1:
        text = (
            f"Attempt {row['attempt']} of {row['max_attempts']} starts at {shown}, after: "
            f"{row['error_msg']}"
        )
        return WaitReason(
            WaitKind.RETRY, text,
            {"moment": moment, "attempt": row["attempt"], "of": row["max_attempts"],
             "error": row["error_msg"]},
        )  # fmt: skip
    return WaitReason(WaitKind.NOT_BEFORE, f"Not before {shown}.", {"moment": moment})


def _at_place(database: Database, row: Row) -> WaitReason:
    place = row["place"]
    if row["place_note"]:
        note = row["place_note"]
        return WaitReason(WaitKind.PLACE, note, {"place": place, "note": note})
    before = database.read_one(
        f"SELECT COUNT(*) FROM {schema.AWAY_ROWS} WHERE {schema.AWAY} AND place = ? "
        "AND (priority > ? OR (priority = ? AND position < ?))",
        (place, row["priority"], row["priority"], row["position"]),
    )
    position = 1 + (before[0] if before else 0)
    text = f"Next for {place}." if position == 1 else f"{_ordinal(position)} for {place}."
    return WaitReason(WaitKind.PLACE, text, {"place": place, "position": position})


def _position(database: Database, row: Row) -> WaitReason:
    before = database.read_one(
        f"SELECT COUNT(*) FROM {schema.READY_ROWS} WHERE {schema.READY} "
        "AND (priority > ? OR (priority = ? AND position < ?))",
        (time.time(), row["priority"], row["priority"], row["position"]),
    )
    position = 1 + (before[0] if before else 0)
    text = "Next in the queue." if position == 1 else f"{_ordinal(position)} in the queue."
    return WaitReason(WaitKind.POSITION, text, {"position": position})


def with_start(reason: WaitReason, start: Expected | None) -> WaitReason:
    """Return why a job waits, with when it starts where that is known."""
    if start is None:
        return reason
    values = {**reason.values, "start_low_s": start.low_s, "start_high_s": start.high_s}
    text = reason.text
    if start.high_s >= 1:
        text = f"{text[:-1]}; starts in {range_words(start)}."
    return WaitReason(reason.kind, text, values)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(
        number % 10, "th"
    )  # fmt: skip
    return f"{number:,}{ending}"
