"""Puts the jobs that make out-of-date results anew, each behind what it needs; takes them back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from queue_core.errors import EntityNotFoundError, JobNotFoundError, MonitorError
from queue_core.jobs.registry import get_job_type
from queue_core.paths import LocalFolder
from queue_core.queue.values import JobOptions

if TYPE_CHECKING:
    from queue_core.database.origins import Key
    from queue_core.jobs.base import BaseJob
    from queue_core.library.recipes import Recipe
    from queue_core.library.renewal import Renewal
    from queue_core.queue.job_record import JobRecord

# Another program that runs a job needs a moment to stop it.
STOP_WAIT_S = 10.0


class Queue(Protocol):
    """What is asked of a queue here."""

    def put(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Put a job."""

    def cancel(self, job_id: str) -> bool:
        """Stop a job."""

    def wait(self, job_id: str, timeout_s: float | None = None) -> JobRecord:
        """Wait until a job has ended."""

    def remove(self, job_ids: Iterable[str]) -> tuple[str, ...]:
        """Delete ended jobs."""


def put_renewal(
    plan: Renewal, queue: Queue, folder: LocalFolder, *, known: Collection[str] = ()
) -> tuple[str, ...]:
    """Put all jobs of a plan as one group, or none; return their ids.

    A job whose source failed is skipped.

    Args:
        plan: What to do.
        queue: Where to put it.
        folder: The local folder.
        known: Those of the plan's busy jobs that the queue knows: others wait for them.

    Raises:
        MonitorError: Why one cannot be put.
    """
    group = uuid.uuid4().hex
    made: dict[Key, int] = {}
    makers: dict[Key, list[str]] = {}
    ids: list[str] = []
    for key, job_id in plan.busy.items():
        if job_id in known:
            makers[key] = [job_id]
    try:
        for step in plan.steps:
            recipe = step.recipe
            job = _job_of(recipe, plan, made)
            used = [plan.stands_for.get(key, key) for key in recipe.uses.values()]
            # The steps of a notebook follow each other.
            in_turn = [*used, *(recipe.shares.values() if "converter" in recipe.params else ())]
            after = dict.fromkeys(job_id for key in in_turn for job_id in makers.get(key, ()))
            job_id = queue.put(job, JobOptions(after=tuple(after), group_id=group))
            ids.append(job_id)
            for name, key in recipe.makes.items():
                if isinstance(number := job.kwargs.get(name), int):
                    made[key] = number
                    makers.setdefault(key, []).append(job_id)
    except MonitorError:
        take_back(ids, queue, folder)
        raise
    return tuple(ids)


def take_back(job_ids: Sequence[str], queue: Queue, folder: LocalFolder) -> tuple[str, ...]:
    """Stop jobs of a renewal and remove what they have not finished; what is finished stays.

    Returns:
        The jobs that are still there: they do not stop, or what they were to make is in use.
    """
    stopped: list[str] = []
    unstopped: list[str] = []
    for job_id in reversed(job_ids):
        try:
            if queue.cancel(job_id):
                stopped.append(job_id)
        except JobNotFoundError:
            continue
        except MonitorError:
            unstopped.append(job_id)
    ended = _ended(stopped, queue)
    in_use = _remove_entities(folder, ended)
    removed = queue.remove([job_id for job_id in ended if job_id not in in_use])
    return (*unstopped, *(job_id for job_id in stopped if job_id not in removed))


def _ended(job_ids: Sequence[str], queue: Queue) -> list[str]:
    """Return which of these cancelled jobs end in time."""
    deadline = time.monotonic() + STOP_WAIT_S
    ended = []
    for job_id in job_ids:
        with suppress(TimeoutError, JobNotFoundError):
            queue.wait(job_id, max(0.0, deadline - time.monotonic()))
            ended.append(job_id)
    return ended


def _job_of(recipe: Recipe, plan: Renewal, made: Mapping[Key, int]) -> BaseJob:
    def now(key: Key) -> int:
        standing = plan.stands_for.get(key, key)
        return made.get(standing, standing[1])

    told: dict[str, Any] = {name: now(key) for name, key in recipe.uses.items()}
    told |= {name: made[key] for name, key in recipe.shares.items() if key in made}
    if recipe.name:
        told["name"] = recipe.name
    return get_job_type(recipe.task_type).make({**recipe.params, **told})


def _remove_entities(folder: LocalFolder, job_ids: Sequence[str]) -> set[str]:
    """Delete what ended jobs were to make, and what was only there to hold that.

    Returns:
        The jobs whose results are in use.
    """
    from sqlalchemy import select

    from queue_core.database.closing import close_entities
    from queue_core.database.dependents import dependents
    from queue_core.database.session import read_session
    from queue_core.database.status import EntityKind, EntityStatus
    from queue_core.database.tables import ENTITY_TABLES

    holders = {EntityKind.RUN: "session_id", EntityKind.CONVERTER: "notebook_id"}
    held = {EntityKind.RUN: EntityKind.MODEL_SESSION, EntityKind.CONVERTER: EntityKind.NOTEBOOK}
    keys: list[tuple[str, Key]] = []
    behind: dict[Key, None] = {}
    for job_id in job_ids:
        close_entities(folder, job_id)  # who ran it does so, too, but perhaps not yet
    with read_session(folder) as session:
        for job_id in job_ids:
            for kind, table in ENTITY_TABLES.items():
                where = (table.job_id == job_id, table.status != EntityStatus.FINISHED)
                for entity in session.scalars(select(table).where(*where)):
                    keys.append((job_id, (kind, entity.id)))
                    if kind in holders:
                        behind[held[kind], getattr(entity, holders[kind])] = None
    in_use = {job_id for job_id, key in keys if not _delete(folder, key)}
    with read_session(folder) as session:
        found = ((key, session.get(ENTITY_TABLES[key[0]], key[1])) for key in behind)
        empty = [key for key, holder in found if holder and not dependents(session, holder)]
    for key in empty:
        _delete(folder, key)
    return in_use


def _delete(folder: LocalFolder, key: Key) -> bool:
    """Delete an entity with what hangs on it; return whether it is gone."""
    from queue_core.database.deletion import delete_entity

    try:
        delete_entity(folder, *key, cascade=True)
    except EntityNotFoundError:
        return True  # it went with another
    except MonitorError:
        return False
    return True
