"""What the commands on jobs do: cancel, retry, remove, copy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.actions import ActionSet, Selection
from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.jobs.in_parts import PART, in_parts
from gui.notifications import ToastAction, ToastArea
from gui.plain_text import PlainMessageBox
from gui.window_queue import QueueOrders
from queue_core.errors import MonitorError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobCounts

# So many more jobs are not what somebody may have wished for: a message offers to take them back.
MOST_RETRIED_AT_ONCE = 20
# More are not kept out of sight until it is sure that nobody wants them back.
MOST_HIDDEN = 20_000


@dataclass
class Removal:
    """Jobs that are out of sight and will be removed when their message goes.

    Attributes:
        records: Them.
        is_undone: Whether the user wants them back.
    """

    records: tuple[JobRecord, ...]
    is_undone: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(record.id for record in self.records)


class JobCommands(QObject):
    """Gives the selected jobs' commands to the queue; the change feed shows what comes of it.

    Signals:
        hiding: Selected jobs are about to go out of sight.
        hidden_changed: Ids of the jobs that wait for their removal, as a frozenset.
        jobs_put: Ids of new jobs, as a tuple: bring them into sight.
    """

    hiding = Signal()
    hidden_changed = Signal(object)
    jobs_put = Signal(object)

    def __init__(self, bridge: Bridge, actions: ActionSet, toasts: ToastArea) -> None:
        super().__init__(actions)
        self._bridge = bridge
        self._toasts = toasts
        self._removals: list[Removal] = []
        actions.handle("job.cancel", self.cancel)
        actions.handle("job.retry", self.retry)
        actions.handle("job.remove", self.remove)
        actions.handle("job.copy_id", self.copy_ids)

    def cancel(self, selection: Selection) -> None:
        """Stop the selected jobs that have not ended."""
        count = len(selection.ids)
        what = tr_plural("Cancelling {count} job", "Cancelling {count} jobs", count)
        self._bridge.start(self._cancel(selection.ids, what), what=what)

    def retry(self, selection: Selection) -> None:
        """Put the selected jobs again; many can be taken back."""
        count = len(selection.ids)
        what = tr_plural("Retrying {count} job", "Retrying {count} jobs", count)
        self._bridge.start(self._retry(selection.ids, what), what=what)

    def remove(self, selection: Selection) -> None:
        """Take the selected jobs out of sight, and remove them when nobody wants them back."""
        count = len(selection.ids)
        if count > MOST_HIDDEN:
            self._ask_to_remove(selection.ids)
            return
        what = tr_plural("Removing {count} job", "Removing {count} jobs", count)
        self._bridge.start(self._hide(selection.ids, what), what=what)

    def take_back(self, job_ids: tuple[str, ...]) -> asyncio.Task[None]:
        """Cancel and remove jobs that were put by mistake; what has finished meanwhile stays."""
        what = tr_plural("Removing {count} job", "Removing {count} jobs", len(job_ids))
        return self._bridge.start(self._take_back(job_ids, what), what=what)

    def copy_ids(self, selection: Selection) -> None:
        """Copy the identifiers of the selected jobs."""
        QApplication.clipboard().setText("\n".join(selection.ids))

    def without_hidden(self, counts: JobCounts) -> JobCounts:
        """Return *counts* as they will be when what is out of sight has been removed."""
        gone = [record for removal in self._removals for record in removal.records]
        by_status, by_type = dict(counts.by_status), dict(counts.by_type)
        for record in gone:
            by_status[record.status] = max(0, by_status.get(record.status, 0) - 1)
            by_type[record.task_type] = max(0, by_type.get(record.task_type, 0) - 1)
        return JobCounts(by_status, {name: number for name, number in by_type.items() if number})

    async def finish(self) -> None:
        """Carry out what is still waiting; called when the program ends."""
        for removal in list(self._removals):
            self._removals.remove(removal)
            await self._bridge.remove(removal.ids)

    def _undo(self, removal: Removal) -> None:
        removal.is_undone = True
        if removal in self._removals:
            self._removals.remove(removal)
        self._emit_hidden()

    def _carry_out(self, removal: Removal) -> None:
        if removal in self._removals and not removal.is_undone:
            what = tr_plural("Removing {count} job", "Removing {count} jobs", len(removal.ids))
            self._bridge.start(self._remove(removal), what=what)

    async def _remove(self, removal: Removal) -> None:
        try:
            await self._bridge.remove(removal.ids)
        finally:
            if removal in self._removals:
                self._removals.remove(removal)
            self._emit_hidden()

    async def _cancel(self, job_ids: Sequence[str], what: str) -> None:
        async for part in in_parts(job_ids, self._toasts, what):
            ours = await self._ours(part, ended=False)
            await self._bridge.cancel([record.id for record in ours])

    async def _retry(self, job_ids: Sequence[str], what: str) -> None:
        """Put jobs again; what was put is told of, and can be taken back, also where some fail."""
        new: list[str] = []
        error: MonitorError | None = None
        put = _retry_all if len(job_ids) > MOST_RETRIED_AT_ONCE else _retry_each
        try:
            async for part in in_parts(job_ids, self._toasts, what):
                ended = tuple(record.id for record in await self._ours(part, ended=True))
                ids, reason = await self._bridge.order(partial(put, ended))
                new += ids
                error = error or reason
        except MonitorError as reason:
            error = error or reason
        self._tell_of_retried(tuple(new), is_part=error is not None)
        if error is not None:
            raise error

    def _tell_of_retried(self, put: tuple[str, ...], *, is_part: bool) -> None:
        self.jobs_put.emit(put[:PART])
        if (count := len(put)) > MOST_RETRIED_AT_ONCE or (count and is_part):
            text = tr_plural("{count} job is tried again.", "{count} jobs are tried again.", count)
            self._toasts.say(text, ToastAction(tr("Undo"), lambda: self.take_back(put)))

    async def _take_back(self, job_ids: Sequence[str], what: str) -> None:
        async for part in in_parts(job_ids, self._toasts, what):
            await self._bridge.cancel(part)
            records = await self._bridge.records(part)
            # What has finished meanwhile has made something: it stays.
            gone = [r.id for r in records.values() if r.status is JobStatus.CANCELLED]
            await self._bridge.remove(gone)

    async def _hide(self, job_ids: Sequence[str], what: str) -> None:
        records: list[JobRecord] = []
        async for part in in_parts(job_ids, self._toasts, what):
            records += await self._ours(part, ended=True)
        removal = Removal(tuple(records))
        if not removal.ids:
            return
        self._removals.append(removal)
        self.hiding.emit()
        self._emit_hidden()
        text = tr_plural("{count} job removed.", "{count} jobs removed.", len(removal.ids))
        toast = self._toasts.say(text, ToastAction(tr("Undo"), lambda: self._undo(removal)))
        # The button closes the message before it acts: decide after both.
        toast.closed.connect(lambda: QTimer.singleShot(0, self, lambda: self._carry_out(removal)))

    def _ask_to_remove(self, job_ids: tuple[str, ...]) -> None:
        """Ask before what cannot be undone: so many jobs are not kept out of sight for a while."""
        count = format_count(len(job_ids))
        box = PlainMessageBox(
            QMessageBox.Icon.NoIcon, "", tr("Remove {count} jobs?", count=count),
            more=tr("So many cannot be brought back. Jobs that wait or run stay."),
            parent=self._toasts.window,
        )  # fmt: skip
        yes = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(tr("Keep them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        what = tr_plural("Removing {count} job", "Removing {count} jobs", len(job_ids))
        yes.clicked.connect(
            lambda: self._bridge.start(self._remove_for_good(job_ids, what), what=what)
        )
        box.finished.connect(box.deleteLater)
        box.open()

    async def _remove_for_good(self, job_ids: Sequence[str], what: str) -> None:
        async for part in in_parts(job_ids, self._toasts, what):
            await self._bridge.remove(part)

    async def _ours(self, job_ids: Sequence[str], *, ended: bool) -> list[JobRecord]:
        """Return those of our jobs that have ended, or not; asked afresh, for all that count."""
        records = await self._bridge.records(job_ids)
        return [
            records[i] for i in job_ids
            if i in records and records[i].is_ours and records[i].status.is_final is ended
        ]  # fmt: skip

    def _emit_hidden(self) -> None:
        hidden = frozenset(job_id for removal in self._removals for job_id in removal.ids)
        self.hidden_changed.emit(hidden)


def _retry_all(
    job_ids: tuple[str, ...], queue: QueueOrders
) -> tuple[Sequence[str], MonitorError | None]:
    retried = queue.retry_all(job_ids)
    return retried.ids, retried.error


def _retry_each(
    job_ids: tuple[str, ...], queue: QueueOrders
) -> tuple[Sequence[str], MonitorError | None]:
    """Put jobs again that are no group; return the new ids and the first error there was."""
    new: list[str] = []
    error: MonitorError | None = None
    for job_id in job_ids:
        try:
            new.append(queue.retry(job_id))
        except MonitorError as reason:
            error = error or reason
    return new, error
