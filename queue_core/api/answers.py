"""Jobs as the API tells them: DashAI's fields under its names, times as its columns have them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from queue_core.queue.job_record import JobRecord
from queue_core.queue.plain_data import to_json
from queue_core.queue.store.clock import to_text
from queue_core.queue.values import Glance

# What lists have; the first nine are DashAI's.
ITEM_FIELDS: Final = (
    "id", "task_type", "job_name", "enqueued_at", "status", "last_update", "error_msg", "progress",
    "progress_message", "started_at", "finished_at", "attempt", "priority", "paused", "origin",
)  # fmt: skip
_TIMES: Final = ("enqueued_at", "last_update", "started_at", "finished_at", "not_before")
# DashAI's words for kinds of entity that we call otherwise.
_ENTITY_TYPES: Final = {"run": "train_model"}


def status_of(glance: Glance) -> dict[str, Any]:
    """Return what a front end polls."""
    return {
        "status": glance.status,
        "updated": glance.last_update,
        "error": glance.error_msg,
        "job_name": glance.job_name,
        "progress": glance.progress,
        "progress_message": glance.progress_message,
    }


def job_item(record: JobRecord) -> dict[str, Any]:
    """Return a job as lists and events have it."""
    return {name: _plain(getattr(record, name)) for name in ITEM_FIELDS}


def whole_job(record: JobRecord) -> dict[str, Any]:
    """Return all about a job."""
    data = to_json(record)
    for name in _TIMES:
        data[name] = _plain(getattr(record, name))
    params = data.pop("params")
    return {**{name: data[name] for name in ITEM_FIELDS}, **data, "kwargs": params}


def details_of(record: JobRecord, entity: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the entity that a job makes, with where the job stands.

    Args:
        record: The job.
        entity: The entity as JSON data; None where the job makes none.
    """
    if entity is None:
        return {"id": record.id, "no_entity": True}
    glance = Glance(
        record.status, to_text(record.last_update), record.error_msg, record.job_name,
        record.progress, record.progress_message,
    )  # fmt: skip
    kind = str(entity["kind"])
    changed = entity["finished_at"] or entity["started_at"] or entity["created_at"]
    return {
        "id": record.id,
        "entity_type": _ENTITY_TYPES.get(kind, kind),
        "entity_id": entity["id"],
        "entity_name": entity["name"],
        "created_at": _plain(entity["created_at"]),
        "last_modified": _plain(changed),
        **status_of(glance),
    }


def _plain(value: Any) -> Any:
    return to_text(value) if isinstance(value, datetime) else value
