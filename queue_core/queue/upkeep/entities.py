"""Closes entities of the main database whose job has ended, or is gone."""

from __future__ import annotations

import logging
from collections.abc import Collection

from queue_core.paths import LocalFolder

logger = logging.getLogger(__name__)


def close_entity(folder: LocalFolder, job_id: str) -> None:
    """Give up what a job was to make that ended without its own help.

    Never raises: the job has ended, whatever becomes of its entity.
    """
    if not folder.has_main_database:
        return
    # Imported when there is something to close: SQLAlchemy takes longer than most commands.
    from queue_core.database.closing import close_entities

    close_entities(folder, job_id)


def close_entities_without_job(
    folder: LocalFolder, active: Collection[str], *, min_age_s: float
) -> int:
    """Give up entities whose job vanished with a program that was killed while it put it.

    Args:
        folder: The local folder.
        active: The jobs that wait or run.
        min_age_s: Younger entities are left alone: their job may just be put.

    Returns:
        How many were given up.
    """
    if not folder.has_main_database:
        return 0
    from queue_core.database.closing import reconcile_entities

    try:
        count = reconcile_entities(folder, set(active), min_age_s=min_age_s)
    except Exception:  # a border, as above
        logger.exception("entities without a job could not be closed")
        return 0
    if count:
        logger.info("%d entities had lost their job", count)
    return count
