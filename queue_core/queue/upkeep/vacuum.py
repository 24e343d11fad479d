"""Gives the disk space of removed jobs back, without holding up the queue.

SQLite keeps the pages of removed rows for later. Files made with incremental vacuum give them
back in small steps; others are rewritten as a whole, which holds the write lock meanwhile, so
only where that is quick. Both keep the order of `rowid`, in which jobs are listed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from queue_core.errors import JobQueueError
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.database import Database

# Less than this is reused soon enough by new jobs.
_WORTHWHILE_BYTES = 16 * 1024 * 1024
_WORTHWHILE_PART = 0.25
_STEP_PAGES = 256
_LONGEST_PAUSE_S = 0.1
# A rewrite takes about a second for each 100 MiB on a slow disk; writers wait for five.
_REWRITE_LIMIT_BYTES = 200 * 1024 * 1024
_INCREMENTAL = 2
_SILENT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class VacuumReport:
    """What was given back.

    Attributes:
        freed_bytes: How much smaller the file is.
        reason: Why not more, one sentence; empty where all was given back.
    """

    freed_bytes: int = 0
    reason: str = ""


def vacuum(
    database: Database,
    *,
    worthwhile_bytes: int = _WORTHWHILE_BYTES,
    should_stop: Callable[[], bool] = lambda: False,
) -> VacuumReport:
    """Give unused pages of the database back to the disk, where that is worth it.

    Does nothing while jobs run, of whatever program, and for a server, which sees to its own space.

    Args:
        database: The queue's database.
        worthwhile_bytes: Less unused space than this is left alone.
        should_stop: Asked between two steps.

    Raises:
        JobQueueError: The database cannot be written.
    """
    if database.path is None:
        return VacuumReport(reason="The server uses the space of removed jobs again by itself.")
    page_bytes, pages, free = _pages(database)
    if free * page_bytes < worthwhile_bytes or free < pages * _WORTHWHILE_PART:
        return VacuumReport(reason="There is too little to give back.")
    if _jobs_run(database):
        return VacuumReport(reason="Jobs run; the space is given back when none does.")
    if _number(database, "auto_vacuum") == _INCREMENTAL:
        reason = _give_back_in_steps(database, should_stop)
    elif (pages - free) * page_bytes <= _REWRITE_LIMIT_BYTES:
        reason = _rewrite(database)
    else:
        reason = "The database is too large to be rewritten while others may use it."
    left = _pages(database)[1]
    return VacuumReport(freed_bytes=max(0, pages - left) * page_bytes, reason=reason)


def _give_back_in_steps(database: Database, should_stop: Callable[[], bool]) -> str:
    while _pages(database)[2]:
        if should_stop():
            return "It was told to stop."
        if _jobs_run(database):
            return "Jobs run; the rest is given back when none does."
        began = time.monotonic()
        with database.transaction(durable=False) as connection:
            # One page is given back for each row that is fetched.
            connection.execute(f"PRAGMA incremental_vacuum({_STEP_PAGES})").fetchall()
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_S))
    return ""


def _rewrite(database: Database) -> str:
    """Rewrite the file, and let it be vacuumed in steps from now on."""
    try:
        database.read(f"PRAGMA auto_vacuum={_INCREMENTAL}")
        database.read("VACUUM")
        database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            return "Another program uses the database now."
        raise JobQueueError(
            f"The space of removed jobs cannot be given back: {error}.",
            hint="Free some space: rewriting the database needs as much as it holds.",
        ) from error
    return ""


def _jobs_run(database: Database) -> bool:
    """Return whether a job runs; one of DashAI's that is long silent may have died with it."""
    recent = to_text(datetime.now(UTC) - _SILENT)
    row = database.read_one(
        "SELECT 1 FROM task_copy WHERE status = 'started' AND (origin = ? OR last_update > ?)",
        (OUR_ORIGIN, recent),
    )
    return row is not None


def _pages(database: Database) -> tuple[int, int, int]:
    """Return the bytes of a page, how many pages there are, and how many are unused."""
    return (
        _number(database, "page_size"),
        _number(database, "page_count"),
        _number(database, "freelist_count"),
    )


def _number(database: Database, pragma: str) -> int:
    row = database.read_one(f"PRAGMA {pragma}")
    return int(row[0]) if row else 0
