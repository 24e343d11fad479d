"""Copies of stored jobs: for a retry of one or many, and for what a schedule puts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from queue_core.errors import MonitorError
from queue_core.queue import submission
from queue_core.queue.store.clock import new_id
from queue_core.queue.store.columns import COLUMNS
from queue_core.queue.store.handover import NewJob
from queue_core.queue.store.serializer import Signer

_KEPT = (
    "priority", "max_attempts", "retry_delay_s", "timeout_s", "memory_limit_bytes",
    "cores", "asked_memory_bytes", "gpus", "labels",
)  # fmt: skip


@dataclass(frozen=True)
class Retried:
    """What came of putting many jobs again.

    Attributes:
        ids: The new jobs, in the order of those that they repeat.
        error: Why some are missing, the first reason; None where all were put.
    """

    ids: tuple[str, ...] = ()
    error: MonitorError | None = None


def retry_each(
    job_ids: Iterable[str], copy: Callable[[str], NewJob], put: Callable[[NewJob], None]
) -> Retried:
    """Put copies of jobs; one that cannot be copied keeps none of the others from it.

    What keeps one from being stored (a full disk, a locked file) would keep them all, each for as
    long as is waited for it: then no more are tried.

    Args:
        job_ids: The jobs.
        copy: Makes the new job.
        put: Stores it.
    """
    new: list[str] = []
    error: MonitorError | None = None
    for job_id in job_ids:
        try:
            job = copy(job_id)
        except MonitorError as reason:
            error = error or reason
            continue
        try:
            put(job)
        except MonitorError as reason:
            error = error or reason
            break
        new.append(job.id)
    return Retried(tuple(new), error)


def copy_of(
    row: Any, signed_for: str, signer: Signer, *, changes: Mapping[str, Any] | None = None
) -> NewJob:
    """Return a new job that is a copy of a stored one.

    Args:
        row: The stored job, or the schedule that holds one; a damaged value of it is left out.
        signed_for: The id that its signature is bound to.
        signer: Verifies it, and signs the copy.
        changes: Parameters that are to be others.

    Raises:
        UntrustedBlobError: It does not carry our signature.
    """
    changes = changes or {}
    errand = signer.verify(row["job_blob"], signed_for)
    job_id = new_id()
    task_type = readable(row, "task_type", "?")
    kept = {name: readable(row, name, None) for name in _KEPT}
    return NewJob(
        id=job_id,
        task_type=task_type,
        job_name=str(changes.get("name") or readable(row, "job_name", task_type)),
        job_blob=signer.sign(replace(errand, changes={**errand.changes, **changes}), job_id),
        params=submission.params_json({**_params(row["params"]), **changes}),
        environment=readable(row, "environment", "{}"),
        reuse_key=errand.reuse_key,
        place=errand.place,
        entity_open=bool(readable(row, "entity_open", 0)),
        **{name: value for name, value in kept.items() if value is not None},
    )


def readable(row: Any, name: str, default: Any) -> Any:
    """Return a value of a row; *default* where there is none, or a damaged one."""
    if name not in row.keys() or row[name] is None:  # noqa: SIM118 - a row iterates its values
        return default
    try:
        return COLUMNS[name].read(row[name])
    except (ValueError, TypeError, OverflowError):
        return default


def _params(text: object) -> dict[str, Any]:
    try:
        params = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return params if isinstance(params, dict) else {}
