from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from queue_core.database import sqlite
from queue_core.database.migrate import alembic_config
from queue_core.paths import LocalFolder


@pytest.fixture
def old_database(folder: LocalFolder) -> Callable[[int], None]:
    """Return a function that makes a database of revision 0001 with some datasets."""

    def make(rows: int) -> None:
        from alembic import command
        from sqlalchemy.pool import NullPool

        sqlite.make_private(folder.main_db)
        engine = sqlite.make_engine(folder.main_db, poolclass=NullPool)
        with engine.connect() as connection, sqlite.without_foreign_keys(connection):
            command.upgrade(alembic_config(connection), "0001")
        with closing(sqlite3.connect(folder.main_db)) as file, file:
            file.execute("INSERT INTO database_info VALUES ('program_version', '0.0.1')")
            file.executemany(
                "INSERT INTO dataset (id, name, status, created_at, provenance, options, schema,"
                " warnings) VALUES (?, ?, 'FINISHED', '2026-01-02 03:04:05.000006', '{}', '{}',"
                " '[]', '[]')",
                [(number, f"old {number}") for number in range(1, rows + 1)],
            )

    return make
