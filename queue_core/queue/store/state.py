"""Facts about the queue as a whole that survive a restart."""

from __future__ import annotations

from queue_core.queue.store.database import Database

_PAUSED = "paused"


def is_paused(database: Database) -> bool:
    """Return whether the user has paused the queue."""
    return database.read_one("SELECT 1 FROM monitor_state WHERE key = ?", (_PAUSED,)) is not None


def set_paused(database: Database, *, paused: bool) -> None:
    """Pause the queue or let it go on; running jobs are not touched."""
    with database.transaction() as connection:
        if paused:
            connection.execute(
                "INSERT INTO monitor_state (key, value) VALUES (?, '1') ON CONFLICT DO NOTHING",
                (_PAUSED,),
            )
        else:
            connection.execute("DELETE FROM monitor_state WHERE key = ?", (_PAUSED,))
