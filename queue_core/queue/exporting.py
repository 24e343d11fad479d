"""Lists of jobs as tables of other programs: one row a job, in parts, however long the list is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from queue_core.artifacts.table_files import export_table, require_format
from queue_core.queue.contract import BaseJobQueue
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobFilter, JobOrder

if TYPE_CHECKING:
    import pyarrow as pa

_PART: Final = 2_000
_TIME: Final = "time"

# The columns: what each is called, what it holds, and where it is in a job's record.
_COLUMNS: Final[tuple[tuple[str, str, Callable[[JobRecord], Any]], ...]] = (
    ("id", "text", lambda job: job.id),
    ("name", "text", lambda job: job.job_name),
    ("type", "text", lambda job: job.task_type),
    ("status", "text", lambda job: job.status.value),
    ("created", _TIME, lambda job: job.enqueued_at),
    ("started", _TIME, lambda job: job.started_at),
    ("ended", _TIME, lambda job: job.finished_at),
    ("duration_s", "number", lambda job: _seconds(job)),
    ("phase", "text", lambda job: job.progress_message),
    ("error", "text", lambda job: job.error_msg),
    ("error_hint", "text", lambda job: job.error_hint),
    ("error_type", "text", lambda job: job.error_type),
    ("attempt", "whole", lambda job: job.attempt),
    ("priority", "number", lambda job: job.priority),
    ("peak_memory_bytes", "whole", lambda job: job.peak_memory_bytes),
    ("cpu_time_s", "number", lambda job: job.cpu_time_s),
    ("metric", "text", lambda job: job.metric),
    ("metric_value", "number", lambda job: job.metric_value),
    ("worker", "text", lambda job: job.worker),
    ("place", "text", lambda job: job.place),
    ("parameters", "text", lambda job: json.dumps(job.params, ensure_ascii=False, default=str)),
)  # fmt: skip


def save_list(
    folder: str, target: str, *, statuses: Sequence[str] = (), task_types: Sequence[str] = (),
    search: str = "", query: str = "", order_by: str = "enqueued_at", descending: bool = True,
) -> int:  # fmt: skip
    """Write the jobs of a folder that match as what *target* ends in; return how many they are.

    Arguments and result are JSON data: the window asks for this in another process.

    Raises:
        ParameterError: The format is not known.
        DataError: The file cannot be written, or Excel cannot hold so much.
        JobQueueError: The jobs cannot be read.
    """
    where = JobFilter(
        frozenset(map(JobStatus, statuses)), frozenset(task_types), search=search, query=query
    )
    with HueyJobQueue(Path(folder)) as queue:
        return export_jobs(queue, Path(target), where, JobOrder(order_by, descending))


def export_jobs(
    queue: BaseJobQueue, target: Path, where: JobFilter, order: JobOrder | None = None
) -> int:
    """Write the jobs that match to a file, whole or not at all; return how many they are.

    Raises:
        ParameterError: The format is not known.
        DataError: The file cannot be written, or Excel cannot hold so much.
        JobQueueError: The jobs cannot be read.
    """
    import pyarrow.parquet as parquet

    require_format(target)
    count = 0
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "jobs.parquet"
        with parquet.ParquetWriter(source, _schema()) as writer:
            for jobs in _in_parts(queue, where, order):
                writer.write_table(_table(jobs))
                count += len(jobs)
        export_table(source, target)
    return count


def _in_parts(
    queue: BaseJobQueue, where: JobFilter, order: JobOrder | None
) -> Iterator[Sequence[JobRecord]]:
    ids = queue.ids(where, order)
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        found = queue.get_many(part)
        yield [found[job_id] for job_id in part if job_id in found]  # some may be gone by now


def _schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {
        "text": pa.string(), "whole": pa.int64(), "number": pa.float64(),
        _TIME: pa.timestamp("us", "UTC"),
    }  # fmt: skip
    return pa.schema([(name, kinds[kind]) for name, kind, _ in _COLUMNS])


def _table(jobs: Sequence[JobRecord]) -> pa.Table:
    import pyarrow as pa

    values = {name: [_storable(read(job)) for job in jobs] for name, _, read in _COLUMNS}
    return pa.table(values, _schema())


def _storable(value: Any) -> Any:
    """Return a value as Arrow takes it: a damaged name may hold what is no character."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _seconds(job: JobRecord) -> float | None:
    span = job.duration()
    return None if span is None else span.total_seconds()
