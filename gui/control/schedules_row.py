"""The jobs that repeat, in the sidebar: how many, and what comes next; a click shows them all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer

from gui.actions import Selection
from gui.bridge import Bridge
from gui.control.actions import SCHEDULES
from gui.format import format_relative
from gui.i18n import tr
from gui.jobs.sidebar import SidebarRow
from gui.main_window import MainWindow
from gui.throttle import Throttle
from queue_core.errors import MonitorError
from queue_core.queue.values import ChangeBatch, Schedule

# No change feed tells of a schedule that another program adds or switches off.
LOOK_MS = 3_000
LOOK_INTERVAL_S = 1.0


class SchedulesRow(QObject):
    """Keeps the line in the sidebar; without schedules there is none.

    Attributes:
        row: The line.
    """

    def __init__(self, window: MainWindow, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._known: tuple[Schedule, ...] = ()
        self.row = SidebarRow(tr("Schedules"), "repeat", "muted")
        self.row.hide()
        self.row.chosen.connect(self._open)
        window.sidebar.set_foot(self.row)
        self._read = Throttle(
            bridge, self._look, what=tr("Reading the schedules"), interval_s=LOOK_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        timer = QTimer(self)
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(self._read.request)
        timer.start()
        bridge.closing.connect(timer.stop)
        bridge.changed.connect(self._on_changed)
        self._read.request()

    def _on_changed(self, _batch: ChangeBatch) -> None:
        self._read.request()

    def _open(self, _add: bool) -> None:
        self._window.action_set.run(SCHEDULES.id, Selection((), ()))

    async def _look(self) -> None:
        # Where the queue cannot be asked, `QueueWatch` says so, and what was known stays.
        with suppress(MonitorError):
            self._known = await self._bridge.ask(lambda queue: tuple(queue.schedules()))
        self._show()

    def _show(self) -> None:
        self.row.set_count(len(self._known))
        self.row.set_note(next_in_words(self._known))
        self.row.set_icon(*_look_of(self._known))
        self.row.setVisible(bool(self._known))


def next_in_words(schedules: Sequence[Schedule]) -> str:
    """Return what comes next and when: “in 2 h: nightly load”."""
    due = [(schedule.next_run, schedule.name) for schedule in schedules if schedule.next_run]
    if not due:
        return tr("All are off") if schedules else ""
    moment, name = min(due)
    return tr("{when}: {name}", when=format_relative(moment), name=name)


def _look_of(schedules: Sequence[Schedule]) -> tuple[str, str]:
    """Return icon and colour: one that cannot be put must not go unseen."""
    if any(schedule.problem for schedule in schedules):
        return "warning", "killed"
    return "repeat", "muted"
