"""Writes what running jobs report, in batches: progress ten times a second at most."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field

from queue_core.errors import MonitorError
from queue_core.queue.clock import now_text
from queue_core.queue.connection import Database

logger = logging.getLogger(__name__)

_INTERVAL_S = 0.1


@dataclass
class _Report:
    progress: float | None = None
    message: str | None = None
    has_progress: bool = False
    warnings: list[str] = field(default_factory=list)
    entity: tuple[str, int] | None = None


class Recorder:
    """Collects the reports of all running jobs and writes them in one transaction.

    Progress need not survive a power cut, so its commits do not wait for the disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._reports: dict[str, _Report] = {}
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start writing."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end."""
        self._stopping.set()
        self._due.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def listener(self, job_id: str) -> JobReports:
        """Return who listens to one attempt of a job."""
        return JobReports(job_id, self)

    def note(self, job_id: str) -> _Report:
        """Return the report of a job to add to; hold `lock` meanwhile."""
        self._due.set()
        return self._reports.setdefault(job_id, _Report())

    @property
    def lock(self) -> threading.Lock:
        """Guards the reports."""
        return self._lock

    def flush(self, only: str | None = None) -> None:
        """Write the reports (of one job) now."""
        with self._lock:
            if only is None:
                reports, self._reports = self._reports, {}
            else:
                reports = {only: self._reports.pop(only)} if only in self._reports else {}
        if not reports:
            return
        try:
            with self._database.transaction(durable=False) as connection:
                for job_id, report in reports.items():
                    _write(connection, job_id, report)
        except MonitorError as error:
            logger.info("progress could not be stored: %s", error)
            with self._lock:
                for job_id, report in reports.items():
                    self._reports.setdefault(job_id, report)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._due.wait()
            self._due.clear()
            self.flush()
            self._stopping.wait(_INTERVAL_S)
        self.flush()
        self._database.release()


def _write(connection: object, job_id: str, report: _Report) -> None:
    import sqlite3

    assert isinstance(connection, sqlite3.Connection)
    if report.has_progress:
        connection.execute(
            "UPDATE task_copy SET progress = ?, progress_message = ?, last_update = ? "
            "WHERE id = ? AND status = 'started'",
            (report.progress, report.message, now_text(), job_id),
        )
    if report.warnings:
        row = connection.execute(
            "SELECT warnings FROM task_copy WHERE id = ?", (job_id,)
        ).fetchone()
        known = json.loads(row[0]) if row and row[0] else []
        known.extend(text for text in report.warnings if text not in known)
        connection.execute(
            "UPDATE task_copy SET warnings = ? WHERE id = ?",
            (json.dumps(known[:1000], ensure_ascii=False), job_id),
        )
    if report.entity:
        connection.execute(
            "UPDATE task_copy SET entity_kind = ?, entity_id = ? WHERE id = ?",
            (*report.entity, job_id),
        )


class JobReports:
    """Listens to one attempt of a job; see `child_process.JobListener`."""

    def __init__(self, job_id: str, recorder: Recorder) -> None:
        self._job_id = job_id
        self._recorder = recorder

    def progress(self, fraction: float | None, message: str) -> None:
        """Keep the newest progress."""
        with self._recorder.lock:
            report = self._recorder.note(self._job_id)
            report.progress = None if fraction is None else round(100 * fraction, 2)
            report.message = message[:500]
            report.has_progress = True

    def warning(self, text: str) -> None:
        """Keep a warning."""
        with self._recorder.lock:
            self._recorder.note(self._job_id).warnings.append(text[:2000])

    def entity(self, kind: str, entity_id: int) -> None:
        """Keep which entity the job makes."""
        with self._recorder.lock:
            self._recorder.note(self._job_id).entity = (kind, entity_id)
