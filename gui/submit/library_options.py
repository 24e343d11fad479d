"""What forms offer to choose from the library: entities of a kind, columns of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gui.format import format_relative
from gui.i18n import tr_plural
from gui.submit.pickers import Option
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import EntityFilter, EntityRecord, get_entity, list_entities
from queue_core.paths import LocalFolder

KINDS: Mapping[str, EntityKind] = {
    "dataset": EntityKind.DATASET,
    "notebook": EntityKind.NOTEBOOK,
    "session": EntityKind.MODEL_SESSION,
    "run": EntityKind.RUN,
    "generative-session": EntityKind.GENERATIVE_SESSION,
}
FORMATS: Mapping[EntityKind, str] = {kind: name for name, kind in KINDS.items()}
MOST_OPTIONS = 2000


def entity_options(folder: LocalFolder, kind: str) -> list[Option]:
    """Return the entities that a field of format *kind* can name, newest first."""
    where = EntityFilter(statuses=frozenset({EntityStatus.FINISHED}))
    records = list_entities(folder, KINDS[kind], where, limit=MOST_OPTIONS)
    return [
        Option(record.id, record.name, _detail(record), is_likely=_has_rows(record))
        for record in records
    ]


def columns_of(folder: LocalFolder, kind: str, entity_id: int) -> list[Option]:
    """Return the columns of a dataset or notebook, or of the data behind a session or run."""
    record = get_entity(folder, KINDS[kind], entity_id)
    details = record.details
    if details.get("schema"):
        return [Option(item["name"], item["name"], item["type"]) for item in details["schema"]]
    if details.get("session_id"):
        return columns_of(folder, "session", details["session_id"])
    if details.get("dataset_id"):
        return columns_of(folder, "dataset", details["dataset_id"])
    return []


def task_of(folder: LocalFolder, kind: str, entity_id: int) -> str:
    """Return the task of a session or of a run's session; empty for anything else."""
    details: Mapping[str, Any] = get_entity(folder, KINDS[kind], entity_id).details
    if kind == "run":
        return task_of(folder, "session", details["session_id"])
    return str(details.get("task") or "")


def _has_rows(record: EntityRecord) -> bool:
    """Return whether anything can be made of it, as far as is known: an empty table is no start."""
    return bool(record.details.get("row_count", 1))


def _detail(record: EntityRecord) -> str:
    rows = record.details.get("row_count")
    if rows is not None:
        return tr_plural("{count} row", "{count} rows", rows)
    return str(record.details.get("task") or "") or format_relative(record.created_at)
