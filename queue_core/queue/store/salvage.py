"""Takes over what can still be read of a damaged job database: no job is lost that need not be."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from queue_core.queue.store.database import Database

logger = logging.getLogger(__name__)

_TABLES: Final = ("task_copy", "monitor_schedule", "monitor_dependency")
_Row = tuple[object, ...]


def salvage(damaged: Path, database: Database) -> int:
    """Copy the readable rows of a damaged file into a fresh database; return how many jobs.

    Jobs are signed, so nothing that has changed in them will run. A job that seems to run is closed
    as any job is whose owner is dead.
    """
    count = 0
    try:
        with contextlib.closing(_open(damaged)) as source:
            for table in _TABLES:
                copied = _copy(source, database, table)
                count += copied if table == "task_copy" else 0
            # Huey's messages stay behind: a job's row is enough to run it.
            with database.transaction() as target:
                target.execute("UPDATE task_copy SET message_id = NULL")
    except sqlite3.Error as error:
        logger.info("%s: %s", damaged.name, error)
    return count


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0)
    # Without it SQLite reads nothing at all of a file whose end is missing.
    connection.execute("PRAGMA writable_schema=ON")
    connection.text_factory = lambda raw: str(raw, "utf-8", "backslashreplace")
    return connection


def _copy(source: sqlite3.Connection, database: Database, table: str) -> int:
    with database.transaction() as target:
        wanted = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
        try:
            present = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
        except sqlite3.Error:
            return 0
        columns = [name for name in wanted if name in present]
        if "id" not in columns and "job_id" not in columns:
            return 0
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        count = 0
        for row in _readable(source, table, names):
            # One row that does not fit must not keep the others from being taken over.
            with contextlib.suppress(sqlite3.Error, OverflowError, UnicodeError):
                target.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)
                count += 1
        return count


def _readable(source: sqlite3.Connection, table: str, names: str) -> Iterator[_Row]:
    """Yield rows from the beginning until one cannot be read, and from the end until the same."""
    for direction in ("ASC", "DESC"):
        whole = True
        rows: list[_Row] = []
        order = "1" if table == "monitor_dependency" else "rowid"
        try:
            for row in source.execute(f"SELECT {names} FROM {table} ORDER BY {order} {direction}"):
                rows.append(row)  # noqa: PERF402 - the iteration itself raises
        except sqlite3.Error as error:
            logger.info("%s: %s", table, error)
            whole = False
        yield from rows if direction == "ASC" else reversed(rows)
        if whole:
            return
