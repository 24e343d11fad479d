"""A database file that holds only what can be made anew: of another version, it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from queue_core.queue.store.sqlite_database import SqliteDatabase


class RemadeFile(SqliteDatabase):
    """The file, with its tables.

    Args:
        path: The file.
        version: Of its tables; those of another one go, with all that they hold.
        tables: Their names.
        statements: What makes them.
        patience_s: How long making them waits for another program; None: as any write.
    """

    def __init__(
        self, path: Path, *, version: int, tables: Iterable[str], statements: Iterable[str],
        patience_s: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(path)
        self._version = version
        self._tables = tuple(tables)
        self._statements = tuple(statements)
        self._patience_s = patience_s
        self.repair = self.prepare

    def prepare(self) -> None:
        """Make the tables, or make them anew where another version made them.

        Raises:
            JobQueueError: The file cannot be used.
        """
        with contextlib.suppress(OSError):  # what keeps it from being made is told just below
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        if version == self._version:
            return
        with self.transaction(durable=False, patience_s=self._patience_s) as connection:
            for name in self._tables:
                connection.execute(f"DROP TABLE IF EXISTS main.{name}")
            for statement in self._statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={self._version}")

    def throw_away(self) -> None:
        """Delete the file: what is damaged is made anew the next time."""
        self.close()
        for suffix in ("", "-wal", "-shm", ".suspect"):
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink()
