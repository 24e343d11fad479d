"""Make entities and files agree with the truth after a stop in the middle."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from queue_core.database.status import EntityStatus
from queue_core.database.storage import stored_folders
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from queue_core.database.columns import Entity

STOPPED = "The job was stopped before it ended."


def give_up(folder: LocalFolder, entity: Entity, reason: str) -> None:
    """Mark an entity whose job failed or was stopped, and remove what the job stored for it.

    An entity that holds an earlier result keeps it and stays finished.
    """
    if entity.status is EntityStatus.FINISHED:
        return
    entity.error = reason
    if entity.is_complete:
        entity.status = EntityStatus.FINISHED
        return
    entity.status = EntityStatus.ERROR
    for place in stored_folders(folder, entity.kind, entity.id):
        with suppress(FileNotFoundError):
            shutil.rmtree(place)


def reconcile_entities(folder: LocalFolder, live_job_ids: Collection[str]) -> int:
    """Mark the entities that wait for a job that is no more; return how many there were.

    Args:
        folder: The local folder.
        live_job_ids: The jobs that wait or run; no others will ever finish their entity.
    """
    from sqlalchemy import select

    from queue_core.database.session import open_session
    from queue_core.database.tables import ENTITY_TABLES

    alive = set(live_job_ids)
    busy = [status for status in EntityStatus if status.is_busy]
    count = 0
    with open_session(folder) as session:
        for table in ENTITY_TABLES.values():
            for entity in session.scalars(select(table).where(table.status.in_(busy))):
                if entity.job_id not in alive:
                    give_up(folder, entity, STOPPED)
                    count += 1
    return count
