"""Which folders hold what an entity stores outside of the database."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from queue_core.database.status import EntityKind
from queue_core.paths import LocalFolder

logger = logging.getLogger(__name__)


def stored_folders(folder: LocalFolder, kind: EntityKind, entity_id: int) -> tuple[Path, ...]:
    """Return the folders of an entity, whether they exist or not."""
    artifacts = folder.artifacts / kind.value / str(entity_id)
    if kind is EntityKind.DATASET:
        return (folder.datasets / str(entity_id), artifacts)
    return (artifacts,)


def job_temporary_folder(folder: LocalFolder, job_id: str) -> Path:
    """Return the folder for a job's half-written files; it is removed when the job has ended."""
    return folder.temporary / job_id


def remove_folders(places: Iterable[Path]) -> bool:
    """Remove folders; return False where one of them is still there."""
    for place in places:
        try:
            shutil.rmtree(place)
        except FileNotFoundError:
            continue
        except OSError as error:
            logger.warning("The folder %s could not be removed: %s.", place, error)
            return False
    return True
