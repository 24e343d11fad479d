"""A disk that fails for a while: what SQLite raises then, in all connections of a queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

# Result codes of SQLite with their words.
FAULTS = {
    "busy": (5, "database is locked"),
    "locked": (6, "database table is locked"),
    "readonly": (8, "attempt to write a readonly database"),
    "io": (10 | 1 << 8, "disk I/O error"),
    "corrupt": (11, "database disk image is malformed"),
    "full": (13, "database or disk is full"),
    "cannot_open": (14, "unable to open database file"),
    "not_a_database": (26, "file is not a database"),
    "error": (1, "something else"),
}
# Somebody else holds a lock: no failure, but waited for.
LOCKS = ("busy", "locked")


class FaultyConnection(sqlite3.Connection):
    """Raises *fault* as long as it is set; with *only_writes* where a transaction begins."""

    fault: tuple[int, str] | None = None
    only_writes = False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run a statement, or fail."""
        fault = type(self).fault
        if fault is not None and (not self.only_writes or sql.lstrip().startswith("BEGIN")):
            code, text = fault
            kind = sqlite3.DatabaseError if code in (11, 26) else sqlite3.OperationalError
            error = kind(text)
            error.sqlite_errorcode = code
            raise error
        return super().execute(sql, *parameters)


@contextmanager
def breakable() -> Iterator[type[FaultyConnection]]:
    """Let the connections that queues open meanwhile be broken and mended."""
    connect = sqlite3.connect

    class Connection(FaultyConnection):
        pass

    def factory(*arguments: Any, **options: Any) -> sqlite3.Connection:
        if Connection.fault is not None and not Connection.only_writes:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(*arguments, factory=Connection, **options)

    with mock.patch("queue_core.queue.store.sqlite_database.sqlite3.connect", factory):
        yield Connection
    Connection.fault = None
