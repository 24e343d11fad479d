"""Makes `task_copy` and reality agree after a program has gone without a word."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from queue_core.queue.job_record import OUR_ORIGIN, JobStatus
from queue_core.queue.store import lifecycle
from queue_core.queue.store.clock import host_id
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.store.presence import consumers
from queue_core.runner.supervision.orphans import end_orphans

logger = logging.getLogger(__name__)

# What runs at another place goes on there, whatever becomes of the program that follows it.
_RUNS_HERE = f"status = 'started' AND origin = '{OUR_ORIGIN}' AND place IS NULL"
_STARTED = f"SELECT rowid, id, owner, owner_host, pid FROM task_copy WHERE {_RUNS_HERE}"


@dataclass(frozen=True)
class Recovered:
    """What recovery found.

    Attributes:
        interrupted: Jobs that ran when their program went down; `killed` now.
        cancelled: Jobs that were being cancelled then; `cancelled` now.
    """

    interrupted: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.interrupted or self.cancelled)


def recover(database: Database) -> Recovered:
    """Close the jobs of dead owners; never touches a job whose owner lives, or DashAI's.

    A waiting job stays waiting: `claim` takes it off `task_copy`, whether Huey still holds its
    message or not.

    Raises:
        JobQueueError: The database cannot be read or written.
    """
    dead = [row for row in database.read(_STARTED) if not database.owner_is_alive(row["owner"])]
    if not dead:
        return Recovered()
    # Their children end by themselves; make sure of it before anything new is started. A process
    # number of another machine says nothing here.
    here = [row for row in dead if row["owner_host"] == host_id()]
    pids = [row["pid"] for row in here if isinstance(row["pid"], int)]
    end_orphans(pids, database.root, {found.pid for found in consumers(database)})

    def close(connection: Connection) -> list[tuple[str, JobStatus | None]]:
        return [
            (row["id"], lifecycle.interrupt(connection, row["rowid"], row["owner"])) for row in dead
        ]

    closed = database.write(close)
    found = Recovered(
        tuple(job_id for job_id, status in closed if status is JobStatus.KILLED),
        tuple(job_id for job_id, status in closed if status is JobStatus.CANCELLED),
    )
    if found.interrupted:
        logger.info("%d jobs were interrupted by the end of their program", len(found.interrupted))
    return found


def disown(database: Database, owner: str, held: Callable[[], Collection[str]]) -> int:
    """Close the rows that say that they run here, and do not; return how many.

    A file that was copied back says so, and a row whose id or status another program has changed.

    Args:
        database: The queue's database.
        owner: This consumer.
        held: Returns the jobs that its workers hold, from before the claim to after the end.

    Raises:
        JobQueueError: The database cannot be read or written.
    """
    mine = [row for row in database.read(_STARTED) if row["owner"] == owner]
    if all(row["id"] in held() for row in mine):
        return 0

    def close(connection: Connection) -> int:
        # Asked again under the lock, under which alone a worker claims and ends.
        known = held()
        return sum(
            lifecycle.give_up(
                connection, row["rowid"], "It says that the job runs, but no program runs it.",
                started_by=owner,
            )
            for row in mine
            if row["id"] not in known
        )  # fmt: skip

    return database.write(close)
