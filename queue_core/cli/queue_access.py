"""The queue as the commands use it: opened for a while, jobs found by the beginning of their id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from queue_core.cli.output import clean
from queue_core.cli.terminal import Terminal
from queue_core.database.status import EntityKind
from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobFilter

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

Result = TypeVar("Result")

# Ids begin with the time in milliseconds; so much of it tells two jobs apart.
SHORT_ID: Final = 13


@contextmanager
def open_queue() -> Iterator[HueyJobQueue]:
    """Open the queue of the local folder and close it at the end; nothing is consumed.

    Raises:
        LocalFolderError: The folder cannot be used.
    """
    from queue_core.queue.huey_queue import HueyJobQueue

    queue = HueyJobQueue()
    try:
        for notice in queue.notices:
            Terminal().note(notice)
        yield queue
    finally:
        queue.close()


def find_job(queue: HueyJobQueue, text: str) -> JobRecord:
    """Return the whole record of the job whose id is, or uniquely begins with, *text*.

    Raises:
        JobNotFoundError: No job's id begins so.
        JobQueueError: Several do.
    """
    wanted = text.strip()
    try:
        return queue.get(wanted)
    except JobNotFoundError:
        pass
    near = [] if not wanted else queue.ids(JobFilter(search=wanted))
    found = [job_id for job_id in near if job_id.startswith(wanted.lower())]
    if not found:
        raise JobNotFoundError(
            f"There is no job whose id begins with “{wanted}”.",
            hint="List the jobs with: dashai-monitor jobs",
        )
    if len(found) > 1:
        some = ", ".join(job_id[:SHORT_ID] for job_id in found[:4])
        raise JobQueueError(
            f"{len(found)} jobs have an id that begins with “{wanted}”.",
            hint=f"Type more of it: {some}{', …' if len(found) > 4 else ''}",
        )
    return queue.get(found[0])


def find_jobs(queue: HueyJobQueue, texts: Iterable[str]) -> list[JobRecord]:
    """Return the records of several jobs, each once, before anything is done to any of them."""
    return list(
        {record.id: record for record in (find_job(queue, text) for text in texts)}.values()
    )


def order_each(
    jobs: Iterable[JobRecord], order: Callable[[str], Result], terminal: Terminal
) -> dict[str, Result]:
    """Give an order for each job; one that cannot be carried out is explained and left out."""
    found: dict[str, Result] = {}
    for job in jobs:
        try:
            found[job.id] = order(job.id)
        except JobQueueError as error:
            terminal.note(f"{describe(job)}: {error.message} {error.hint}".rstrip())
    return found


def describe(job: JobRecord) -> str:
    """Return how a job is called in a sentence."""
    return f"{job.id[:SHORT_ID]}  {clean(job.job_name)}"


def result_command(job: JobRecord) -> str:
    """Return the command that shows what a finished job has made; empty where there is none."""
    result = job.result if isinstance(job.result, Mapping) else {}
    kind, number = result.get("entity"), result.get("id")
    if job.status is not JobStatus.FINISHED or kind not in [k.value for k in EntityKind]:
        return ""
    if type(number) is not int:  # any job may return something that looks like an entity
        return ""
    return f"dashai-monitor library {str(kind).replace('_', '-')} {number}"


def reread(queue: HueyJobQueue, job_ids: Sequence[str]) -> list[JobRecord]:
    """Return the whole records as they are now; jobs that are gone are left out."""
    found = []
    for job_id in job_ids:
        try:
            found.append(queue.get(job_id))
        except JobNotFoundError:
            continue
    return found
