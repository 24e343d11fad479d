"""Makes the index of the jobs in the background, a little at a time, while the window is open."""

from __future__ import annotations

import asyncio
import time

from PySide6.QtCore import QObject, QTimer, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.jobs.table_model import JobTableModel
from queue_core.queue.finding.following import Progress
from queue_core.queue.values import ChangeBatch

# Between two steps it rests as long as a step took, and as long as a frame at least.
REST_S = 0.02
SOON_MS = 3000


class JobIndexing(QObject):
    """Lets the queue index its jobs until nothing is left to do.

    Attributes:
        percent: How far it is; None while nothing has to be waited for.

    Signals:
        changed: The percentage is another.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, model: JobTableModel) -> None:
        super().__init__(model)
        self._bridge = bridge
        self._model = model
        self._is_running = False
        self.percent: int | None = None
        model.index_wanted.connect(self.start)
        # What ends meanwhile has a log that can be searched soon after.
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.start)
        bridge.changed.connect(self._on_changed)

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def start(self) -> None:
        """Index what is not indexed yet."""
        if not self._is_running:
            self._is_running = True
            self._bridge.start(self._work(), what=tr("Indexing the jobs"))

    async def _work(self) -> None:
        was_ready = False
        try:
            while True:
                begun = time.monotonic()
                progress = await self._bridge.ask(lambda queue: queue.index_more())
                self._show(progress)
                if progress.is_ready and not was_ready:
                    was_ready = True
                    self._model.read_again()
                if progress.is_complete:
                    return
                await asyncio.sleep(max(REST_S, time.monotonic() - begun))
        finally:
            self._is_running = False

    def _show(self, progress: Progress) -> None:
        percent = None if progress.is_ready else progress.done * 100 // max(1, progress.total)
        if percent != self.percent:
            self.percent = percent
            self.changed.emit()
