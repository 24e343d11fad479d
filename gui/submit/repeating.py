"""A job that is there already, again and again from now on: asked for from its row."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gui.actions import Action, Place, Selection, needs
from gui.bridge import Bridge
from gui.control.cron_words import cron_words
from gui.i18n import mark, tr
from gui.main_window import MainWindow
from gui.notifications import ToastAction
from gui.plain_text import as_title
from gui.submit.job_types import job_type
from gui.submit.repeat_editor import RepeatEditor
from gui.theme import STEP_PX
from gui.widgets import Note, TextLabel, row, text_button
from queue_core.errors import MonitorError
from queue_core.queue.job_record import JobRecord

LEAST_PX = 440
SCHEDULES = "queue.schedules"


@needs(mark("Select one job."))
def can_repeat(selection: Selection) -> bool:
    """Allow it for one job of ours whose kind a form can make."""
    if len(selection.ids) != 1 or not selection.records:
        return False
    record = selection.records[0]
    return record.is_ours and job_type(record.task_type) is not None


REPEAT = Action(
    id="job.repeat", title=mark("Repeat…"), icon="not_started", order=15,
    places=frozenset({Place.CONTEXT}), enabled=can_repeat,
    sentence=mark("Run the job again each hour, day or week, e.g. every night."),
)  # fmt: skip


class RepeatDialog(QDialog):
    """Asks how often a job is to be put from now on.

    Signals:
        repeated: It repeats now; carries its name and its rule of cron.
    """

    repeated = Signal(str, str)

    def __init__(self, record: JobRecord, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(as_title(tr("Repeat {job}", job=record.job_name)))
        self.setMinimumWidth(LEAST_PX)
        self._record = record
        self._bridge = bridge
        self._task: asyncio.Task[None] | None = None
        self.editor = RepeatEditor()
        self.problem = Note("errorBox")
        self.repeat_button = text_button(tr("Repeat"), self._repeat, role="primary")
        self.repeat_button.setDefault(True)
        sentence = tr("Put with the same parameters each time, while a window or worker runs.")
        cancel = text_button(tr("Cancel"), self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[STEP_PX * 4] * 4)
        layout.setSpacing(STEP_PX * 3)
        layout.addWidget(TextLabel(sentence, role="muted"))
        layout.addWidget(self.editor)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addLayout(row(None, cancel, self.repeat_button))

    def _repeat(self) -> None:
        if self._task is not None and not self._task.done():
            return  # a double click asks for one schedule
        self._task = self._bridge.start(self._add(self.editor.cron), what=tr("Changing a schedule"))
        self.destroyed.connect(self._task.cancel)

    async def _add(self, cron: str) -> None:
        record = self._record
        kind = job_type(record.task_type)
        if kind is None:  # its package has gone meanwhile
            self.problem.show_text(
                tr("There is no form for jobs of the type {type} any more.", type=record.task_type),
                tr("Install the package that brought it again, and restart the program."),
            )
            return
        # What the job made itself (its run, say) is not what is asked of the next one.
        asked = (*(kind.parameters or {}).get("properties", {}), "name")
        params = {name: record.params[name] for name in asked if name in record.params}
        try:
            job = await self._bridge.call(kind.make, params)
            await self._bridge.order(
                lambda queue: queue.add_schedule(job, cron, name=record.job_name)
            )
        except MonitorError as error:
            self.problem.show_text(error.message, error.hint)
            return
        self.repeated.emit(record.job_name, cron)
        self.accept()


def tell_repeated(window: MainWindow, name: str, cron: str) -> None:
    """Say that a job repeats from now on, and offer the list of those that do."""
    show = ToastAction(tr("Show"), lambda: window.action_set.trigger(SCHEDULES))
    rhythm = cron_words(cron)
    window.toasts.say(tr("“{name}” repeats: {rhythm}.", name=name, rhythm=rhythm), show)


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the command."""
    window.action_set.add((REPEAT,))
    window.action_set.handle(REPEAT.id, partial(_ask, window, bridge))


def _ask(window: MainWindow, bridge: Bridge, selection: Selection) -> None:
    if can_repeat(selection):
        dialog = RepeatDialog(selection.records[0], bridge, window)
        dialog.repeated.connect(partial(tell_repeated, window))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
