"""What the commands that steer jobs and the queue do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QMessageBox

from gui.bridge import Bridge
from gui.control.actions import (
    CANCEL_ALL,
    KEEP,
    LOOK_INSIDE,
    MOVES,
    PAUSE,
    PRIORITY,
    RELEASE,
    REPORT,
    RESUME,
    SCHEDULES,
    TOGGLE_QUEUE,
    is_waiting,
)
from gui.control.queue_watch import QueueWatch
from gui.i18n import tr, tr_plural
from gui.plain_text import PlainMessageBox
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter, Move

if TYPE_CHECKING:
    from gui.actions import Selection
    from gui.control.schedules_dialog import SchedulesDialog
    from gui.main_window import MainWindow
    from gui.window_queue import QueueOrders

MOST_PRIORITY = 1000
LOAD_REPEATED = "file.open_repeated"


class ControlCommands(QObject):
    """Gives the commands to the queue; the change feed shows what comes of it."""

    def __init__(self, window: MainWindow, bridge: Bridge, watch: QueueWatch) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._watch = watch
        self._schedules: SchedulesDialog | None = None
        handle = window.action_set.handle
        handle(TOGGLE_QUEUE.id, lambda _selection: self.toggle_queue())
        handle(CANCEL_ALL.id, lambda _selection: self.ask_cancel_all())
        handle(SCHEDULES.id, lambda _selection: self.show_schedules())
        handle(PAUSE.id, self.pause)
        handle(RESUME.id, self.resume)
        handle(LOOK_INSIDE.id, lambda _selection: self.look_inside())
        handle(PRIORITY.id, self.ask_priority)
        handle(KEEP.id, partial(self.pin, pinned=True))
        handle(RELEASE.id, partial(self.pin, pinned=False))
        handle(REPORT.id, self.save_report)
        for where, action in MOVES.items():
            handle(action.id, partial(self.move, where))

    # --- the queue ----------------------------------------------------------------------------

    def toggle_queue(self) -> None:
        """Pause the queue, or let it go on."""
        paused = not self._watch.state.is_paused
        what = tr("Pausing the queue") if paused else tr("Resuming the queue")
        self._start(self._watch.set_paused(paused=paused), what)

    def ask_cancel_all(self) -> None:
        """Ask whether to stop everything that the filters show and that has not ended."""
        self._start(self._ask_cancel_all(), tr("Counting jobs"))

    def show_schedules(self) -> None:
        """Open the list of the jobs that repeat."""
        from gui.control.schedules_dialog import SchedulesDialog

        if self._schedules is None:
            self._schedules = SchedulesDialog(self._bridge, self._window)
            self._schedules.file_wanted.connect(
                lambda: self._window.action_set.trigger(LOAD_REPEATED)
            )
        if self._schedules.isVisible():
            self._schedules.raise_()
            self._schedules.activateWindow()
        self._schedules.show()

    # --- jobs ---------------------------------------------------------------------------------

    def pause(self, selection: Selection) -> None:
        """Suspend the selected jobs that run."""
        ids = _running(selection)
        self._each(ids, lambda queue, job_id: queue.pause(job_id), tr("Pausing jobs"))

    def resume(self, selection: Selection) -> None:
        """Let the selected jobs go on."""
        ids = _running(selection)
        self._each(ids, lambda queue, job_id: queue.resume(job_id), tr("Resuming jobs"))

    def move(self, where: Move, selection: Selection) -> None:
        """Move the selected jobs that wait."""
        ids = selection.ids
        self._start(self._bridge.order(lambda queue: queue.move(ids, where)), tr("Moving jobs"))

    def pin(self, selection: Selection, *, pinned: bool) -> None:
        """Keep the selected jobs from clean-up, or no longer."""
        ids = selection.ids
        work = self._bridge.order(lambda queue: queue.pin(ids, pinned=pinned))
        self._start(work, tr("Marking jobs"))

    def look_inside(self) -> None:
        """Show what the selected job is doing."""
        self._window.action_set.trigger("job.details")
        self._window.details.show_tab("doing")

    def ask_priority(self, selection: Selection) -> QInputDialog | None:
        """Ask for the priority of the selected jobs that wait."""
        waiting = [record for record in selection.records if is_waiting(record)]
        if not waiting:
            return None
        ids = tuple(record.id for record in waiting)
        dialog = QInputDialog(self._window)
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setWindowTitle(tr("Priority"))
        dialog.setLabelText(tr("Jobs with a higher number start first. The usual one is 0."))
        dialog.setIntRange(-MOST_PRIORITY, MOST_PRIORITY)
        dialog.setIntValue(waiting[0].priority)
        dialog.intValueSelected.connect(partial(self._set_priority, ids))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def save_report(self, selection: Selection) -> None:
        """Ask for a file and write the crash report of the selected job to it."""
        from gui.results.export import Export, ask_and_write

        if not selection.records:
            return
        record = selection.records[0]

        async def write(target: Path) -> str:
            written = await self._bridge.ask(lambda queue: queue.crash_report(record.id, target))
            return tr("Saved the crash report to {file}.", file=written.name)

        name = tr("Crash report of {job}", job=record.job_name)
        report = Export(name, {".zip": "ZIP (*.zip)"}, write)
        ask_and_write(self._window, self._bridge, report)

    # --- inside -------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        self._bridge.start(work, what=what)

    def _each(
        self, ids: tuple[str, ...], do: Callable[[QueueOrders, str], object], what: str
    ) -> None:
        def do_all(queue: QueueOrders) -> None:
            for job_id in ids:
                do(queue, job_id)

        self._start(self._bridge.order(do_all), what)

    def _set_priority(self, ids: tuple[str, ...], priority: int) -> None:
        what = tr("Changing the priority")
        self._each(ids, lambda queue, job_id: queue.set_priority(job_id, priority), what)

    async def _ask_cancel_all(self) -> None:
        where = _active(self._window.filter.where)
        found = await self._bridge.ask(lambda queue: queue.list(where)) if where.statuses else ()
        ours = [record for record in found if record.is_ours]
        count = len(ours)
        if not count:
            self._window.toasts.say(tr("No job waits or runs."))
            return
        question = tr_plural("Cancel {count} job?", "Cancel {count} jobs?", count)
        box = PlainMessageBox(QMessageBox.Icon.NoIcon, "", question, parent=self._window)
        running = sum(record.status is JobStatus.STARTED for record in ours)
        if running:
            box.setInformativeText(
                tr_plural("{count} of them runs now.", "{count} of them run now.", running)
            )
        stop = box.addButton(tr("Cancel all"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(tr("Keep them"), QMessageBox.ButtonRole.RejectRole)
        work = partial(self._bridge.order, lambda queue: queue.cancel_all(where))
        stop.clicked.connect(lambda: self._start(work(), tr("Cancelling jobs")))
        box.finished.connect(box.deleteLater)
        box.open()


def _active(where: JobFilter) -> JobFilter:
    active = frozenset({JobStatus.NOT_STARTED, JobStatus.STARTED})
    return replace(where, statuses=where.statuses & active if where.statuses else active)


def _running(selection: Selection) -> tuple[str, ...]:
    return tuple(r.id for r in selection.records if r.is_ours and r.status is JobStatus.STARTED)
