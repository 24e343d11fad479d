"""Background work that many events ask for and that must run rarely."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from gui.bridge import Bridge

# Work that takes long is repeated rarely: it may use this share of one core at most.
LARGEST_SHARE = 0.2


class Throttle(QObject):
    """Runs a coroutine soon after it is asked for, never twice at once and not too often.

    The first request runs at once; those that come meanwhile are answered together by one run.
    """

    def __init__(
        self,
        bridge: Bridge,
        work: Callable[[], Coroutine[Any, Any, None]],
        *,
        what: str,
        interval_s: float,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._work = work
        self._what = what
        self._interval_s = interval_s
        self._running = False
        self._wanted = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._run)

    def request(self) -> None:
        """Ask for a run that begins after now."""
        self._wanted = True
        if not self._running and not self._timer.isActive():
            self._run()

    def _run(self) -> None:
        if not self._wanted:
            return
        self._wanted = False
        self._running = True
        self._bridge.start(self._run_once(), what=self._what)

    async def _run_once(self) -> None:
        begun = time.monotonic()
        try:
            await self._work()
        finally:
            self._running = False
            took_s = time.monotonic() - begun
            pause_s = max(self._interval_s, took_s / LARGEST_SHARE - took_s)
            if isValid(self):  # the window may have closed meanwhile
                self._timer.start(round(pause_s * 1000))
