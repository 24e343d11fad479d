"""Looks after one new job that nobody sees: its message is replaced when the job has ended."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import Toast, ToastAction, say
from queue_core.errors import JobNotFoundError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch


class EndWatch(QObject):
    """Says once that a job has finished, instead of that it is in the queue."""

    def __init__(
        self, window: QWidget, bridge: Bridge, job_id: str, toast: Toast, show: ToastAction
    ) -> None:
        """Look after it.

        Args:
            window: Shows the message.
            bridge: The way to the queue.
            job_id: The job.
            toast: What has been said of it so far.
            show: Goes to the job.
        """
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._id = job_id
        self._show = show
        self._toast: Toast | None = toast
        self._is_over = False
        toast.closed.connect(self._forget_toast)
        bridge.changed.connect(self._on_changed)
        self._ask()

    def _forget_toast(self) -> None:
        self._toast = None

    def _on_changed(self, batch: ChangeBatch) -> None:
        if batch.reset or self._id in batch.changed or self._id in batch.deleted:
            self._ask()

    def _ask(self) -> None:
        self._bridge.start(self._look(), what=tr("Reading jobs"))

    async def _look(self) -> None:
        try:
            record = await self._bridge.record(self._id)
        except JobNotFoundError:
            record = None
        if self._is_over or (record is not None and not record.status.is_final):
            return
        self._is_over = True
        self._bridge.changed.disconnect(self._on_changed)
        if self._toast is not None:
            self._toast.close_now()
        if record is not None:
            self._tell(record)
        self.setParent(None)
        self.deleteLater()

    def _tell(self, record: JobRecord) -> None:
        """Say what became of it; a failure is told where all failures are."""
        if record.status is JobStatus.FINISHED:
            say(self._window, tr("“{name}” has finished.", name=record.job_name), self._show)
