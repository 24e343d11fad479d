"""Who consumes the queue: each consumer says so in the database, and a dead one does not count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from queue_core.queue.store.clock import from_text, host_id, now_text
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.owner import process_of

_PREFIX = "consumer:"


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A program that runs jobs of this folder.

    Attributes:
        owner: Which consumer; see `store.owner`.
        host: The machine it runs on.
        workers: How many jobs it runs at once.
        since: When it began.
        problem: What keeps it from working now, one sentence.
        labels: What it offers to jobs that ask for it.
    """

    owner: str
    host: str
    workers: int
    since: datetime | None
    problem: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def pid(self) -> int:
        """Its process."""
        return process_of(self.owner)


def announce(
    database: Database, owner: str, workers: int, problem: str | None = None,
    labels: Sequence[str] = (),
) -> None:  # fmt: skip
    """Say that this consumer runs jobs; forget those that ended without a word."""
    value = json.dumps(
        {
            "host": host_id(),
            "workers": workers,
            "since": now_text(),
            "problem": problem,
            "labels": list(labels),
        }
    )

    def write(connection: Connection) -> None:
        for row in connection.execute(_STORED, (f"{_PREFIX}%",)).fetchall():
            if not database.owner_is_alive(str(row["key"]).removeprefix(_PREFIX)):
                connection.execute("DELETE FROM monitor_state WHERE key IS ?", (row["key"],))
        connection.execute(
            "INSERT INTO monitor_state (key, value) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_PREFIX + owner, value),
        )

    database.write(write, durable=False)


def withdraw(database: Database, owner: str) -> None:
    """Say that this consumer runs jobs no longer."""
    database.write(
        lambda connection: connection.execute(
            "DELETE FROM monitor_state WHERE key = ?", (_PREFIX + owner,)
        ),
        durable=False,
    )


def consumers(database: Database) -> tuple[Consumer, ...]:
    """Return the programs that consume the queue now; one that lets itself run out does not."""
    rows = database.read(_STORED, (f"{_PREFIX}%",))
    found = (_consumer(database, row) for row in rows)
    return tuple(consumer for consumer in found if consumer is not None and consumer.workers)


_STORED = "SELECT key, value FROM monitor_state WHERE key LIKE ?"


def _consumer(database: Database, row: Row) -> Consumer | None:
    """Return a living consumer; None for a dead one, and for what cannot be read."""
    owner = str(row["key"]).removeprefix(_PREFIX)
    if not database.owner_is_alive(owner):
        return None
    try:
        value = json.loads(row["value"])
        return Consumer(
            owner=owner,
            host=str(value["host"]),
            workers=int(value["workers"]),
            since=from_text(str(value["since"])),
            problem=value["problem"] if isinstance(value.get("problem"), str) else None,
            labels=tuple(map(str, value.get("labels", ()))),
        )
    except (ValueError, TypeError, KeyError):
        return None
