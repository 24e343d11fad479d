"""Gets the process that reads tables ready before somebody opens one.

Starting it takes one to three seconds, most of them for Arrow: too long for a click. So it is
started at a calm moment after the window is there, where the computer has memory and power to
spare, and again when the window comes to the front after it has ended.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer

from gui.bridge import Bridge
from gui.desktop.battery import is_on_battery
from gui.helper import helpers_of
from gui.i18n import tr
from gui.main_window import MainWindow
from queue_core.library.pages import warm_up
from queue_core.queue.values import ChangeBatch

# Nothing has happened for so long: neither the window nor a job is busy with starting.
CALM_MS = 3000
LEAST_FREE_BYTES = 1_500_000_000


class TableReaderWarmth(QObject):
    """Waits for a calm moment, then warms the process up."""

    def __init__(self, window: MainWindow, bridge: Bridge) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._begin)
        bridge.opened.connect(self._calm.start)
        bridge.changed.connect(self._on_changed)
        bridge.closing.connect(self._calm.stop)
        if bridge.is_open:
            self._calm.start()
        window.installEventFilter(self)

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self._calm.isActive():
            self._calm.start()  # wait anew

    def _begin(self) -> None:
        if not helpers_of(self._bridge).reading.is_running:
            self._bridge.start(self._warm(), what=tr("Getting ready to read tables"))

    async def _warm(self) -> None:
        if await self._bridge.call(has_room):
            await warm_up_reading(self._bridge)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for a calm moment once the window is in use again."""
        if event.type() == QEvent.Type.WindowActivate and self._bridge.is_open:
            self._calm.start()
        return False


async def warm_up_reading(bridge: Bridge) -> None:
    """Start the process that reads tables, with all that it needs."""
    await helpers_of(bridge).reading.call(warm_up)


def has_room() -> bool:
    """Return whether the computer has memory to spare, and does not run on battery."""
    import psutil

    return not is_on_battery() and psutil.virtual_memory().available >= LEAST_FREE_BYTES


def install(window: MainWindow, bridge: Bridge) -> None:
    """Keep the process warm while the window is used."""
    TableReaderWarmth(window, bridge)
