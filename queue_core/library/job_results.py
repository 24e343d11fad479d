"""What a job has made: the entity that its result names, and the files of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import artifact_folder
from queue_core.database.status import EntityKind
from queue_core.errors import EntityNotFoundError, JobError
from queue_core.paths import LocalFolder

# What the rows of a dataset or notebook are called among its results.
ROWS: Final = "rows"
_KINDS: Final = {kind.value: kind for kind in EntityKind}
_TABLES: Final = (EntityKind.DATASET, EntityKind.NOTEBOOK)


def entity_place(result: Any) -> tuple[EntityKind, int] | None:
    """Return kind and id of the entity that a job's result names; any job may return anything."""
    found = result if isinstance(result, Mapping) else {}
    kind, number = found.get("entity"), found.get("id")
    if not isinstance(kind, str) or kind not in _KINDS or type(number) is not int:
        return None
    return (_KINDS[kind], number) if 0 < number < 2**63 else None


def results_of(folder: LocalFolder, result: Any) -> Sequence[Artifact]:
    """Return what a job has made; nothing while it runs.

    Args:
        folder: The local folder.
        result: What the job has returned.
    """
    place = entity_place(result)
    if place is None:
        return ()
    found = read_artifacts(artifact_folder(folder, place[0].value, place[1]))
    rows = _rows_of(folder, *place)
    return found if rows is None else (rows, *found)


def _rows_of(folder: LocalFolder, kind: EntityKind, entity_id: int) -> Artifact | None:
    if kind not in _TABLES:
        return None
    from queue_core.database.finding import load_entity
    from queue_core.database.session import read_session
    from queue_core.database.tables import Dataset, Notebook
    from queue_core.library.sources import open_source

    try:
        with read_session(folder) as session:
            entity = load_entity(session, kind, entity_id)
            assert isinstance(entity, Dataset | Notebook)
            path = open_source(folder, entity).parquet_path
    except (EntityNotFoundError, JobError):  # deleted since, or not ready
        return None
    return Artifact(ArtifactKind.TABLE, ROWS, "Rows", path)
