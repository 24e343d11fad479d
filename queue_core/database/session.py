"""Sessions on the main database: one engine per file and process, migrated at first use."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from queue_core.database import server, sqlite
from queue_core.database.migrate import Preparation, prepare_database, prepare_server
from queue_core.errors import LocalFolderError
from queue_core.paths import LocalFolder, queue_url
from queue_core.server_address import parse_address


@dataclass(frozen=True)
class _Database:
    """The engine on one file, and what was done before its first use."""

    engine: Engine
    identity: tuple[int, int] | None
    preparation: Preparation


# A process works with one folder, or a few; more are closed, and opened again when needed.
_KEPT_OPEN = 8
_databases: dict[Path | str, _Database] = {}
_databases_lock = threading.Lock()


def engine_for(folder: LocalFolder) -> Engine:
    """Return the engine of the folder's main database, which is made or migrated if need be.

    Raises:
        LocalFolderError: The folder cannot be used, or the database is of a newer program.
    """
    return _database(folder).engine


def preparation_of(folder: LocalFolder) -> Preparation:
    """Return what was done to the database before this process first used it.

    Its `notice` is for the user.

    Raises:
        LocalFolderError: As `engine_for`.
    """
    return _database(folder).preparation


@contextmanager
def open_session(folder: LocalFolder, *, durable: bool = True) -> Iterator[Session]:
    """Open a session that writes: committed at the end, rolled back after an exception.

    Writers take turns, so keep the block short: compute first, then open the session.

    Args:
        folder: The local folder.
        durable: Wait for the disk at the commit, so that a power cut cannot take it back. What
            can be made again saves the wait; a crash of the program takes back neither.

    Raises:
        LocalFolderError: The database cannot be used (disk full, read-only, damaged, busy).
    """
    engine = engine_for(folder).execution_options(durable=durable)
    with _explained(folder), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def read_session(folder: LocalFolder) -> Iterator[Session]:
    """Open a session that only reads, one consistent state; it never waits for a writer.

    Raises:
        LocalFolderError: The database cannot be used.
    """
    engine = engine_for(folder).execution_options(read_only=True)
    with _explained(folder), Session(engine, autoflush=False) as session:
        yield session


def close_database(folder: LocalFolder) -> None:
    """Close the connections of this process; the next session opens new ones."""
    with _databases_lock:
        known = _databases.pop(_key(folder), None)
    if known is not None:
        known.engine.dispose()


def _database(folder: LocalFolder) -> _Database:
    key = _key(folder)
    with _databases_lock:
        known = _databases.get(key)
        if known is not None:
            if known.identity == _identity(key):
                return known
            # The file was deleted or replaced: connections would go on with the old one.
            _databases.pop(key).engine.dispose()
        found = _databases[key] = _opened(folder, key)
        while len(_databases) > _KEPT_OPEN:
            _databases.pop(next(iter(_databases))).engine.dispose()
        return found


def _key(folder: LocalFolder) -> Path | str:
    """Return where the main database is: a file, or the URL of a team's list."""
    return queue_url() or folder.main_db


def _opened(folder: LocalFolder, key: Path | str) -> _Database:
    if isinstance(key, Path):
        preparation = prepare_database(folder)
        engine = sqlite.make_engine(key, json_serializer=to_json_text)
    else:
        address = parse_address(key)
        preparation = prepare_server(folder, address)
        engine = server.make_engine(address, json_serializer=to_json_text)
    return _Database(engine, _identity(key), preparation)


def _identity(path: Path | str) -> tuple[int, int] | None:
    if isinstance(path, str):  # a server is asked anew with each connection
        return None
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino)


def to_json_text(value: Any) -> str:
    """Return *value* as JSON text; numbers that JSON does not know (NaN, infinity) as null."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


_BUSY = ("The database is busy with another program.", "Try again in a moment.")
# By SQLite's primary result code, which does not depend on the words of a message.
_SENTENCES = {
    sqlite3.SQLITE_FULL: ("The disk is full.", "Free some space and try again."),
    sqlite3.SQLITE_READONLY: (
        "The database cannot be written to.", "Make the local folder writable."
    ),
    sqlite3.SQLITE_PERM: ("The database cannot be written to.", "Make the local folder writable."),
    sqlite3.SQLITE_CANTOPEN: (
        "The database cannot be opened.", "See that the local folder is yours."
    ),
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_IOERR: (
        "The disk does not answer properly.", "See that the disk is attached and sound."
    ),
}  # fmt: skip


@contextmanager
def _explained(folder: LocalFolder) -> Iterator[None]:
    """Turn what the environment did to the database into a sentence."""
    try:
        yield
    except DBAPIError as error:
        if sqlite.is_damage(error.orig):
            raise LocalFolderError(
                f"The database {folder.main_db} is damaged.",
                hint="Quit the program and put the newest main.db.before-* copy in its place.",
            ) from error
        refused = server.refusal(error.orig)
        if refused is not None:
            raise refused from error
        code = getattr(error.orig, "sqlite_errorcode", None)
        known = None if code is None else _SENTENCES.get(code & 0xFF)
        if known is None:
            raise
        raise LocalFolderError(f"{known[0]} ({folder.main_db})", hint=known[1]) from error
