"""One job in a window of its own: the details as they are beside the table, with all the room."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.actions import ActionSet, Place, Selection
from gui.control.actions import REPORT
from gui.jobs.details.panel import DetailsPanel
from gui.main_window import MainWindow
from gui.placing import open_at_size
from gui.plain_text import as_title, as_typed
from gui.theme import icon
from gui.widgets import text_button

SIZE = QSize(960, 720)
SMALLEST = QSize(320, 320)


class JobWindow(QWidget):
    """The details of one job; its commands are those of the main window, for this job.

    Attributes:
        panel: The details.
    """

    def __init__(self, main: MainWindow, job_id: str) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowIcon(icon("application"))
        self._main = main
        self.job_id = job_id
        self._watcher = f"window {job_id}"
        self._actions = ActionSet(self, main.action_set.at(Place.DETAILS))
        self._actions.add((REPORT,))
        for record in (*main.action_set.at(Place.DETAILS), REPORT):
            self._actions.handle(record.id, partial(main.action_set.run, record.id))
        self.panel = DetailsPanel(
            main.bridge, main.store, main.reasons, self._actions, watcher=self._watcher
        )
        self._build()
        main.store.updated.connect(self._on_updated)
        main.bridge.closing.connect(self.close)
        main.store.watch(self._watcher, (job_id,))
        self._show()

    def _build(self) -> None:
        open_at_size(self, SIZE, smallest=SMALLEST)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        header = self.panel.header
        header.close_button.hide()
        header.window_button.hide()
        action = self._actions.qaction(REPORT.id)
        report = text_button(action.text(), action.trigger, icon_name=REPORT.icon)
        report.setToolTip(as_typed(action.toolTip()))
        self.panel.error_page.add_tool(report)
        self.panel.job_wanted.connect(self._main.details.job_wanted)
        for keys in (QKeySequence.StandardKey.Close, QKeySequence("Esc")):
            QShortcut(keys, self, self.close)

    def _on_updated(self, job_ids: tuple[str, ...]) -> None:
        if self.job_id in job_ids:
            self._show()

    def _show(self) -> None:
        known = self._main.store.known((self.job_id,))
        selection = Selection((self.job_id,), known)
        self._actions.update(selection)
        self.panel.show_selection(selection)
        if known:
            self.setWindowTitle(as_title(known[0].job_name))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Follow the job no longer."""
        self._main.store.watch(self._watcher, ())
        self._main.reasons.watch(self._watcher, ())
        super().closeEvent(event)
