"""Huey's messages for jobs that wait; the job's row names its own."""

from __future__ import annotations

from typing import Final

from queue_core.queue.store.connection import Connection

QUEUE_NAME: Final = "dashai-monitor"


def add_message(connection: Connection, message: bytes, priority: float) -> int:
    """Store Huey's message for a job that waits; return its number."""
    found = connection.execute(
        "INSERT INTO task (queue, data, priority) VALUES (?, ?, ?) RETURNING id",
        (QUEUE_NAME, message, priority),
    ).fetchone()
    return int(found[0])


def forget_message(connection: Connection, message_id: object) -> None:
    """Delete Huey's message for a job."""
    if isinstance(message_id, int):
        connection.execute("DELETE FROM task WHERE id = ? AND queue = ?", (message_id, QUEUE_NAME))
