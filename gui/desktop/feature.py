"""Connects what concerns the computer itself to the window and to the settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from gui.actions import Action, Selection
from gui.bridge import Bridge
from gui.completion import application_is_active
from gui.desktop.autostart import start_at_login
from gui.desktop.battery import BatteryWatch
from gui.desktop.keep_awake import KeepAwake
from gui.desktop.taskbar import TaskbarWatch, taskbars
from gui.desktop.when_done import WhenDone, go_to_sleep
from gui.i18n import mark, tr
from gui.main_window import MainWindow
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobCounts
from queue_core.settings import Settings
from queue_core.settings.known import KEEP_AWAKE, PAUSE_ON_BATTERY, START_AT_LOGIN, WHEN_DONE

# A short job is over before any computer falls asleep.
AWAKE_AFTER_MS = 5000
UNDO = Action(
    id="edit.undo", title=mark("Undo"), icon="undo", shortcuts=("Ctrl+Z",),
    sentence=mark("Take back what was done last, while its message is there."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Follow jobs, battery and settings."""
    Manners(window, bridge)
    TaskbarWatch(window, bridge, taskbars(window, bridge), application_is_active)
    window.action_set.add((UNDO,))

    def undo(_selection: Selection) -> None:
        if not window.toasts.undo_latest():
            window.toasts.say(tr("There is nothing to undo."))

    window.action_set.handle(UNDO.id, undo)
    window.action_set.update(window.action_set.selection)


class Manners(QObject):
    """Keeps the computer awake while jobs run, pauses on battery, and ends the day."""

    def __init__(self, window: MainWindow, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._running = 0
        self._starts_at_login = bridge.settings[START_AT_LOGIN]
        self._awake = KeepAwake(self)
        self._patience = QTimer(self, singleShot=True, interval=AWAKE_AFTER_MS)
        self._patience.timeout.connect(self._decide)
        self._battery = BatteryWatch(bridge, window.state, self)
        self._battery.pauses = bridge.settings[PAUSE_ON_BATTERY]
        self._battery.changed.connect(self._decide)
        self._battery.paused.connect(self._say_paused)
        self._done = WhenDone(
            window.toasts, self._wanted_when_done,
            {"quit": lambda: window.action_set.trigger("app.quit"), "sleep": go_to_sleep},
        )  # fmt: skip
        window.overview.counts_changed.connect(self._on_counts)
        bridge.settings_changed.connect(self._on_settings)
        bridge.closing.connect(self._end)

    def _wanted_when_done(self) -> str:
        return self._bridge.settings[WHEN_DONE]

    def _on_counts(self, counts: JobCounts) -> None:
        self._running = counts.by_status.get(JobStatus.STARTED, 0)
        waiting = counts.by_status.get(JobStatus.NOT_STARTED, 0)
        self._done.note(self._running + waiting)
        if not self._running:
            self._patience.stop()
            self._decide()
        elif not self._awake.is_holding and not self._patience.isActive():
            self._patience.start()

    def _decide(self) -> None:
        wanted = self._bridge.settings[KEEP_AWAKE]
        may = wanted == "always" or (wanted == "plugged" and not self._battery.on_battery)
        if self._running and may:
            self._awake.hold()
        else:
            self._awake.release()

    def _on_settings(self, settings: Settings) -> None:
        self._battery.pauses = settings[PAUSE_ON_BATTERY]
        self._battery.look()
        self._decide()
        if settings[START_AT_LOGIN] != self._starts_at_login:
            self._starts_at_login = wanted = settings[START_AT_LOGIN]
            work = self._bridge.call(start_at_login, wanted=wanted)
            self._bridge.start(work, what=tr("Changing what starts at login"))

    def _say_paused(self, is_paused: bool) -> None:
        self._window.toasts.say(
            tr("The queue is paused while the computer runs on battery.")
            if is_paused else tr("The computer is plugged in: the queue goes on.")
        )  # fmt: skip

    def _end(self) -> None:
        self._patience.stop()
        self._done.stop()
        self._awake.end()
