"""Looks after one job until it has ended, for whoever goes on then."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from gui.bridge import Bridge
from gui.i18n import tr
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
        if self._is_over or (record is not None and not record.status.is_final):
            return
        self._is_over = True
        self._bridge.changed.disconnect(self._on_changed)
        if record is not None:
            self._ended(record)
        self.setParent(None)
        self.deleteLater()
