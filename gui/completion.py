"""Tells the user, who looks elsewhere, that a batch of work has ended: once, at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from gui.bridge import Bridge
from gui.format import format_duration
from gui.i18n import tr, tr_plural, translate_message
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch

LONG_JOB = timedelta(seconds=10)
# Somebody waits for such a job alone, whatever else is still to run.
VERY_LONG_JOB = timedelta(minutes=2)
QUIET_MS = 1000
RECORDS_AT_ONCE = 500


@dataclass
class Batch:
    """The jobs that ended since the queue was last empty.

    Attributes:
        ended: Them, by id.
    """

    ended: dict[str, JobRecord] = field(default_factory=dict)

    def add(self, records: Mapping[str, JobRecord]) -> None:
        """Note what has ended; a job that the user stopped is no news to them."""
        for job_id, record in records.items():
            if record.status.is_final and record.status is not JobStatus.CANCELLED:
                self.ended[job_id] = record
            else:
                self.ended.pop(job_id, None)

    def take_very_long(self) -> Batch:
        """Take out those that are told at once."""
        long = {
            job_id: record for job_id, record in self.ended.items()
            if (record.duration() or timedelta()) >= VERY_LONG_JOB
        }  # fmt: skip
        self.ended = {i: record for i, record in self.ended.items() if i not in long}
        return Batch(long)

    @property
    def is_worth_telling(self) -> bool:
        """Whether anybody may have walked away meanwhile."""
        spans = (record.duration() or timedelta() for record in self.ended.values())
        return sum(spans, timedelta()) >= LONG_JOB


@dataclass(frozen=True)
class Notice:
    """What the notification says.

    Attributes:
        title: How it went.
        text: Which jobs.
        is_error: Whether something failed.
    """

    title: str
    text: str
    is_error: bool


def notice_of(batch: Batch) -> Notice:
    """Return what to say of a batch that has ended."""
    records = list(batch.ended.values())
    failed = [record for record in records if record.status is not JobStatus.FINISHED]
    if len(records) == 1:
        record = records[0]
        span = format_duration(record.duration() or timedelta())
        if failed:
            title = tr("{job} failed", job=record.job_name)
            return Notice(title, translate_message(record.error_msg or ""), is_error=True)
        title = tr("{job} finished", job=record.job_name)
        return Notice(title, tr("It took {duration}.", duration=span), is_error=False)
    done = len(records) - len(failed)
    title = tr_plural("{count} job finished", "{count} jobs finished", done)
    if failed:
        title += " · " + tr_plural("{count} failed", "{count} failed", len(failed))
    names = [record.job_name for record in (failed or records)[:3]]
    rest = len(failed or records) - len(names)
    if rest:
        names.append(tr_plural("and {count} more", "and {count} more", rest))
    return Notice(title, ", ".join(names), is_error=bool(failed))


def application_is_active() -> bool:
    """Return whether the user is in one of our windows."""
    return QApplication.applicationState() == Qt.ApplicationState.ApplicationActive


class CompletionWatch(QObject):
    """Follows the queue; says when all of it, or a very long job, has ended while nobody looked.

    Signals:
        ended: A `Notice`, for a desktop notification.
    """

    ended = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        is_wanted: Callable[[], bool],
        parent: QObject | None = None,
        *,
        is_looked_at: Callable[[], bool] = application_is_active,
    ) -> None:
        """Begin to follow.

        Args:
            bridge: The way to the queue.
            is_wanted: Whether the user wants to be told.
            parent: What it ends with.
            is_looked_at: Whether the user looks anyway.
        """
        super().__init__(parent)
        self._is_looked_at = is_looked_at
        self._bridge = bridge
        self._is_wanted = is_wanted
        self._batch = Batch()
        self._changed: set[str] = set()
        # A chain of jobs is one batch: wait a moment for the next one.
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._look)
        bridge.changed.connect(self._on_changed)

    def _on_changed(self, batch: ChangeBatch) -> None:
        self._changed.update(batch.changed)
        if self._changed:
            self._quiet.start()

    def _look(self) -> None:
        self._bridge.start(self._read(), what=tr("Following the queue"))

    async def _read(self) -> None:
        changed, self._changed = tuple(self._changed), set()
        for start in range(0, len(changed), RECORDS_AT_ONCE):
            self._batch.add(await self._bridge.records(changed[start : start + RECORDS_AT_ONCE]))
        counts = (await self._bridge.counts()).by_status
        if counts.get(JobStatus.NOT_STARTED, 0) or counts.get(JobStatus.STARTED, 0):
            self._tell(self._batch.take_very_long())
            return
        batch, self._batch = self._batch, Batch()
        self._tell(batch)

    def _tell(self, batch: Batch) -> None:
        told = batch.ended and batch.is_worth_telling and not self._is_looked_at()
        if told and self._is_wanted():
            self.ended.emit(notice_of(batch))
