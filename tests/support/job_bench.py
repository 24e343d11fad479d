"""A job without a queue: bound to a folder, delivered, run, and listened to."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from queue_core.components.dataset_writer import write_dataset
from queue_core.database.columns import utc_now
from queue_core.database.session import open_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset
from queue_core.jobs.base import BaseJob
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext

_NUMBERS = itertools.count(1)


@dataclass
class Reporter:
    """Keeps what a job says."""

    reports: list[tuple[float | None, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    entities: list[tuple[str, int]] = field(default_factory=list)

    def progress(self, fraction: float | None, message: str) -> None:
        self.reports.append((fraction, message))

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def output(self, text: str) -> None:
        raise AssertionError(f"unexpected output: {text}")

    def entity(self, kind: str, entity_id: int) -> None:
        self.entities.append((kind, entity_id))


def bound(job: BaseJob, folder: LocalFolder) -> Reporter:
    """Bind *job* as the queue and the child do, and deliver it; return what it will say."""
    reporter = Reporter()
    job.bind(JobContext(job_id=f"job-{next(_NUMBERS)}", folder=folder, reporter=reporter))
    job.set_status_as_delivered()
    return reporter


def run(job: BaseJob, folder: LocalFolder) -> tuple[dict[str, Any], Reporter]:
    """Deliver and run *job*; return its result and what it said."""
    reporter = bound(job, folder)
    return job.run(), reporter


def add_dataset(folder: LocalFolder, frame: Any, name: str = "table") -> int:
    """Store a frame as a finished dataset; return its id."""
    with open_session(folder) as session:
        row = Dataset(name=name, status=EntityStatus.FINISHED, finished_at=utc_now())
        session.add(row)
        session.flush()
        stored = write_dataset(folder.datasets / str(row.id), frame)
        row.data_hash = stored.data_hash
        row.row_count = stored.row_count
        row.schema = [{"name": c.name, "type": c.type.value} for c in stored.columns]
        return row.id
