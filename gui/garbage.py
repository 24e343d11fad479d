"""Collects garbage on the GUI thread only.

Python collects cycles on whichever thread happens to allocate. A widget that dies on a reader
thread takes its timers and children with it there, which Qt forbids and answers with a crash.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


class GuiGarbage(QObject):
    """Does what the interpreter's collector does, twice a second, on the thread that made it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> Callable[[], None]:
        """Take over from the interpreter; return what gives back."""
        gc.collect()
        # What lives from the start lives to the end: do not look at it each time.
        gc.freeze()
        gc.disable()
        self._timer.start()
        return self._stop

    def _stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return
