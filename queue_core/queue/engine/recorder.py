"""Writes what running jobs report, in batches: progress ten times a second at most."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from queue_core.errors import MonitorError
from queue_core.queue.engine.phases import PhaseClock
from queue_core.queue.store import history, reports
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.store.handover import Claim
from queue_core.queue.store.stored import storable
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

_INTERVAL_S = 0.1
_WAIT_S = 1.0
_MESSAGE_LIMIT = 500
_WARNING_LIMIT = 2_000


@dataclass
class _Report:
    claim: Claim
    progress: float | None = None
    message: str | None = None
    has_progress: bool = False
    warnings: list[str] = field(default_factory=list)
    entity: tuple[str, int] | None = None
    phases: list[tuple[float, str]] = field(default_factory=list)


class Recorder:
    """Collects the reports of all running jobs and writes them in one transaction.

    Progress need not survive a power cut, so its commits do not wait for the disk.
    """

    def __init__(
        self, database: Database, on_failure: Callable[[BaseException | None], None]
    ) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._reports: dict[str, _Report] = {}
        self._due = threading.Event()
        self._thread = SteadyThread(
            "recorder", self._round, on_failure=on_failure, at_end=database.release
        )

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end."""
        self._thread.stop()
        self._due.set()
        self._thread.join(10.0)
        self.flush()

    def listener(self, claim: Claim) -> JobReports:
        """Return who listens to one attempt of a job."""
        return JobReports(claim, self)

    def add(self, claim: Claim, change: Callable[[_Report], None]) -> None:
        """Add to the report of a job."""
        with self._lock:
            change(self._reports.setdefault(claim.job_id, _Report(claim)))
        self._due.set()

    def flush(self, only: str | None = None) -> None:
        """Write the reports (of one job) now."""
        with self._lock:
            if only is None:
                found, self._reports = list(self._reports.values()), {}
            else:
                found = [self._reports.pop(only)] if only in self._reports else []
        if not found or self._stored(found) or len(found) == 1:
            return
        for report in found:  # one that cannot be stored is not worth those of the others
            self._stored([report])

    def _stored(self, found: list[_Report]) -> bool:
        try:
            self._database.write(lambda c: _write_all(c, found), durable=False)
        except MonitorError as error:
            logger.info("progress could not be stored: %s", error)
            return False
        return True

    def _round(self) -> None:
        if self._due.wait(_WAIT_S):
            self._due.clear()
            self.flush()
            self._thread.pause(_INTERVAL_S)


def _write_all(connection: Connection, found: list[_Report]) -> None:
    for report in found:
        _write(connection, report)


def _write(connection: Connection, report: _Report) -> None:
    job_id, owner = report.claim.job_id, report.claim.owner
    if report.has_progress:
        reports.set_progress(connection, job_id, owner, report.progress, report.message)
    if report.phases:
        history.add_phases(connection, job_id, report.claim.attempt, report.phases)
    if report.warnings:
        reports.add_warnings(connection, job_id, report.warnings)
    if report.entity:
        reports.set_entity(connection, job_id, *report.entity)


class JobReports:
    """Listens to one attempt of a job; see `child_process.JobListener`."""

    def __init__(self, claim: Claim, recorder: Recorder) -> None:
        self._claim = claim
        self._recorder = recorder
        self._clock = PhaseClock()

    def progress(self, fraction: float | None, message: str) -> None:
        """Keep the newest progress, and when another phase began."""
        percent = None if fraction is None else round(100 * min(1.0, max(0.0, fraction)), 2)
        shown = storable(message, _MESSAGE_LIMIT)

        turned = self._clock.turn(message)

        def change(report: _Report) -> None:
            if turned is not None:
                report.phases.append(turned)
            report.progress, report.message, report.has_progress = percent, shown, True

        self._recorder.add(self._claim, change)

    def warning(self, text: str) -> None:
        """Keep a warning."""
        kept = storable(text, _WARNING_LIMIT)
        self._recorder.add(self._claim, lambda report: report.warnings.append(kept))

    def entity(self, kind: str, entity_id: int) -> None:
        """Keep which entity the job makes."""
        found = (storable(kind, _MESSAGE_LIMIT), entity_id)
        self._recorder.add(self._claim, lambda report: setattr(report, "entity", found))
