"""What a job has made."""

from __future__ import annotations

from collections.abc import Mapping

from queue_core.database.status import EntityKind
from queue_core.queue.job_record import JobRecord


def made_entity(record: JobRecord) -> tuple[EntityKind | None, int]:
    """Return kind and id of the entity of ours that a job has made; None and 0 where it has not."""
    result = record.result if isinstance(record.result, Mapping) else {}
    kind, entity_id = result.get("entity"), result.get("id")
    if kind not in set(EntityKind) or not isinstance(entity_id, int):
        return None, 0
    return EntityKind(str(kind)), entity_id
