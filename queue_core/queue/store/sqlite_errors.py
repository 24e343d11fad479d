"""What SQLite says, as sentences: told apart by its codes, the same for reads and writes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from queue_core.errors import JobQueueError

# Result codes of SQLite, https://sqlite.org/rescode.html; the low byte is the primary code.
_ERROR: Final = 1
_PERM: Final = 3
_BUSY: Final = 5
_LOCKED: Final = 6
_READONLY: Final = 8
_INTERRUPT: Final = 9
_IOERR: Final = 10
_CORRUPT: Final = 11
_FULL: Final = 13
_CANTOPEN: Final = 14
_TOOBIG: Final = 18
_NOTADB: Final = 26


class DatabaseBusyError(JobQueueError):
    """Another process held a write lock for longer than we wait."""


class DiskFullError(JobQueueError):
    """There was no space left to store it."""


class DamagedDatabaseError(JobQueueError):
    """The file is no whole database any more."""


class MissingTableError(JobQueueError):
    """A table or an index of ours is gone; it can be made again."""


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether somebody else holds a lock."""
    return primary_code(error) in (_BUSY, _LOCKED)


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code; 0 where the error is not SQLite's own."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def explain(error: sqlite3.Error | UnicodeError | OverflowError, path: Path) -> JobQueueError:
    """Return what happened as an error of the queue."""
    if not isinstance(error, sqlite3.Error):
        return JobQueueError(
            f"The job database cannot hold this value: {error}.",
            hint="Give the job plain text and numbers.",
        )
    code = primary_code(error)
    if code in (_BUSY, _LOCKED):
        return DatabaseBusyError(
            f"Another program holds {path.name} locked.",
            hint="It is tried again; close other programs that use the folder if it stays so.",
        )
    if code == _FULL:
        return DiskFullError(
            f"The disk of {path.parent} is full: nothing could be stored.",
            hint="Free some space; the queue goes on by itself.",
        )
    if code in (_READONLY, _PERM):
        return JobQueueError(
            f"{path} is read-only.", hint="Make the folder writable; the queue goes on by itself."
        )
    if code in (_CORRUPT, _NOTADB):
        return DamagedDatabaseError(
            f"The job database {path} is damaged: {error}.",
            hint="Close the program and start it again: what can be read is then kept.",
        )
    return _other(error, code, path)


def _other(error: sqlite3.Error, code: int, path: Path) -> JobQueueError:
    if code in (_IOERR, _CANTOPEN):
        return JobQueueError(
            f"The disk of {path.parent} does not answer: {error}.",
            hint="Check the disk and that the folder is there; the queue goes on by itself.",
        )
    if code == _TOOBIG:
        return JobQueueError(
            "The job is too large to be stored.",
            hint="Keep its data in a file, and give it the file's path.",
        )
    if code == _INTERRUPT:
        return JobQueueError("The queue is closed.")
    # SQLite has one code for all that is wrong in a statement; only its words tell what.
    if code == _ERROR and str(error).startswith(("no such table", "no such index", "no such col")):
        return MissingTableError(
            f"A part of the job database is missing ({error}); it is made again.",
            hint="Try again.",
        )
    return JobQueueError(f"The job database could not be used: {error}.")
