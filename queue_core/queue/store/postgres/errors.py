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
    if isinstance(error, psycopg.OperationalError) or is_lost:
        return ServerLostError(
            f"The server of the job list does not answer ({name}): {said(error)}.",
            hint="See that it runs and can be reached; the queue goes on by itself.",
        )
    if isinstance(error, psycopg.DataError | UnicodeError):
        return JobQueueError(
            f"The job list cannot hold this value: {said(error)}.",
            hint="Give the job plain text and numbers.",
        )
    return JobQueueError(f"The job list {name} could not be used: {said(error)}.")
