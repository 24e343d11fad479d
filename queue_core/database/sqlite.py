"""Everything that only SQLite needs: how a connection is set up, copies, damaged files.

No other module of this package holds SQL or file handling of one database's own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BUSY_TIMEOUT_S = 30.0
_SIDE_FILES = ("-wal", "-shm")


class FileState(Enum):
    """What lies at the database's place."""

    MISSING = auto()
    OURS = auto()
    FOREIGN = auto()
    DAMAGED = auto()


@dataclass(frozen=True)
class FileLook:
    """What a first look into the file says.

    Attributes:
        state: What it is.
        revision: The schema's revision; None unless the file is ours.
        program_version: The program that last migrated it, where it says so.
    """

    state: FileState
    revision: str | None = None
    program_version: str | None = None


def look_at(path: Path) -> FileLook:
    """Say what the file is, reading a few pages of it and importing nothing.

    Raises:
        sqlite3.OperationalError: It cannot be opened or read (permissions, disk).
        OSError: It is a pipe or a device: to open it would wait for ever.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "it is no file")
    if not path.exists() or path.stat().st_size == 0:
        return FileLook(FileState.MISSING)
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
        try:
            tables = {
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
            }
            if not tables:
                return FileLook(FileState.MISSING)
            if not {"alembic_version", "database_info"} <= tables:
                return FileLook(FileState.FOREIGN)
            revisions = [row[0] for row in connection.execute("SELECT * FROM alembic_version")]
            version = connection.execute(
                "SELECT value FROM database_info WHERE key = 'program_version'"
            ).fetchone()
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                return FileLook(FileState.DAMAGED)
            raise
    if not revisions:
        return FileLook(FileState.FOREIGN)
    return FileLook(
        FileState.OURS,
        revision=revisions[0],
        program_version=version[0] if version else None,
    )


def is_damage(error: BaseException | None) -> bool:
    """Return whether SQLite says that the file's content is broken (not that it is locked...)."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite's side files take after it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def set_aside(path: Path, word: str) -> Path:
    """Move the file, with its side files, to `<name>.<word>-<time>` and return that path."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = path.with_name(f"{path.name}.{word}-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.{word}-{stamp}-{number}")
    for suffix in _SIDE_FILES:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").replace(f"{target}{suffix}")
    path.replace(target)
    return target


def copy_database(path: Path, target: Path) -> None:
    """Copy a database that may be in use, whole and consistent, over *target*."""
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    make_private(half)
    with (
        contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as source,
        contextlib.closing(sqlite3.connect(half)) as copy,
    ):
        source.backup(copy)
    half.replace(target)


def make_engine(path: Path, **options: Any) -> Engine:
    """Return an engine on the file, with our settings on every connection.

    Its transactions start with `BEGIN IMMEDIATE`, so that a writer waits for its turn at the
    start and never fails in the middle; those with the execution option `read_only` start with
    a plain `BEGIN`, and neither wait nor make wait. A commit waits for the disk unless the
    execution option `durable` is False.
    """
    from sqlalchemy import URL, create_engine, event

    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        **options,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    # WORKAROUND: the sqlite3 module starts transactions by itself, late and never for reads or
    # DDL, unless its isolation level is None (https://github.com/python/cpython/issues/54133).
    connection.isolation_level = None
    # SQLite's own knows the letters of ASCII only.
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    durable = options.get("durable", True)
    if connection.info.get("durable", True) is not durable:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.info["durable"] = durable
    connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")


@contextlib.contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let a migration rebuild tables without its deletions cascading; check at the end.

    Must be entered before the transaction begins: SQLite ignores the switch within one.

    Raises:
        sqlite3.IntegrityError: A row refers to one that does not exist.
    """
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("The connection is closed.")
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise sqlite3.IntegrityError(f"Rows refer to missing rows: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def start_ids_after(connection: Connection, table: str, last_id: int) -> None:
    """Make a new table give ids above *last_id*."""
    connection.exec_driver_sql(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last_id)
    )
