"""Opens the queue's database; a damaged file is kept aside, and what it holds is taken over."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import stat
import time
from datetime import datetime
from pathlib import Path
from typing import Final

from queue_core.errors import JobQueueError, LocalFolderError
from queue_core.queue.store.connecting import suspicion
from queue_core.queue.store.salvage import salvage
from queue_core.queue.store.schema import look_over, make_tables, prepare_schema
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.store.sqlite_errors import DamagedDatabaseError, explain
from queue_core.system.choice import system

logger = logging.getLogger(__name__)

_NEEDED: Final = {"id", "task_type", "status", "enqueued_at", "last_update"}
_HUEY_TABLES: Final = {"task", "kv", "schedule"}
_SUFFIXES: Final = ("", "-wal", "-shm", "-journal")
# A file of this size is looked through whole within some ten milliseconds.
_QUICK_BYTES: Final = 4 << 20
# A program that starts beside this one may just be making the file.
_PATIENCE_S: Final = 2.0


class _UnusableError(Exception):
    """The file cannot serve as our queue.

    Attributes:
        is_damaged: Whether it is no whole database; else it belongs to another program.
    """

    def __init__(self, reason: str, *, is_damaged: bool) -> None:
        super().__init__(reason)
        self.is_damaged = is_damaged


def open_database(path: Path) -> tuple[SqliteDatabase, tuple[str, ...], int]:
    """Open the database at *path*, ready for use.

    Returns:
        The database, what the user should know of its opening, and the version of its tables
        before (0: there were none).

    Raises:
        LocalFolderError: The file cannot be opened, belongs to another program, was written by a
            newer version, or is damaged while another program works with it.
    """
    _require_file(path)
    try:
        foreign = _look(path)
        database = SqliteDatabase(path)
        version = _prepare(database)
    except _UnusableError as unusable:
        if not unusable.is_damaged:
            raise _refusal(path, str(unusable)) from unusable
        database, notices = _start_anew(path, str(unusable))
        return database, notices, 0
    close_to_others(path)
    return database, tuple(_take_away(database, name, sql) for name, sql in foreign), version


def _prepare(database: SqliteDatabase) -> int:
    """Make the tables; a file that turns out to be damaged only then is told as one."""
    database.repair = lambda: make_tables(database)
    database.look_over = lambda: look_over(database)
    try:
        return prepare_schema(database)
    except sqlite3.Error as error:
        database.close()
        problem = explain(error, database.path)
        if isinstance(problem, DamagedDatabaseError):
            raise _UnusableError("is damaged", is_damaged=True) from error
        raise LocalFolderError(problem.message, hint=problem.hint) from error
    except DamagedDatabaseError as error:
        database.close()
        raise _UnusableError("is damaged", is_damaged=True) from error
    except JobQueueError as error:
        database.close()
        raise LocalFolderError(error.message, hint=error.hint) from error
    except LocalFolderError:
        database.close()
        raise


def _require_file(path: Path) -> None:
    """Refuse what cannot be opened as a file, before anybody waits for it; make a new one.

    SQLite gives the journals the mode of the file: it is closed to others from the start.
    """
    for suffix in _SUFFIXES:
        place = path.with_name(path.name + suffix)
        try:
            mode = place.stat().st_mode
        except FileNotFoundError:
            if place.is_symlink():
                raise _refusal(place, "is a link to a file that is not there") from None
            continue
        except OSError as error:
            raise _refusal(place, f"cannot be used: {error.strerror or error}") from error
        if not stat.S_ISREG(mode):
            raise _refusal(place, "is no file")
    with contextlib.suppress(OSError):  # what keeps it from being made is told when it is opened
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _refusal(path: Path, what: str) -> LocalFolderError:
    return LocalFolderError(
        f"The job database {path} {what}.",
        hint="Move it away, or use another folder (DASHAI_LOCAL_PATH); nothing was changed.",
    )


def close_to_others(path: Path) -> None:
    """Take the rights of other users away from the file and its journals."""
    for suffix in _SUFFIXES:
        place = path.with_name(path.name + suffix)
        with contextlib.suppress(OSError):
            if place.stat().st_mode & 0o077:
                place.chmod(0o600)


def _look(path: Path) -> list[tuple[str, str]]:
    """Look whether the file can serve as our queue; return foreign triggers on our tables.

    Raises:
        LocalFolderError: It cannot be opened.
        _UnusableError: It cannot serve.
    """
    size = path.stat().st_size if path.exists() else 0
    if size == 0:
        return []
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as connection:
            connection.text_factory = lambda raw: str(raw, "utf-8", "backslashreplace")
            names = _names(connection)
            if names:
                _require_ours(connection, names)
            if size < _QUICK_BYTES or suspicion(path).exists():
                _require_whole(connection)
                suspicion(path).unlink(missing_ok=True)
            return _foreign_triggers(connection)
    except sqlite3.Error as error:
        problem = explain(error, path)
        if isinstance(problem, DamagedDatabaseError):
            raise _UnusableError(f"is damaged ({error})", is_damaged=True) from error
        raise LocalFolderError(
            f"The job database {path} cannot be opened: {error}.",
            hint="Check that the file and its folder are readable and writable.",
        ) from error


def _require_whole(connection: sqlite3.Connection) -> None:
    said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        raise _UnusableError(f"is damaged ({' '.join(said.split())})", is_damaged=True)


def _names(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what is in the file: name and type."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            rows = connection.execute("SELECT name, type FROM sqlite_master").fetchall()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return {str(name): str(kind) for name, kind in rows}


def _require_ours(connection: sqlite3.Connection, names: dict[str, str]) -> None:
    kind = names.get("task_copy")
    if kind is None:
        if not names.keys() >= _HUEY_TABLES:
            raise _UnusableError("belongs to another program", is_damaged=False)
        return
    columns = {row[1] for row in connection.execute("PRAGMA table_info(task_copy)")}
    if kind != "table" or not columns >= _NEEDED:
        raise _UnusableError("belongs to another program", is_damaged=False)
    connection.execute("SELECT id, status FROM task_copy LIMIT 1").fetchone()
    connection.execute("SELECT id FROM task_copy ORDER BY rowid DESC LIMIT 1").fetchone()


def _foreign_triggers(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'monitor_%' "
        "AND (tbl_name IN ('task_copy', 'task') OR tbl_name LIKE 'monitor_%')"
    )
    return [(str(name), str(sql)) for name, sql in rows]


def _take_away(database: SqliteDatabase, name: str, sql: str) -> str:
    """Remove another program's trigger, which could refuse our writes; return what to tell."""
    quoted = name.replace('"', '""')
    with database.transaction() as connection:
        connection.execute(f'DROP TRIGGER IF EXISTS "{quoted}"')
    logger.warning("removed the trigger %s of another program: %s", name, sql)
    return (
        f"Another program's trigger “{name}” was removed from the job database; its text is in "
        "the program's log."
    )


def _start_anew(path: Path, reason: str) -> tuple[SqliteDatabase, tuple[str, ...]]:
    """Put a damaged file aside, unless somebody works with it, and take over what it holds.

    Raises:
        LocalFolderError: Another program, or this one, has the file open.
    """
    users = system().users_of(path)
    if users:
        shown = ", ".join(map(str, users[:3]))
        raise LocalFolderError(
            f"The job database {path} {reason}, and another program works with it "
            f"(process {shown}).",
            hint="Close that program, and start this one again; nothing was changed.",
        )
    kept = _put_aside(path)
    suspicion(path).unlink(missing_ok=True)
    _require_file(path)
    database = SqliteDatabase(path)
    _prepare(database)
    close_to_others(path)
    count = salvage(kept, database)
    taken = (
        f"{count:,} jobs could be read and were taken over" if count else "a new one was started"
    )
    notice = f"The job database {reason}. It was kept as {kept.name}, and {taken}."
    logger.error("%s", notice)
    return database, (notice,)


def _put_aside(path: Path) -> Path:
    """Rename the file with its journals; nothing of it is lost."""
    stamp = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    kept = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    for suffix in _SUFFIXES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(kept.with_name(kept.name + suffix))
    return kept
