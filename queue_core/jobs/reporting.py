"""Lets components report progress to the job that runs them."""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.jobs.base import BaseJob
from queue_core.plain import plain_text

_MESSAGE_LIMIT = 500


@dataclass(frozen=True)
class JobProgress:
    """A `ProgressReporter` that reports to a job."""

    job: BaseJob

    def report(self, fraction: float | None, message: str) -> None:
        """Pass a report on, its phase beginning with a capital letter."""
        phase = plain_text(message, _MESSAGE_LIMIT)
        self.job.report_progress(fraction, phase[:1].upper() + phase[1:])
