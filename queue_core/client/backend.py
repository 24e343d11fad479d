"""What a client needs of a queue, wherever that is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import JobFilter, JobOptions, LogLine

if TYPE_CHECKING:
    import pandas as pd

    from queue_core.jobs.base import BaseJob


@dataclass(frozen=True)
class ResultInfo:
    """One result of a job.

    Attributes:
        name: Its name.
        kind: `table`, `figure`, `text`, `model` or `report`.
        title: What people see.
        formats: The forms in which it can be had.
    """

    name: str
    kind: str
    title: str
    formats: tuple[str, ...]


class Backend(ABC):
    """A queue that a client works with.

    Attributes:
        place: Where it is, for people.
    """

    place: str

    @abstractmethod
    def submit(
        self, job: BaseJob | str, params: Mapping[str, Any], options: JobOptions | None
    ) -> str:
        """Put a job, or one of a type with these parameters; return its id."""

    @abstractmethod
    def get(self, job_id: str) -> JobRecord:
        """Return a job."""

    @abstractmethod
    def list(self, where: JobFilter, limit: int) -> Sequence[JobRecord]:
        """Return the newest jobs that match."""

    @abstractmethod
    def cancel(self, job_id: str) -> bool:
        """Stop a job; False if it had ended."""

    @abstractmethod
    def retry(self, job_id: str, changes: Mapping[str, Any]) -> str:
        """Put an ended job again; return the new one's id."""

    @abstractmethod
    def logs(self, job_id: str, after: int) -> Sequence[LogLine]:
        """Return what a job has written after a line."""

    @abstractmethod
    def results(self, record: JobRecord) -> Sequence[ResultInfo]:
        """Return what a job has made."""

    @abstractmethod
    def read(self, record: JobRecord, name: str, file_format: str | None) -> bytes:
        """Return one of these as a file."""

    @abstractmethod
    def frame(self, record: JobRecord, name: str) -> pd.DataFrame:
        """Return a table."""

    @abstractmethod
    def follow(self, job_id: str, deadline: float | None) -> Iterator[JobRecord | None]:
        """Yield the job now and at each change, until it has ended.

        Args:
            job_id: The job.
            deadline: Where `time.monotonic` stands when it was long enough: soon after it
                something is yielded, None where nothing is new.
        """

    @abstractmethod
    def async_follow(self, job_id: str, deadline: float | None) -> AsyncIterator[JobRecord | None]:
        """Do what `follow` does without blocking the event loop."""

    @abstractmethod
    def close(self) -> None:
        """Let go what is held."""
