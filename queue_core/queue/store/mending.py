"""Finds rows of ours that could never run nor end, and says so in them or puts them right.

Such rows are made by other programs that write into the file, by bits that flip, and by jobs that
are deleted behind the back of those that wait for them. One of them must not wait for ever, and
must not hold up the others.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

from queue_core.errors import UntrustedBlobError
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store import dependencies, lifecycle
from queue_core.queue.store.columns import COLUMNS, storage_classes
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.schema import (
    DAMAGED_ID,
    NO_STATUS,
    NOT_OURS,
    is_damaged_id,
)
from queue_core.queue.store.serializer import MAGIC
from queue_core.queue.store.stored import LAST_MOMENT_S
from queue_core.queue.values import AfterPolicy

logger = logging.getLogger(__name__)

_WAITING: Final = f"status = 'not_started' AND origin = '{OUR_ORIGIN}'"
# What decides whether and when a job runs; a wrong type in it is not looked at again by a query.
_DECIDING: Final = ("id", "priority", "position", "not_before", "blocked_by", "attempt", "place",
             "labels")  # fmt: skip
_WRONG_TYPE: Final = f"{is_damaged_id()} OR " + " OR ".join(
    f"typeof({name}) NOT IN {storage_classes(COLUMNS[name])}" for name in _DECIDING
)
# Labels that no worker could offer, for they are none.
_NO_LABELS: Final = "labels IS NOT NULL AND labels NOT LIKE '[\"%\"]'"
_NEVER_DUE: Final = f"not_before IS NOT NULL AND NOT not_before BETWEEN 0 AND {LAST_MOMENT_S}"


def mend(database: Database, is_ours: Callable[[object, str], bool]) -> int:
    """Look through the rows that wait, and mend what never would run; return how many were touched.

    Args:
        database: The queue's database.
        is_ours: Returns whether a stored job carries our signature for this id.

    Raises:
        JobQueueError: The database cannot be read or written.
    """
    database.look_over()
    if not _something_is_wrong(database):
        return 0

    def write(connection: Connection) -> int:
        return sum(
            step(connection)
            for step in (
                lambda c: _take_back(c, is_ours), _unknown_statuses, _wrong_values, _orders,
                _ended_before, _counts,
            )
        )  # fmt: skip

    touched = database.write(write)
    if touched:
        logger.warning("%d damaged rows of the job table were put right or closed", touched)
    return touched


def _something_is_wrong(database: Database) -> bool:
    """Look without the write lock, which is rarely needed."""
    return any(
        database.read_one(f"{query} LIMIT 1") is not None
        for query in (_FOREIGN, _UNKNOWN, _WRONG, _ORDERED, _ENDED, _MISCOUNTED)
    )


_FOREIGN = (
    "SELECT rowid, id, job_blob FROM task_copy INDEXED BY monitor_others "
    f"WHERE {NOT_OURS} AND substr(job_blob, 1, {len(MAGIC)}) = x'{MAGIC.hex()}'"
)
_UNKNOWN = (
    "SELECT rowid FROM task_copy INDEXED BY monitor_unknown "
    f"WHERE {NO_STATUS} AND origin = '{OUR_ORIGIN}'"
)
_WRONG = (
    f"SELECT rowid, {', '.join(_DECIDING)} FROM task_copy "
    f"WHERE {_WAITING} AND ({_WRONG_TYPE} OR {_NEVER_DUE} OR {_NO_LABELS})"
)
_ORDERED = f"SELECT rowid, id, requested FROM task_copy WHERE {_WAITING} AND requested IS NOT NULL"
_ENDED = (
    "SELECT DISTINCT d.after_id, COALESCE(t.status, 'removed') AS status FROM monitor_dependency d "
    "LEFT JOIN task_copy t ON t.id = d.after_id "
    "WHERE t.status IS NULL OR t.status IN ('finished', 'error', 'cancelled')"
)
_COUNT = "(SELECT COUNT(*) FROM monitor_dependency d WHERE d.job_id = task_copy.id)"
_MISCOUNTED = (
    "SELECT rowid, id, after_ids, after_policy FROM task_copy "
    f"WHERE {_WAITING} AND (blocked_by != 0 OR after_ids IS NOT NULL) AND blocked_by != {_COUNT}"
)


def _take_back(connection: Connection, is_ours: Callable[[object, str], bool]) -> int:
    """Take back rows of ours whose origin was changed: their signature tells."""
    count = 0
    for row in connection.execute(_FOREIGN).fetchall():
        if isinstance(row["id"], str) and is_ours(row["job_blob"], row["id"]):
            connection.execute(
                "UPDATE task_copy SET origin = ? WHERE rowid = ?", (OUR_ORIGIN, row["rowid"])
            )
            count += 1
    return count


def _unknown_statuses(connection: Connection) -> int:
    rows = connection.execute(_UNKNOWN).fetchall()
    return sum(lifecycle.give_up(connection, row[0], "Its status cannot be read.") for row in rows)


def _wrong_values(connection: Connection) -> int:
    rows = connection.execute(_WRONG).fetchall()
    for row in rows:
        if not _is_good("id", row["id"]):
            connection.execute(
                "UPDATE task_copy SET id = ? WHERE rowid = ?",
                (f"{DAMAGED_ID}{row['rowid']}", row["rowid"]),
            )
        wrong = [name for name in _DECIDING if not _is_good(name, row[name])]
        what = ", ".join(wrong) or "Its time"
        lifecycle.give_up(connection, row["rowid"], f"{what} cannot be read.")
    return len(rows)


def _is_good(name: str, stored: object) -> bool:
    try:
        if stored is not None:
            COLUMNS[name].read(stored)
    except (ValueError, TypeError, OverflowError):
        return False
    return stored is not None or name in ("not_before", "place", "labels")


def _orders(connection: Connection) -> int:
    """A waiting job has no owner who could carry out an order."""
    rows = connection.execute(_ORDERED).fetchall()
    for row in rows:
        if row["requested"] == "cancel":
            lifecycle.cancel(connection, row["id"])
        else:
            connection.execute(
                "UPDATE task_copy SET requested = NULL WHERE rowid = ?", (row["rowid"],)
            )
    return len(rows)


def _ended_before(connection: Connection) -> int:
    """Let go what waits for a job that has ended, or is gone, without anybody having noticed."""
    rows = connection.execute(_ENDED).fetchall()
    for row in rows:
        lifecycle.let_go(connection, row["after_id"], row["status"])
    return len(rows)


def _counts(connection: Connection) -> int:
    """Count anew for how many jobs one waits; skip it where one of these was deleted."""
    rows = connection.execute(_MISCOUNTED).fetchall()
    for row in rows:
        gone = _deleted_before(connection, row)
        if gone and row["after_policy"] != AfterPolicy.RUN_ANYWAY:
            lifecycle.skip(connection, row["id"], gone, dependencies.REMOVED)
        else:
            connection.execute(
                f"UPDATE task_copy SET blocked_by = {_COUNT} WHERE rowid = ?", (row["rowid"],)
            )
    return len(rows)


def _deleted_before(connection: Connection, row: Row) -> str | None:
    """Return a job that *row* was put behind and that is not there any more."""
    try:
        after = json.loads(row["after_ids"] or "[]")
    except (ValueError, TypeError):
        return None
    for after_id in after if isinstance(after, list) else ():
        known = connection.execute(
            "SELECT 1 FROM task_copy WHERE id = ?", (str(after_id),)
        ).fetchone()
        if known is None:
            return str(after_id)
    return None


def signature_check(verify: Callable[[object, str], object]) -> Callable[[object, str], bool]:
    """Return what tells whether a stored job is signed for an id; *verify* raises if not."""

    def is_ours(blob: object, job_id: str) -> bool:
        try:
            verify(blob, job_id)
        except UntrustedBlobError:
            return False
        return True

    return is_ours
