"""Which folders hold what an entity stores outside of the database."""

from __future__ import annotations

from pathlib import Path

from queue_core.database.status import EntityKind
from queue_core.paths import LocalFolder


def stored_folders(folder: LocalFolder, kind: EntityKind, entity_id: int) -> tuple[Path, ...]:
    """Return the folders of an entity, whether they exist or not."""
    artifacts = folder.artifacts / kind.value / str(entity_id)
    if kind is EntityKind.DATASET:
        return (folder.datasets / str(entity_id), artifacts)
    return (artifacts,)


def job_temporary_folder(folder: LocalFolder, job_id: str) -> Path:
    """Return the folder for a job's half-written files; it is removed when the job has ended."""
    return folder.temporary / job_id
