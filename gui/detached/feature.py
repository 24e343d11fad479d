"""Connects windows of single jobs to the main one."""

from __future__ import annotations

from PySide6.QtCore import QObject
from shiboken6 import isValid

from gui.actions import Action, Place, Selection, has_any
from gui.bridge import Bridge
from gui.detached.window import JobWindow
from gui.i18n import mark
from gui.main_window import MainWindow

# More at once is a slip of the hand.
MOST_OPENED = 8
OPEN = Action(
    id="job.open_window", order=1, title=mark("Open in a window"), icon="window",
    shortcuts=("Ctrl+Return",), places=frozenset({Place.CONTEXT}), enabled=has_any,
    sentence=mark("Show the job in a window of its own, with all the room."),
)  # fmt: skip


class JobWindows(QObject):
    """The windows that are open, one for each job."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._open: dict[str, JobWindow] = {}
        window.details.window_wanted.connect(self.open_job)
        window.table.opened.connect(self.open_selected)

    def open(self, selection: Selection) -> None:
        """Open the selected jobs, or bring their windows to the front."""
        for job_id in selection.ids[:MOST_OPENED]:
            self.open_job(job_id)

    def open_selected(self) -> None:
        """Open what is selected in the table at this moment, be it selected a moment ago only."""
        self.open(Selection(self._window.table.selected_ids(), ()))

    def open_job(self, job_id: str) -> JobWindow:
        """Open one job, or bring its window to the front."""
        self._open = {known: shown for known, shown in self._open.items() if isValid(shown)}
        shown = self._open.get(job_id)
        if shown is None:
            shown = self._open[job_id] = JobWindow(self._window, job_id)
        shown.show()
        shown.raise_()
        shown.activateWindow()
        return shown


def install(window: MainWindow, bridge: Bridge) -> None:  # noqa: ARG001 - as every feature
    """Add the command."""
    windows = JobWindows(window)
    window.action_set.add((OPEN,))
    window.action_set.handle(OPEN.id, windows.open)
