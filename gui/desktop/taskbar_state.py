"""How far the queue is, and what has happened since the user looked."""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobCounts

_ACTIVE = (JobStatus.STARTED, JobStatus.NOT_STARTED)


@dataclass(frozen=True)
class TaskbarState:
    """What is shown.

    Attributes:
        progress: 0 to 1; None while nothing runs or waits.
        failures: How many jobs have failed since the user looked.
        is_urgent: Whether something has happened that the user has not seen.
    """

    progress: float | None = None
    failures: int = 0
    is_urgent: bool = False


class Round:
    """The jobs from one rest of the queue to the next: so far they are done together."""

    def __init__(self) -> None:
        self._ended_before: int | None = None

    def progress(self, counts: JobCounts, running: float) -> float | None:
        """Return how far it is, 0 to 1; None while the queue rests.

        Args:
            counts: How many jobs there are.
            running: The progress of those that run, 0 to 1 each, added up.
        """
        active = sum(counts.by_status.get(status, 0) for status in _ACTIVE)
        if not active:
            self._ended_before = None
            return None
        ended = counts.total - active
        # Fewer than before: some were removed meanwhile.
        self._ended_before = ended if self._ended_before is None else min(self._ended_before, ended)
        done = ended - self._ended_before
        return min(1.0, (done + running) / (done + active))


class Unseen:
    """What has failed since the user looked; that all has ended is told by `gui.completion`."""

    def __init__(self) -> None:
        self._failed_before: int | None = None
        self.failures = 0
        self.is_urgent = False

    def note(self, counts: JobCounts, *, is_looking: bool) -> None:
        """Note how things stand now."""
        failed = counts.by_status.get(JobStatus.ERROR, 0)
        if self._failed_before is None or is_looking:
            self._failed_before, self.failures, self.is_urgent = failed, 0, False
        else:
            before, self.failures = self.failures, max(0, failed - self._failed_before)
            self.is_urgent = self.is_urgent or self.failures > before
