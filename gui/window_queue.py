"""What the window asks of the queue, and what it orders: as wide as the window, and no wider.

A question cannot change anything, for it is given `QueueQuestions`; an order goes to `QueueOrders`.
Any backend that has these methods can stand behind the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from queue_core.queue.estimates import Forecast
from queue_core.queue.finding.following import Progress
from queue_core.queue.job_record import JobRecord
from queue_core.queue.place_jobs import PlaceJobs
from queue_core.queue.timeline import Timeline
from queue_core.queue.values import (
    Attempt,
    Before,
    ChangeBatch,
    FailureGroup,
    JobCounts,
    JobFilter,
    JobOptions,
    JobOrder,
    JobPage,
    LogLine,
    Move,
    Phase,
    Sample,
    Schedule,
    WaitReason,
)

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob
    from queue_core.places.configuration import PlaceConfig
    from queue_core.queue.repeating import Retried
    from queue_core.queue.upkeep.log_search import LogMatch
    from queue_core.runner.snapshots.snapshot import StackSnapshot


class QueueQuestions(Protocol):
    """What can be asked; see `HueyJobQueue` for each."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know."""

    @property
    def problem(self) -> str | None:
        """What keeps the queue from working now."""

    @property
    def is_paused(self) -> bool:
        """Whether the user has paused the queue."""

    def get(self, job_id: str) -> JobRecord:
        """Return one job, whole."""

    def get_many(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return jobs by id."""

    def list(
        self,
        where: JobFilter | None = None,
        order: JobOrder | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[JobRecord]:
        """Return the jobs that match."""

    def page(
        self, where: JobFilter, order: JobOrder, *, start: int, size: int, around: str = "",
        hidden: Sequence[str] = (), is_hasty: bool = False,
    ) -> JobPage:  # fmt: skip
        """Return a part of the jobs that match."""

    def index_more(self) -> Progress:
        """Index some more jobs, so that they are found quickly."""

    def counts(self) -> JobCounts:
        """Return how many jobs there are."""

    def changes_since(self, cursor: int = 0) -> ChangeBatch:
        """Return what changed."""

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after each change."""

    def logs(
        self, job_id: str, *, after: int = 0, limit: int | None = None, before: int | None = None
    ) -> Sequence[LogLine]:
        """Return lines of a job's log."""

    def places(self) -> Sequence[PlaceConfig]:
        """Return where jobs may run, beside this computer."""

    def jobs_at(self, place: str, *, limit: int) -> PlaceJobs:
        """Return what runs at a place and waits for it."""

    def attempts(self, job_id: str) -> Sequence[Attempt]:
        """Return the ended attempts of a job."""

    def samples(self, job_id: str) -> Sequence[Sample]:
        """Return what a job used over time."""

    def phases(self, job_id: str) -> Sequence[Phase]:
        """Return where the time of a job went."""

    def search_logs(
        self, text: str, job_ids: Sequence[str] | None = None, limit: int = 500
    ) -> Sequence[LogMatch]:
        """Return the lines of logs that hold a text."""

    def failures(self) -> Sequence[FailureGroup]:
        """Return failed jobs by what they failed of."""

    def failed_ids(
        self, fingerprint: str, *, limit: int = 1_000, to_retry: bool = False
    ) -> Sequence[str]:
        """Return jobs that failed alike."""

    def timeline(
        self, begin_s: float, end_s: float, *, steps: int = 1000, margin: float = 0.0
    ) -> Timeline:
        """Return what ran between two moments."""

    def schedules(self) -> Sequence[Schedule]:
        """Return the jobs that repeat."""

    def why_waiting(self, job_id: str) -> WaitReason | None:
        """Return why a job waits."""

    def forecast(self) -> Forecast:
        """Return when what runs and waits will have ended."""

    def queue_order(self, *, limit: int) -> Sequence[JobRecord]:
        """Return the first jobs that wait, in the order of the queue."""

    def stack_snapshot(self, job_id: str) -> StackSnapshot:
        """Return what a running job is doing now."""

    def crash_report(self, job_id: str, target: Path) -> Path:
        """Write one zip that tells why a job failed."""


class QueueOrders(Protocol):
    """What can be ordered; see `HueyJobQueue` for each."""

    def put(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Put a job."""

    def retry(self, job_id: str, changes: Mapping[str, Any] | None = None) -> str:
        """Put an ended job again."""

    def retry_all(self, job_ids: Iterable[str]) -> Retried:
        """Put ended jobs again, as one group; what cannot be is left out."""

    def ignore_failures(self, fingerprints: Iterable[str], *, ignored: bool = True) -> None:
        """Leave kinds of failures out of what is to be looked at."""

    def cancel(self, job_id: str) -> bool:
        """Stop a job."""

    def wait(self, job_id: str, timeout_s: float | None = None) -> JobRecord:
        """Wait until a job has ended."""

    def cancel_all(self, where: JobFilter | None = None) -> Sequence[str]:
        """Stop all jobs that match."""

    def pause(self, job_id: str) -> bool:
        """Suspend a running job."""

    def resume(self, job_id: str) -> bool:
        """Let a suspended job go on."""

    def remove(self, job_ids: Iterable[str]) -> tuple[str, ...]:
        """Delete ended jobs."""

    def move(self, job_ids: Iterable[str], to: Move | Before) -> Sequence[str]:
        """Move waiting jobs within the queue."""

    def set_priority(self, job_id: str, priority: int) -> bool:
        """Change the priority of a waiting job."""

    def pin(self, job_ids: Iterable[str], *, pinned: bool = True) -> None:
        """Keep jobs from clean-up."""

    def pause_queue(self) -> None:
        """Start no more jobs."""

    def resume_queue(self) -> None:
        """Start jobs again."""

    def add_schedule(self, job: BaseJob, cron: str, *, name: str | None = None) -> str:
        """Repeat a job."""

    def change_schedule(
        self, schedule_id: str, *, cron: str | None = None, enabled: bool | None = None
    ) -> None:
        """Change when a schedule runs, or whether."""

    def remove_schedule(self, schedule_id: str) -> None:
        """Forget a schedule."""


class WindowQueue(QueueQuestions, QueueOrders, Protocol):
    """A queue behind the window."""
