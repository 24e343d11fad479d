"""Looks after one job until it has ended, for whoever goes on then."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import ToastAction, say
from queue_core.errors import JobNotFoundError
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import ChangeBatch


class EndWatch(QObject):
    """Tells once that a job has ended; one that was removed has not."""

    def __init__(
        self, parent: QObject, bridge: Bridge, job_id: str, ended: Callable[[JobRecord], object]
    ) -> None:
        """Look after it.

        Args:
            parent: While it lives, the end is waited for.
            bridge: The way to the queue.
            job_id: The job.
            ended: What to do with it then.
        """
        super().__init__(parent)
        self._bridge = bridge
        self._id = job_id
        self._ended = ended
        self._is_over = False
        bridge.changed.connect(self._on_changed)
        self._ask()

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
        if self._is_over or not isValid(self):  # the window may have gone meanwhile
            return
        if record is not None and not record.status.is_final:
            return
        self._is_over = True
        self._bridge.changed.disconnect(self._on_changed)
        if record is not None:
            self._ended(record)
        self.setParent(None)
        self.deleteLater()


def say_until_end(
    window: QWidget,
    bridge: Bridge,
    job_id: str,
    text: str,
    ended: Callable[[JobRecord], object],
    *actions: ToastAction,
) -> None:
    """Say something of a job that runs; what becomes of the job takes its place.

    Args:
        window: The main window.
        bridge: The way to the queue.
        job_id: The job.
        text: What is said until it ends.
        ended: What to do then.
        *actions: What is offered beside the text.
    """
    toast = say(window, text, *actions)
    shown = [] if toast is None else [toast]
    if toast is not None:
        toast.closed.connect(lambda _toast: shown.clear())

    def over(record: JobRecord) -> None:
        for one in tuple(shown):
            one.close_now()
        ended(record)

    EndWatch(window, bridge, job_id, over)
