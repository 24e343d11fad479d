"""What ran when: the attempts of a stretch of time, short ones counted instead of listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from queue_core.queue.job_record import JobStatus

# Ends that are nobody's wish.
FAILURES = frozenset({JobStatus.ERROR, JobStatus.KILLED})


@dataclass(frozen=True)
class Span:
    """One attempt of a job. Times are seconds since 1970, UTC.

    Attributes:
        job_id: The job.
        name: What the user calls it.
        task_type: Class name of the job.
        status: How it ended; `started` while it runs.
        begin_s: When it began.
        end_s: When it ended; for a running one the moment of asking.
        attempt: Which attempt it is, from 1.
    """

    job_id: str
    name: str
    task_type: str
    status: JobStatus
    begin_s: float
    end_s: float
    attempt: int = 1

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.status is JobStatus.STARTED

    @property
    def took_s(self) -> float:
        """How long it ran."""
        return self.end_s - self.begin_s


@dataclass(frozen=True)
class Crowd:
    """Attempts of one type that are too short to be seen, and began within one step.

    Attributes:
        task_type: Class name of the jobs.
        step: Number of the step, from 0.
        count: How many there are.
        failed: How many of them failed or were interrupted.
    """

    task_type: str
    step: int
    count: int
    failed: int


@dataclass(frozen=True)
class Ended:
    """How many attempts ended within one step.

    Attributes:
        count: All.
        failed: Those that failed or were interrupted.
    """

    count: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A stretch of time, divided into steps of equal length.

    Attributes:
        begin_s: Where it begins, with the margin that was asked for.
        end_s: Where it ends, likewise.
        step_s: How long a step is.
        spans: The attempts that are long enough to be seen, the earliest first.
        crowds: The others, counted.
        ended: What ended in each step, by its number.
        by_status: How many attempts there are of each status, in what was asked for.
        first_s: When the first attempt of all time began; None where nothing has run.
    """

    begin_s: float
    end_s: float
    step_s: float
    spans: Sequence[Span] = ()
    crowds: Sequence[Crowd] = ()
    ended: Mapping[int, Ended] = field(default_factory=dict)
    by_status: Mapping[JobStatus, int] = field(default_factory=dict)
    first_s: float | None = None

    @property
    def total(self) -> int:
        """All attempts in the stretch."""
        return sum(self.by_status.values())
