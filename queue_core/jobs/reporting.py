"""Lets components report progress to the job that runs them."""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.jobs.base import BaseJob


@dataclass(frozen=True)
class JobProgress:
    """A `ProgressReporter` that reports to a job."""

    job: BaseJob

    def report(self, fraction: float | None, message: str) -> None:
        """Pass a report on, its phase beginning with a capital letter."""
        self.job.report_progress(fraction, message[:1].upper() + message[1:])
