"""Pauses the queue while the computer runs on battery, and lets it go on when it is plugged in."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.throttle import Throttle
from gui.window_state import WindowState

LOOK_MS = 20_000
# Remembered in a file: the program may end while the queue is paused for this reason.
OURS = "battery/paused"


def is_on_battery() -> bool:
    """Return whether the computer has a battery and runs on it."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError):  # a system or container that tells of none
        return False
    return battery is not None and battery.power_plugged is False


class BatteryWatch(QObject):
    """Looks at the battery, and pauses the queue where the user wants that.

    Signals:
        changed: Whether the computer runs on battery.
        paused: The queue was paused for that (True), or goes on again (False).

    Attributes:
        on_battery: Whether it does.
        pauses: Whether the user wants the queue to pause then.
    """

    changed = Signal(bool)
    paused = Signal(bool)

    def __init__(self, bridge: Bridge, state: WindowState, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._state = state
        self.on_battery = False
        self.pauses = False
        self._read = Throttle(
            bridge, self._look, what=tr("Looking at the battery"), interval_s=1.0, parent=self
        )
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        bridge.opened.connect(self.look)
        bridge.closing.connect(self._timer.stop)
        self._timer.start()

    def look(self) -> None:
        """Look now."""
        if self._bridge.is_open:
            self._read.request()

    async def _look(self) -> None:
        on_battery = await self._bridge.call(is_on_battery)
        if on_battery != self.on_battery:
            self.on_battery = on_battery
            self.changed.emit(on_battery)
        await self._steer(wanted=on_battery and self.pauses)

    async def _steer(self, *, wanted: bool) -> None:
        """Pause the queue, or let it go on where this has paused it: never where the user has."""
        ours = bool(self._state.remembered(OURS))
        is_paused = await self._bridge.ask(lambda queue: queue.is_paused)
        if wanted and not ours and not is_paused:
            await self._bridge.order(lambda queue: queue.pause_queue())
            self._state.remember(OURS, "1")
            self.paused.emit(True)
        elif ours and not wanted:
            self._state.remember(OURS, "")
            if is_paused:
                await self._bridge.order(lambda queue: queue.resume_queue())
                self.paused.emit(False)
