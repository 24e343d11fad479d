"""Whether a change is there: asked where a server was lost in the moment of its commit."""

from __future__ import annotations

from queue_core.queue.store.connection import Connection
from queue_core.queue.store.handover import Claim


def is_put(connection: Connection, job_id: str) -> bool:
    """Return whether a job is stored."""
    found = connection.execute("SELECT 1 FROM task_copy WHERE id = ?", (job_id,)).fetchone()
    return found is not None


def is_claimed(connection: Connection, claim: Claim | None) -> bool:
    """Return whether a row shows this very start of a job."""
    if claim is None:
        return False
    found = connection.execute(
        "SELECT 1 FROM task_copy WHERE id = ? AND owner = ? AND attempt = ? AND started_at = ? "
        "AND status = 'started'",
        (claim.job_id, claim.owner, claim.attempt, claim.started_at),
    ).fetchone()
    return found is not None


def never(_: Connection) -> bool:
    """Return False: what checks the state that it comes from can be done once more."""
    return False
