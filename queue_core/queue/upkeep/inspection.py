"""Looks at a running job from any process: on its machine, or by way of its place's storage."""

from __future__ import annotations

import secrets
import time
from typing import Final

from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.paths import LocalFolder
from queue_core.places.choice import make_storage
from queue_core.places.configuration import find_place, read_places
from queue_core.places.contract import PlaceError, sentence
from queue_core.places.snapshots import read_snapshot
from queue_core.places.storage import as_json
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.clock import host_id
from queue_core.queue.store.database import Database
from queue_core.runner.snapshots.snapshot import StackSnapshot, stack_snapshot
from queue_core.settings.store import Settings

_FAR_PATIENCE_S: Final = 12.0
_FAR_INTERVAL_S: Final = 0.2


def job_snapshot(
    database: Database, folder: LocalFolder, job_id: str, timeout_s: float = 3.0
) -> StackSnapshot:
    """Return what a running job is doing now; the job goes on.

    Args:
        database: The queue's database.
        folder: The local folder.
        job_id: The job.
        timeout_s: How long to wait for its answer.

    Raises:
        JobNotFoundError: There is no such job.
        JobQueueError: It does not run, is DashAI's, or its machine does not answer.
        SnapshotError: Its process has ended meanwhile.
    """
    there = database.read_one(
        "SELECT place, attempt, ticket FROM task_copy WHERE id = ? AND status = 'started' "
        "AND origin = ? AND place IS NOT NULL AND ticket IS NOT NULL",
        (job_id, OUR_ORIGIN),
    )
    if there is not None:
        return _snapshot_there(folder, job_id, there["place"], there["attempt"], there["ticket"])
    pid = _process_of(database, job_id)
    snapshot = stack_snapshot(pid, folder, timeout_s)
    if _process_of(database, job_id) != pid:
        raise _not_running()
    return snapshot


def _snapshot_there(
    folder: LocalFolder, job_id: str, place_name: str, attempt: int, digest: str
) -> StackSnapshot:
    """Ask the machine that runs a job, by its place's storage."""
    place = find_place(read_places(Settings.load(folder.settings).places)[0], place_name)
    if place is None:
        raise JobQueueError(f"The settings have no place named {place_name}.")
    token = secrets.token_hex(8)
    give_up_at = time.monotonic() + _FAR_PATIENCE_S
    try:
        files = make_storage(place, folder.monitor / "places").start(job_id, attempt)
        files.ask(as_json({"token": token}))
        while time.monotonic() < give_up_at:
            data = files.answer()
            found = None if data is None else read_snapshot(data, digest, token)
            if isinstance(found, StackSnapshot):
                return found
            if found is not None:
                raise JobQueueError(found)
            time.sleep(_FAR_INTERVAL_S)
    except (OSError, PlaceError) as error:
        raise JobQueueError(f"The storage of {place_name} says: {sentence(error)}") from error
    raise JobQueueError(
        f"The job's machine has not answered within {_FAR_PATIENCE_S:.0f} s.",
        hint="It may not have begun, or has lost contact; its log tells what it has done.",
    )


def _process_of(database: Database, job_id: str) -> int:
    row = database.read_one(
        "SELECT status, pid, origin, owner_host, place FROM task_copy WHERE id = ?", (job_id,)
    )
    if row is None:
        raise JobNotFoundError(f"There is no job with the id {job_id}.")
    if row["origin"] != OUR_ORIGIN:
        raise JobQueueError("This job belongs to DashAI, which runs it in its own process.")
    if row["status"] == "started" and row["place"] is not None:
        raise JobQueueError("This job is being handed over.", hint="Look again when it has begun.")
    if row["status"] != "started" or row["pid"] is None:
        raise _not_running()
    if row["owner_host"] not in (None, host_id()):
        raise JobQueueError(
            "This job runs on another computer.", hint="Look at it in the program there."
        )
    return int(row["pid"])


def _not_running() -> JobQueueError:
    return JobQueueError("This job does not run now.", hint="Its log tells what it has done.")
