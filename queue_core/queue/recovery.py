"""Makes `task_copy` and reality agree after a program has gone without a word."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass

from queue_core.queue import dependencies
from queue_core.queue.base import OUR_ORIGIN
from queue_core.queue.clock import now_text, owner_is_alive
from queue_core.queue.connection import Database
from queue_core.runner.orphans import end_orphans, is_our_child

logger = logging.getLogger(__name__)

INTERRUPTED = "Interrupted: the program or the computer went down while the job ran."


@dataclass(frozen=True)
class Recovered:
    """What recovery found.

    Attributes:
        interrupted: Jobs that ran when their program went down; `killed` now.
        cancelled: Jobs that were being cancelled then; `cancelled` now.
        requeued: Waiting jobs whose message was gone; they run in their turn.
    """

    interrupted: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    requeued: int = 0


def recover(database: Database) -> Recovered:
    """Close the jobs of dead owners; never touches a job whose owner lives, or DashAI's.

    A job that was running is not run again unasked: what took the machine down would do it again.
    A waiting job stays waiting: `claim` takes it off `task_copy` and makes its message anew where
    Huey no longer holds one.
    """
    dead = [
        row for row in _started(database) if not owner_is_alive(row["owner"], row["owner_host"])
    ]
    if not dead:
        return Recovered()
    # Their children end by themselves; make sure of it before anything new is started.
    end_orphans([pid for row in dead if (pid := _surviving_child(row)) is not None])
    interrupted: list[str] = []
    cancelled: list[str] = []
    with database.transaction() as connection:
        for row in dead:
            if _close(connection, row):
                (cancelled if row["requested"] == "cancel" else interrupted).append(row["id"])
    if interrupted:
        logger.info("%d jobs were interrupted by the end of their program", len(interrupted))
    return Recovered(tuple(interrupted), tuple(cancelled))


def _started(database: Database) -> list[sqlite3.Row]:
    return database.read(
        "SELECT id, owner, owner_host, pid, requested, started_at FROM task_copy "
        "WHERE status = 'started' AND origin = ?",
        (OUR_ORIGIN,),
    )


def _close(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """End the job of a dead owner, unless another program has just done so."""
    cancelled = row["requested"] == "cancel"
    now = now_text()
    changed = connection.execute(
        "UPDATE task_copy SET status = ?, error_msg = ?, error_type = ?, last_update = ?, "
        "finished_at = last_update, pid = NULL, owner = NULL, owner_host = NULL, requested = NULL, "
        "paused = 0, memory_bytes = NULL, interruptions = interruptions + ? "
        "WHERE id = ? AND status = 'started' AND owner IS ?",
        (
            "cancelled" if cancelled else "killed", None if cancelled else INTERRUPTED,
            None if cancelled else "Interrupted", now, 0 if cancelled else 1, row["id"],
            row["owner"],
        ),
    ).rowcount  # fmt: skip
    if changed:
        dependencies.release(connection, row["id"], "cancelled" if cancelled else "killed")
    return bool(changed)


def _surviving_child(row: sqlite3.Row) -> int | None:
    """Return the pid of the job's child if that very process still runs."""
    from queue_core.runner.process_tree import process_start

    pid = row["pid"]
    _, _, owner_start = (row["owner"] or "").partition(":")
    if not pid or not owner_start:
        return None
    start = process_start(pid)
    # A child is younger than its owner; and it leads a session of its own.
    import os

    if start is None or start < float(owner_start) - 1:
        return None
    try:
        leads = hasattr(os, "getsid") and os.getsid(pid) == pid
    except OSError:
        return None
    return pid if leads and is_our_child(pid) else None
