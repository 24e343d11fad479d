"""A view that reads what it shows in the background and says so until it is there."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.latest_task import LatestTask
from gui.widgets import Note, muted_label
from queue_core.errors import MonitorError

PATIENCE_MS = 250


class LoadingView(QWidget):
    """Base of what has to be read first; subclasses fill `body` in `fill`.

    Attributes:
        bridge: The way to other threads.
        body: Layout for the content.
    """

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(8)
        self._waiting: QLabel = muted_label(tr("Reading…"))
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting.hide()
        self._problem = Note("errorBox")
        self.body.addWidget(self._problem)
        self.body.addWidget(self._waiting)
        # What arrives at once must not flash "Reading…".
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._waiting.show)
        self._latest = LatestTask(self)

    async def fill(self) -> None:
        """Read and show; a `MonitorError` is shown in place of the content."""
        raise NotImplementedError

    def load(self) -> None:
        """Begin to read, or begin again."""
        self.run(self._fill())

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work* in the background; it ends with this view, and so does what ran before."""
        self._latest.cancel()
        self._latest.task = self.bridge.start(work, what=tr("Reading a result"))

    @property
    def is_loading(self) -> bool:
        """Whether something is still being read."""
        return self._latest.is_running

    def stop_waiting(self) -> None:
        """Say no more that it is being read: there is something to see."""
        self._patience.stop()
        self._waiting.hide()

    def show_problem(self, error: MonitorError) -> None:
        """Show why there is nothing to see."""
        self.stop_waiting()
        self._problem.show_text(error.message, error.hint)

    async def _fill(self) -> None:
        self._problem.show_text("")
        self._patience.start()
        try:
            await self.fill()
        except MonitorError as error:
            self.show_problem(error)
        finally:
            if isValid(self):  # else it was closed while it was reading
                self.stop_waiting()
