"""What a job queue is: the operations that every backend offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import ChangeBatch, JobCounts, JobFilter, JobOptions, JobOrder, LogLine

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob


class BaseJobQueue(ABC):
    """A durable queue of jobs.

    Every method may be called from any thread. None of them may be called on a thread that
    paints: they read and write a database.
    """

    @abstractmethod
    def put(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Store *job* durably and return its id at once; it runs when its turn comes.

        Raises:
            JobQueueError: The job cannot be stored (not serialisable, disk full, ...).
        """

    @abstractmethod
    def get(self, job_id: str) -> JobRecord:
        """Return status and metadata of a job.

        Raises:
            JobNotFoundError: There is no such job.
        """

    @abstractmethod
    async def async_get(self, job_id: str) -> JobRecord:
        """Do what `get` does without blocking the event loop."""

    @abstractmethod
    def peek(self) -> JobRecord:
        """Return the job that runs next; it stays in the queue.

        Raises:
            JobQueueError: No job is waiting.
        """

    @abstractmethod
    def is_empty(self) -> bool:
        """Return whether no job of ours waits or runs."""

    @abstractmethod
    def cancel(self, job_id: str) -> bool:
        """Stop a waiting or running job; return False if it had ended already.

        A waiting job is `cancelled` on return; a running one is marked and its process tree ended.

        Raises:
            JobNotFoundError: There is no such job.
            JobQueueError: The job belongs to DashAI.
        """

    @abstractmethod
    def retry(self, job_id: str, changes: Mapping[str, Any] | None = None) -> str:
        """Put an ended job again, with *changes* to its parameters; return the new job's id.

        Raises:
            JobNotFoundError: There is no such job.
            JobQueueError: It has not ended, belongs to DashAI, or cannot be read.
        """

    @abstractmethod
    def remove(self, job_ids: Iterable[str]) -> tuple[str, ...]:
        """Delete ended jobs and their logs; return the ids removed. Others are left alone."""

    @abstractmethod
    def list(
        self,
        where: JobFilter | None = None,
        order: JobOrder | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[JobRecord]:
        """Return the jobs that match, newest first unless *order* says otherwise."""

    @abstractmethod
    def ids(self, where: JobFilter | None = None, order: JobOrder | None = None) -> Sequence[str]:
        """Return the ids of the jobs that match, in order: the spine of a table model."""

    @abstractmethod
    def get_many(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return the records of these jobs by id; missing ones are left out."""

    @abstractmethod
    def counts(self) -> JobCounts:
        """Return how many jobs there are by status and by type."""

    @abstractmethod
    def changes_since(self, cursor: int = 0) -> ChangeBatch:
        """Return what changed after *cursor* (by any process) and the next cursor."""

    @abstractmethod
    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback*, on any thread, soon after each change; return what ends that.

        The callback carries nothing and must return at once: it is a wake-up for a reader that
        then asks `changes_since`. Changes of other processes are noticed within 50 ms.
        """

    @abstractmethod
    def logs(
        self, job_id: str, *, after: int = 0, limit: int | None = None, before: int | None = None
    ) -> Sequence[LogLine]:
        """Return the lines of a job's log whose number is above *after* and below *before*.

        With a *limit* they are the last ones of these.

        Raises:
            JobNotFoundError: There is no such job.
        """

    @abstractmethod
    def wait(self, job_id: str, timeout_s: float | None = None) -> JobRecord:
        """Block until the job has ended; return its record.

        Raises:
            JobNotFoundError: There is no such job, or it was removed meanwhile.
            TimeoutError: It has not ended in time.
        """
