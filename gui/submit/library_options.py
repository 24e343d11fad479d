"""What forms offer to choose from the library: entities of a kind, columns of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.format import format_relative
from gui.i18n import tr_plural, translate
from gui.submit.miniature import shape_of
from gui.submit.pickers import Option
from queue_core.components.stored_dataset import ColumnInfo, StoredDataset
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.errors import MonitorError
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
        Option(record.id, record.name, _detail(record), is_likely=_is_likely(record))
        for record in records
    ]


@dataclass(frozen=True)
class Data:
    """What a form knows of the data that is chosen.

    Attributes:
        columns: Its columns.
        rows: How many rows it has; None where that is not stored.
    """

    columns: tuple[Option, ...] = ()
    rows: int | None = None


def data_of(folder: LocalFolder, kind: str, entity_id: int) -> Data:
    """Return the data of a dataset or notebook, or what is behind a session or run."""
    record = get_entity(folder, KINDS[kind], entity_id)
    details = record.details
    if details.get("schema"):
        known = _known_columns(folder, entity_id) if kind == "dataset" else {}
        rows = details.get("row_count")
        columns = (_column(item, known.get(item["name"]), rows or 0) for item in details["schema"])
        return Data(tuple(columns), rows)
    if details.get("session_id"):
        # A run's columns are asked for again; how many rows it learnt from says nothing of others.
        return Data(data_of(folder, "session", details["session_id"]).columns)
    if details.get("dataset_id"):
        return data_of(folder, "dataset", details["dataset_id"])
    return Data()


def _known_columns(folder: LocalFolder, dataset_id: int) -> dict[str, ColumnInfo]:
    """Return what is known of each column; nothing where that cannot be read."""
    try:
        return {
            info.name: info for info in StoredDataset(folder.datasets / str(dataset_id)).columns
        }
    except MonitorError:
        return {}


def _column(item: Mapping[str, Any], info: ColumnInfo | None, rows: int) -> Option:
    """Return the option for a column."""
    name, kind = item["name"], item["type"]
    if info is None:
        return Option(name, name, kind)
    distinct = info.statistics.get("distinct")
    return Option(
        name, name, kind,
        distinct=distinct if isinstance(distinct, int) else None,
        missing_share=info.missing / rows if rows else 0.0,
        shape=shape_of(info.statistics, rows - info.missing),
    )  # fmt: skip


def task_of(folder: LocalFolder, kind: str, entity_id: int) -> str:
    """Return the task of a session or of a run's session; empty for anything else."""
    details: Mapping[str, Any] = get_entity(folder, KINDS[kind], entity_id).details
    if kind == "run":
        return task_of(folder, "session", details["session_id"])
    return str(details.get("task") or "")


def _is_likely(record: EntityRecord) -> bool:
    """Return whether a form may begin with it: an empty table or what a job made is no start."""
    return bool(record.details.get("row_count", 1)) and not record.details.get("derived_from_id")


def _detail(record: EntityRecord) -> str:
    rows = record.details.get("row_count")
    if rows is not None:
        return tr_plural("{count} row", "{count} rows", rows)
    task = str(record.details.get("task") or "").replace("_", " ")
    return translate(task) or format_relative(record.created_at)
