"""Who consumes the queue: each consumer says so in the database, and a dead one does not count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from queue_core.queue.clock import from_text, host_id, now_text, owner_id, owner_is_alive
from queue_core.queue.connection import Database

_PREFIX = "consumer:"


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A program that runs jobs of this folder.

    Attributes:
        owner: Which process: pid and start time.
        host: The machine it runs on.
        workers: How many jobs it runs at once.
        since: When it began.
    """

    owner: str
    host: str
    workers: int
    since: datetime | None

    @property
    def pid(self) -> int:
        """Its process."""
        return int(self.owner.partition(":")[0])

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return owner_is_alive(self.owner, self.host)


def announce(database: Database, workers: int) -> None:
    """Say that this process consumes; forget those that ended without a word."""
    value = json.dumps({"host": host_id(), "workers": workers, "since": now_text()})
    with database.transaction(durable=False) as connection:
        for consumer in _stored(database):
            if not consumer.is_alive:
                connection.execute(
                    "DELETE FROM monitor_state WHERE key = ?", (_PREFIX + consumer.owner,)
                )
        connection.execute(
            "INSERT OR REPLACE INTO monitor_state (key, value) VALUES (?, ?)",
            (_PREFIX + owner_id(), value),
        )


def withdraw(database: Database) -> None:
    """Say that this process consumes no longer."""
    with database.transaction(durable=False) as connection:
        connection.execute("DELETE FROM monitor_state WHERE key = ?", (_PREFIX + owner_id(),))


def consumers(database: Database) -> tuple[Consumer, ...]:
    """Return the programs that consume the queue now; one that lets itself run out does not."""
    return tuple(found for found in _stored(database) if found.workers and found.is_alive)


def _stored(database: Database) -> list[Consumer]:
    found = []
    for row in database.read(
        "SELECT key, value FROM monitor_state WHERE key GLOB ?", (f"{_PREFIX}*",)
    ):
        value = json.loads(row["value"])
        found.append(
            Consumer(
                owner=row["key"].removeprefix(_PREFIX),
                host=value["host"],
                workers=value["workers"],
                since=from_text(value["since"]),
            )
        )
    return found
