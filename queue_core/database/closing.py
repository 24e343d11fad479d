"""Closes entities whose job will not finish them, so that none waits for ever.

An entity is closed by whoever knows that its job has ended: the job itself in its child process,
the queue for a job that was cancelled, skipped, killed or never stored, and the upkeep for
entities whose job is no more. All of it may happen twice and in any order.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from queue_core.database.columns import Entity, utc_now
from queue_core.database.deletion import finish_removals
from queue_core.database.session import open_session
from queue_core.database.status import STOPPED, EntityKind, EntityStatus
from queue_core.database.storage import job_temporary_folder, remove_folders, stored_folders
from queue_core.database.tables import ENTITY_TABLES
from queue_core.paths import LocalFolder

logger = logging.getLogger(__name__)


def close_entities(folder: LocalFolder, job_id: str, reason: str = STOPPED) -> int:
    """Close what an ended job was to make, where nobody has closed it; return how much that was.

    Also removes what the job left half written. Never raises, for the job has ended whatever
    becomes of its entity: what goes wrong is logged, and the upkeep closes the entity later. What
    is finished or has failed stays as it is; so does what another job works on by now.

    Args:
        folder: The local folder; without a main database it holds no entities.
        job_id: The job; one that makes no entity has none to close.
        reason: Why it made nothing, one sentence.
    """
    try:
        remove_folders([job_temporary_folder(folder, job_id)])
        if not folder.has_main_database:
            return 0
        with open_session(folder) as session:
            return _close(session, folder, job_id, reason)
    except Exception:  # a border: the job's end must not fail by its entity
        logger.exception("what the job %s was to make could not be closed", job_id)
        return 0


def reconcile_entities(
    folder: LocalFolder, live_job_ids: Collection[str], *, min_age_s: float = 0.0
) -> int:
    """Close the entities that wait for a job that is no more; return how many there were.

    Also ends deletions that a crash interrupted. To be called at start.

    Args:
        folder: The local folder.
        live_job_ids: The jobs that wait or run; no others will ever finish their entity.
        min_age_s: Younger entities are left alone: their job may be about to be stored.
    """
    alive = set(live_job_ids)
    newest = utc_now() - timedelta(seconds=min_age_s)
    busy = [status for status in EntityStatus if status.is_busy]
    count = 0
    with open_session(folder) as session:
        for table in ENTITY_TABLES.values():
            for entity in session.scalars(select(table).where(table.status.in_(busy))):
                if entity.job_id not in alive and entity.created_at <= newest:
                    give_up(folder, entity, STOPPED)
                    count += 1
    finish_removals(folder)
    return count


def give_up(folder: LocalFolder, entity: Entity, reason: str) -> None:
    """Mark an entity whose job failed or was stopped, and remove what the job stored for it.

    An entity that holds an earlier result keeps it, and stays finished.
    """
    if entity.status is EntityStatus.FINISHED and entity.error is None:
        return
    entity.error = reason
    if entity.is_complete:
        entity.status = EntityStatus.FINISHED
        return
    entity.status = EntityStatus.ERROR
    remove_folders(stored_folders(folder, entity.kind, entity.id))


def _close(session: Session, folder: LocalFolder, job_id: str, reason: str) -> int:
    made = [
        entity
        for table in ENTITY_TABLES.values()
        for entity in session.scalars(select(table).where(table.job_id == job_id))
    ]
    unfinished = [entity for entity in made if entity.status.is_busy]
    for entity in unfinished:
        give_up(folder, entity, reason)
        # A dataset that was made beside another entity is nothing without it.
        if entity.kind is EntityKind.DATASET and any(item.kind is not entity.kind for item in made):
            session.delete(entity)
    return len(unfinished)
