"""Another program that writes into a list without asking ours: by plain SQL, wherever it lies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from queue_core import HueyJobQueue


@contextmanager
def other_program(place: HueyJobQueue | Path) -> Iterator[Any]:
    """Open a list as another program does; what it executes is committed at the end."""
    database = place._database if isinstance(place, HueyJobQueue) else None
    path = place if isinstance(place, Path) else place._database.path
    if path is not None:
        with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
            yield connection
        return
    from queue_core.queue.store.postgres.database import ServerDatabase

    assert isinstance(database, ServerDatabase)
    address = database.address
    with closing(ServerDatabase(address, database.root)) as other, other.transaction() as server:
        yield server
