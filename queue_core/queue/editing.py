"""The editing half of the queue: what changes rows and needs no consumer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from queue_core.paths import LocalFolder
from queue_core.places.configuration import PlaceConfig, read_places
from queue_core.queue import schedules, submission
from queue_core.queue.job_record import JobRecord
from queue_core.queue.reading import QueueReader
from queue_core.queue.store import lifecycle, ordering, reports, state, triage
from queue_core.queue.store.database import Database
from queue_core.queue.store.log_place import log_of
from queue_core.queue.values import Before, JobOptions, Move, RetentionPolicy
from queue_core.runner.log.log_lines import delete_log
from queue_core.settings.store import Settings

if TYPE_CHECKING:
    from queue_core.queue.upkeep.log_search import LogMatch
    from queue_core.queue.upkeep.retention import CleanUpReport
    from queue_core.runner.snapshots.snapshot import StackSnapshot


class QueueEditor(QueueReader):
    """Orders, pins and removes jobs, and looks into them.

    Args:
        database: The queue's database.
        folder: The local folder.

    Attributes:
        folder: The local folder.
    """

    def __init__(self, database: Database, folder: LocalFolder) -> None:
        super().__init__(database, folder.logs)
        self.folder = folder

    def move(self, job_ids: Iterable[str], to: Move | Before) -> Sequence[str]:
        """Move waiting jobs within the queue; return those that were moved."""
        return self._database.write(lambda c: ordering.move(c, job_ids, to))

    def queue_order(self, *, limit: int) -> Sequence[JobRecord]:
        """Return the first jobs that wait, in the order of the queue, held up or not."""
        return ordering.read_order(self._database, limit=limit)

    def set_priority(self, job_id: str, priority: int) -> bool:
        """Change the priority of a waiting job; False if it waits no more.

        Raises:
            JobNotFoundError: There is no such job.
            JobQueueError: The priority is no whole number, or far too large.
        """
        self._own_row(job_id, "id")
        checked = submission.stored_options(JobOptions(priority=priority))["priority"]
        return self._database.write(lambda c: ordering.set_priority(c, job_id, checked))

    def pin(self, job_ids: Iterable[str], *, pinned: bool = True) -> None:
        """Keep jobs from clean-up, or no longer."""
        chosen = list(job_ids)
        self._database.write(lambda c: reports.pin(c, chosen, pinned=pinned))

    def remove(self, job_ids: Iterable[str]) -> tuple[str, ...]:
        """Delete ended jobs of ours and their logs; see `BaseJobQueue.remove`."""
        chosen = list(job_ids)
        removed = self._database.write(
            lambda c: tuple(job_id for job_id in chosen if lifecycle.remove(c, job_id))
        )
        for job_id in removed:
            delete_log(log_of(self.folder.logs, job_id))
        return removed

    def ignore_failures(self, fingerprints: Iterable[str], *, ignored: bool = True) -> None:
        """Leave kinds of failures out of what is to be looked at, or take them in again."""
        chosen = list(fingerprints)
        self._database.write(lambda c: triage.ignore(c, chosen, ignored=ignored))

    def change_schedule(
        self, schedule_id: str, *, cron: str | None = None, enabled: bool | None = None
    ) -> None:
        """Change when a schedule runs, or whether."""
        self._database.write(lambda c: schedules.change(c, schedule_id, cron=cron, enabled=enabled))

    def remove_schedule(self, schedule_id: str) -> None:
        """Forget a schedule; the jobs that it has put stay."""
        self._database.write(lambda c: schedules.remove(c, schedule_id))

    def pause_queue(self) -> None:
        """Start no more jobs until `resume_queue`, also after a restart; running ones go on."""
        state.set_paused(self._database, paused=True)

    def places(self) -> Sequence[PlaceConfig]:
        """Return where jobs may run beside this computer, as the settings say."""
        return read_places(Settings.load(self.folder.settings).places)[0]

    def stack_snapshot(self, job_id: str) -> StackSnapshot:
        """Return what a running job is doing now: the stacks of all its threads; it goes on.

        Raises:
            JobNotFoundError: There is no such job.
            JobQueueError: It does not run here.
        """
        from queue_core.queue.upkeep.inspection import job_snapshot

        return job_snapshot(self._database, self.folder, job_id)

    def crash_report(self, job_id: str, target: Path) -> Path:
        """Write one zip that tells why a job failed, secrets hidden; return its path.

        Args:
            job_id: The job.
            target: A folder, or the file to write.

        Raises:
            JobNotFoundError: There is no such job.
            JobQueueError: It cannot be written.
        """
        from queue_core.queue.upkeep.crash_report import write_crash_report

        return write_crash_report(self._database, self.folder, job_id, target)

    def search_logs(
        self, text: str, job_ids: Sequence[str] | None = None, limit: int = 500
    ) -> Sequence[LogMatch]:
        """Return the lines that hold *text* in the logs of all jobs, or of *job_ids*."""
        from queue_core.queue.upkeep.log_search import search_logs

        return search_logs(self.folder, text, job_ids, limit)

    def clean_up(self, policy: RetentionPolicy) -> CleanUpReport:
        """Remove ended jobs as *policy* says, and give their space back where that is worth it."""
        from queue_core.queue.upkeep.retention import clean_up
        from queue_core.queue.upkeep.vacuum import vacuum

        report = clean_up(self._database, self.folder, policy)
        if report.removed:
            vacuum(self._database)
        return report
