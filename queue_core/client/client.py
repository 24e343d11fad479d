"""The queue as a notebook or a script holds it."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Iterable
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from queue_core.client.backend import Backend
from queue_core.client.job import Job, JobList
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter, JobOptions

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob


class Client:
    """A queue, in a folder or behind the HTTP API: the same methods for both.

    Every method that waits for anything has a twin whose name begins with `async_`, which does
    not block the event loop that runs in a notebook. As a context manager it closes itself.

    Args:
        backend: Where the queue is.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        # A notebook's process may run jobs: they are told before it ends.
        atexit.register(self.close)

    @property
    def place(self) -> str:
        """Where the queue is."""
        return self._backend.place

    def submit(
        self, job: BaseJob | str, file: str | PathLike[str] | None = None, /, *,
        options: JobOptions | None = None, **params: Any,
    ) -> Job:  # fmt: skip
        """Put a job and return it at once.

        Args:
            job: A type, e.g. `dataset`, with its parameters by name; or a job.
            file: The file to load, for the type `dataset`; over HTTP it is uploaded.
            options: How to run it: priority, limits, attempts.
            **params: The parameters of a type.

        Raises:
            JobError: A parameter is wrong.
            JobQueueError: It cannot be stored, or the queue is not to be reached.
        """
        if file is not None:
            params["file_path"] = str(file)
        if not isinstance(job, str) and params:
            raise TypeError("A job has its parameters already.")
        job_id = self._backend.submit(job, params, options)
        return self.job(job_id)

    async def async_submit(
        self, job: BaseJob | str, file: str | PathLike[str] | None = None, /, *,
        options: JobOptions | None = None, **params: Any,
    ) -> Job:  # fmt: skip
        """Do what `submit` does without blocking the event loop."""
        return await asyncio.to_thread(self.submit, job, file, options=options, **params)

    def job(self, job_id: str) -> Job:
        """Return a job by its id.

        Raises:
            JobNotFoundError: There is no such job.
        """
        return Job(self._backend, self._backend.get(job_id))

    async def async_job(self, job_id: str) -> Job:
        """Do what `job` does without blocking the event loop."""
        return await asyncio.to_thread(self.job, job_id)

    def jobs(
        self, *, status: JobStatus | str | Iterable[JobStatus | str] = (), search: str = "",
        limit: int = 20,
    ) -> JobList:  # fmt: skip
        """Return the newest jobs.

        Args:
            status: Only in this state, or one of these, e.g. `error`.
            search: Only with all these words in name, type, error or parameters.
            limit: How many at most.
        """
        statuses = [status] if isinstance(status, str) else status
        where = JobFilter(frozenset(map(JobStatus, statuses)), search=search)
        return JobList([Job(self._backend, item) for item in self._backend.list(where, limit)])

    async def async_jobs(self, **choice: Any) -> JobList:
        """Do what `jobs` does without blocking the event loop."""
        return await asyncio.to_thread(lambda: self.jobs(**choice))

    def close(self) -> None:
        """Let go what is held; jobs that run in this process are interrupted."""
        atexit.unregister(self.close)
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self.place}>"
