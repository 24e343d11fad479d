"""When what runs and waits will have ended: looked at while anything does."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.throttle import Throttle
from queue_core.queue.estimates import Forecast
from queue_core.queue.values import ChangeBatch

INTERVAL_S = 2.0
# Time alone changes a forecast, too.
LOOK_MS = 5000


class ForecastWatch(QObject):
    """Follows the forecast of the queue.

    Signals:
        changed: The new `Forecast`.
    """

    changed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.forecast = Forecast()
        self._read = Throttle(
            bridge, self._look, what=tr("Estimating when jobs end"), interval_s=INTERVAL_S,
            parent=self,
        )  # fmt: skip
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._read.request)
        bridge.changed.connect(self._on_changed)
        bridge.closing.connect(self._timer.stop)

    def _on_changed(self, _batch: ChangeBatch) -> None:
        self._read.request()

    async def _look(self) -> None:
        found = await self._bridge.ask(lambda queue: queue.forecast())
        if found.running or found.starts or found.unknown:
            self._timer.start()
        else:
            self._timer.stop()
        if found != self.forecast:
            self.forecast = found
            self.changed.emit(found)
