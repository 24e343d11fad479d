"""Where a job runs and how it speaks to its supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from queue_core.paths import LocalFolder


class JobReporter(Protocol):
    """How a running job speaks to its supervisor."""

    def progress(self, fraction: float | None, message: str) -> None:
        """Report how far the job is: 0 to 1, or None where the total work is unknown."""

    def warning(self, text: str) -> None:
        """Report what was done that the user should know; kept with the job."""

    def output(self, text: str) -> None:
        """Stream a piece of the job's output, e.g. generated tokens; it lands in the log."""

    def entity(self, kind: str, entity_id: int) -> None:
        """Name the entity of the main database that this job makes."""


@dataclass(frozen=True)
class JobContext:
    """Where a job runs; given by the queue at `put` and by the child process at `run`.

    Attributes:
        job_id: Identifier of the job.
        folder: The local folder, with the main database and the stored data.
        reporter: None outside of a running child process.
        attempt: Which attempt this is, from 1.
        ending: Why it was stopped from outside, one sentence; told to `on_cancel` and
            `set_status_as_error` where it is known.
    """

    job_id: str
    folder: LocalFolder
    reporter: JobReporter | None = None
    attempt: int = 1
    ending: str = ""


class RunnableJob(Protocol):
    """What the child process needs of a job; `BaseJob` provides it."""

    kwargs: dict[str, Any]

    def bind(self, context: JobContext) -> None:
        """Tell the job where it is."""

    def run(self) -> Any:
        """Do the work."""

    def set_status_as_error(self) -> None:
        """Mark the job's entity as failed."""

    def on_cancel(self) -> None:
        """Clean up after a run that did not end by itself."""
