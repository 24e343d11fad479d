"""What the taskbar shows of the queue: how far it is, what failed since one looked, a call to look.

Each desktop has a way of its own; where there is none, or it does not answer, nothing happens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui.bridge import Bridge
from gui.desktop.launcher_entry import LauncherEntry
from gui.desktop.taskbar_state import Round, TaskbarState, Unseen
from gui.desktop.windows_taskbar import WindowsTaskbar
from gui.i18n import tr
from gui.main_window import MainWindow
from gui.throttle import Throttle
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import ChangeBatch, JobCounts, JobFilter

LOOK_INTERVAL_S = 1.0
# More jobs than that do not run at once on one computer; of others the progress is not added.
MOST_RUNNING = 100


class Taskbar(Protocol):
    """One desktop's way."""

    def show(self, state: TaskbarState) -> None:
        """Show a state; never waits, never raises."""


class Badge:
    """The number at the program's icon, which Qt shows on macOS and Windows."""

    def show(self, state: TaskbarState) -> None:
        """Show how many jobs have failed."""
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.setBadgeNumber(state.failures)


def taskbars(window: MainWindow, bridge: Bridge) -> tuple[Taskbar, ...]:
    """Return the ways of this desktop."""
    system: str = sys.platform
    if system == "linux":
        return (LauncherEntry(bridge),)
    if system == "win32":
        return (WindowsTaskbar(lambda: int(window.winId())), Badge())
    return (Badge(),) if system == "darwin" else ()


class TaskbarWatch(QObject):
    """Follows the queue and tells the taskbar.

    Args:
        window: The window whose jobs are counted.
        bridge: The bridge.
        shows: The ways of the desktop.
        is_looking: Returns whether the user has the program before the eyes.
    """

    def __init__(
        self, window: MainWindow, bridge: Bridge, shows: tuple[Taskbar, ...],
        is_looking: Callable[[], bool],
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._shows = shows
        self._is_looking = is_looking
        self._round = Round()
        self._unseen = Unseen()
        self._running = 0.0
        self.state = TaskbarState()
        self._read = Throttle(
            bridge, self._look, what=tr("Looking at the running jobs"),
            interval_s=LOOK_INTERVAL_S, parent=self,
        )  # fmt: skip
        window.overview.counts_changed.connect(self._on_counts)
        bridge.changed.connect(self._on_changed)
        bridge.closing.connect(self._end)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_application_state)

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self._window.overview.count(JobStatus.STARTED):
            self._read.request()

    def _on_counts(self, _counts: JobCounts) -> None:
        self._tell()

    def _on_application_state(self, _state: Qt.ApplicationState) -> None:
        self._tell()

    async def _look(self) -> None:
        where = JobFilter(statuses=frozenset({JobStatus.STARTED}))
        found = await self._bridge.ask(lambda queue: queue.list(where, limit=MOST_RUNNING))
        self._running = sum((record.progress or 0.0) / 100 for record in found)
        self._tell()

    def _tell(self) -> None:
        counts = self._window.overview.counts
        if not counts.by_status.get(JobStatus.STARTED):
            self._running = 0.0
        progress = self._round.progress(counts, self._running)
        was_urgent = self._unseen.is_urgent
        self._unseen.note(counts, is_looking=self._is_looking())
        if self._unseen.is_urgent and not was_urgent:
            QApplication.alert(self._window)
        rounded = None if progress is None else round(progress, 2)
        self._show(TaskbarState(rounded, self._unseen.failures, self._unseen.is_urgent))

    def _show(self, state: TaskbarState) -> None:
        if state != self.state:
            self.state = state
            for taskbar in self._shows:
                taskbar.show(state)

    def _end(self) -> None:
        self._show(TaskbarState())
