"""What like jobs needed on this computer: time and memory, before another one is put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from gui.bridge import Bridge
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobFilter

MOST_LOOKED_AT = 200
# What names the data that a job works on.
DATA = ("dataset_id", "notebook_id")


@dataclass(frozen=True)
class PastJob:
    """What a finished job needed.

    Attributes:
        component: Id of its component; empty where it has none.
        data: What it worked on.
        seconds: How long it ran.
        peak_bytes: The most memory that it took; None where that is not known.
    """

    component: str
    data: tuple[Any, ...]
    seconds: float
    peak_bytes: int | None


@dataclass(frozen=True)
class Need:
    """What jobs most likely need.

    Attributes:
        seconds: How long they run, one after another.
        peak_bytes: The most memory that one takes; None where that is not known.
        is_same_data: Whether like jobs on the same data say so.
        is_too_much: Whether it is more memory than is free.
    """

    seconds: float
    peak_bytes: int | None = None
    is_same_data: bool = True
    is_too_much: bool = False


@dataclass(frozen=True)
class History:
    """The last finished jobs of a type.

    Attributes:
        jobs: They.
        free_bytes: The memory that programs can still get.
    """

    jobs: tuple[PastJob, ...] = ()
    free_bytes: int | None = None

    def need(self, components: Sequence[str], values: Mapping[str, Any]) -> Need | None:
        """Return what a job for each component needs; None where one has never run.

        Args:
            components: Their ids; none: the type has no components.
            values: What the form says, the data among it.
        """
        data = data_of(values)
        seconds, peaks, is_same = 0.0, [], True
        for component in components or ("",):
            like = [job for job in self.jobs if job.component == component]
            same = [job for job in like if job.data == data]
            is_same = is_same and bool(same)
            chosen = same or like
            if not chosen:
                return None
            seconds += median(job.seconds for job in chosen)
            known = [job.peak_bytes for job in chosen if job.peak_bytes]
            peaks += [median(known)] if known else []
        peak = round(max(peaks)) if peaks else None
        is_too_much = peak is not None and self.free_bytes is not None and peak > self.free_bytes
        return Need(seconds, peak, is_same, is_too_much)


def history_of(records: Iterable[JobRecord], component_field: str, free_bytes: int) -> History:
    """Return what the records of finished jobs tell."""
    jobs = []
    for record in records:
        span = record.duration()
        if span is not None:
            component = str(record.params.get(component_field) or "")
            peak = record.peak_memory_bytes
            jobs.append(PastJob(component, data_of(record.params), span.total_seconds(), peak))
    return History(tuple(jobs), free_bytes)


async def read_history(bridge: Bridge, task_type: str, component_field: str) -> History:
    """Return the history of a type of job."""
    where = JobFilter(statuses=frozenset({JobStatus.FINISHED}), task_types=frozenset({task_type}))
    found = await bridge.ask(lambda queue: queue.list(where, limit=MOST_LOOKED_AT))
    load = await bridge.system_load()
    return history_of(found, component_field, load.available_bytes)


def data_of(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what names the data of a job."""
    return tuple(values.get(name) for name in DATA)
