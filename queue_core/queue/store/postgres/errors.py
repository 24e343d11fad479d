"""What the server says, as sentences; and what it means for a write that was under way."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import errors as told

from queue_core.errors import JobQueueError
from queue_core.queue.store.database import ServerLostError
from queue_core.queue.store.sqlite_errors import (
    DatabaseBusyError,
    DiskFullError,
    MissingTableError,
)
from queue_core.server_address import said

# What a server says that goes down or is coming up, be it through somebody who stands in between.
_AWAY: Final = ("08", "57P01", "57P02", "57P03")
_ROLES: Final = "Ask whoever looks after the list for a role that may do that."


def explain(error: psycopg.Error | UnicodeError, name: str, *, is_lost: bool) -> JobQueueError:
    """Return what happened as an error of the queue.

    Args:
        error: What the driver raised.
        name: The list, as it is shown.
        is_lost: Whether the connection is of no use any more.
    """
    if isinstance(error, told.LockNotAvailable):
        return DatabaseBusyError(
            f"Another program holds the job list {name} locked.",
            hint="It is tried again; look into pg_locks if it stays so.",
        )
    if isinstance(error, told.DiskFull):
        return DiskFullError(
            f"The disk of the server {name} is full: nothing could be stored.",
            hint="Free some space there; the queue goes on by itself.",
        )
    if isinstance(error, (told.InsufficientPrivilege, told.ReadOnlySqlTransaction)):
        return JobQueueError(f"Your role may not change the job list {name}.", hint=_ROLES)
    if isinstance(error, (told.UndefinedTable, told.UndefinedColumn, told.UndefinedFunction)):
        return MissingTableError(
            f"A part of the job list {name} is missing ({said(error)}); it is made again.",
            hint="Try again.",
        )
    if is_lost or _is_away(error):
        return ServerLostError(
            f"The server of the job list does not answer ({name}): {said(error)}.",
            hint="See that it runs and can be reached; the queue goes on by itself.",
        )
    if isinstance(error, (told.DeadlockDetected, told.SerializationFailure)):
        return DatabaseBusyError(
            f"Another program was in the way of a change of the job list {name}.", hint="Try again."
        )
    if isinstance(error, psycopg.DataError | UnicodeError | told.ProgramLimitExceeded):
        return JobQueueError(
            f"The job list cannot hold this value: {said(error)}.",
            hint="Give the job plain text and numbers.",
        )
    return JobQueueError(
        f"The job list {name} could not be used: {said(error)}.",
        hint="Try again; the log of the server may tell more.",
    )


def _is_away(error: psycopg.Error | UnicodeError) -> bool:
    """Return whether the server is gone, and not only this statement of no use to it.

    What a server that is there refuses is refused once more however often it is repeated.
    """
    if not isinstance(error, psycopg.OperationalError):
        return False
    state = error.sqlstate  # None: it was not the server that said so
    return state is None or state.startswith(_AWAY) or error.diag.severity_nonlocalized == "FATAL"
