"""Opens one connection to the queue's file, set up as each of them must be."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from queue_core.queue.store.sqlite_errors import is_busy

BUSY_TIMEOUT_S = 5.0


def suspicion(path: Path) -> Path:
    """Return the file that says that the database at *path* was found damaged."""
    return path.with_name(f"{path.name}.suspect")


def connect(path: Path) -> sqlite3.Connection:
    """Return a new connection in autocommit mode, for whichever thread.

    Raises:
        sqlite3.Error: The file cannot be opened.
    """
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False,
        cached_statements=256,
    )  # fmt: skip
    try:
        _configure(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    """Set what a new connection does not have, whatever another one has set."""
    connection.row_factory = sqlite3.Row
    # One flipped bit in a text must not make all rows of an answer unreadable.
    connection.text_factory = _read_text
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        # Of effect on a new file only: space can then be given back in small steps.
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    mode = _set_journal_mode(connection)
    # Where a file system knows no WAL there is no journal to wait for: SQLite has to.
    connection.execute(f"PRAGMA synchronous={'NORMAL' if mode == 'wal' else 'FULL'}")
    connection.execute("PRAGMA temp_store=MEMORY")
    # Moving the journal into the file waits for the disk twice: not every 60 jobs.
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute("PRAGMA cache_size=-8000")
    # Another program's trigger or view must not call functions that do more than compute.
    connection.execute("PRAGMA trusted_schema=OFF")


def _read_text(raw: bytes) -> str:
    return str(raw, "utf-8", "backslashreplace")


def _set_journal_mode(connection: sqlite3.Connection) -> str:
    """Switch to WAL and return the mode that it is in then.

    On a new file that upgrades a lock, which can fail when two programs start.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return str(mode)
