"""Opens the queue's database; a damaged or foreign file is kept aside and a new one started."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from datetime import datetime
from pathlib import Path

from queue_core.errors import LocalFolderError
from queue_core.queue.connection import Database
from queue_core.queue.schema import prepare_schema

logger = logging.getLogger(__name__)

_NEEDED = {"id", "task_type", "status", "enqueued_at", "last_update"}


def open_database(path: Path) -> tuple[Database, tuple[str, ...]]:
    """Return the database at *path*, ready for use, and what the user should know of it.

    Raises:
        LocalFolderError: The file cannot be opened, or was written by a newer version.
    """
    notices: tuple[str, ...] = ()
    reason = _what_is_wrong(path)
    if reason is not None:
        kept = _put_aside(path)
        notices = (
            f"The job database {reason}. It was kept as {kept.name}, and a new one was started.",
        )
        logger.error("%s", notices[0])
    database = Database(path)
    prepare_schema(database)
    with contextlib.suppress(OSError):
        path.chmod(0o600)
    return database, notices


def _what_is_wrong(path: Path) -> str | None:
    """Return why the file cannot serve as our queue; None where it can, or is not there."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as connection:
            columns = {row[1] for row in connection.execute("PRAGMA table_info(task_copy)")}
            tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
            if columns:
                connection.execute("SELECT id, status FROM task_copy LIMIT 1").fetchone()
                connection.execute(
                    "SELECT id FROM task_copy ORDER BY rowid DESC LIMIT 1"
                ).fetchone()
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return "belongs to another program"
        raise LocalFolderError(
            f"The job database {path} cannot be opened: {error}.",
            hint="Check that the file and its folder are readable and writable.",
        ) from error
    except sqlite3.DatabaseError as error:
        return f"is damaged ({error})"
    if columns and not columns >= _NEEDED:
        return "belongs to another program"
    if tables and not columns and not _has_huey_tables(path):
        return "belongs to another program"
    return None


def _has_huey_tables(path: Path) -> bool:
    """Return whether Huey has made the file before `task_copy` was there."""
    with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return names >= {"task", "kv", "schedule"}


def _put_aside(path: Path) -> Path:
    """Rename the file with its journals; nothing of it is lost."""
    stamp = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    kept = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(kept.with_name(kept.name + suffix))
    return kept
