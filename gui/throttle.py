"""Background work that many events ask for and that must run rarely."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.latest_task import LatestTask

# Work that takes long is repeated rarely: it may use this share of one core at most.
LARGEST_SHARE = 0.2


class Throttle(QObject):
    """Runs a coroutine soon after it is asked for, never twice at once and not too often.

    The first request runs at once; those that come meanwhile are answered together by one run.
    Pauses are for background work only: what the user asked for runs at once, in place of what
    runs already.
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
        self._current = LatestTask(self)
        self._number = 0
        self._wanted = False
        self._is_urgent = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._run)

    @property
    def is_running(self) -> bool:
        """Whether it runs now."""
        return self._current.is_running

    def request(self) -> None:
        """Ask for a run that begins after now."""
        self._wanted = True
        if self._current.task is None and not self._timer.isActive():
            self._run()

    def request_soon(self) -> None:
        """Ask for a run that begins at once, or as soon as the one that runs has ended."""
        self._wanted = True
        self._is_urgent = True
        if self._current.task is None:
            self._timer.stop()
            self._run()

    def request_now(self) -> None:
        """Ask for a run that waits for nothing: the user clicked."""
        self._wanted = True
        self._timer.stop()
        # Its answer would be thrown away; what reads for it on another thread reads on.
        self._current.cancel()
        self._run()

    def _run(self) -> None:
        if not self._wanted:
            return
        self._wanted = self._is_urgent = False
        self._number += 1
        self._current.task = self._bridge.start(self._run_once(self._number), what=self._what)

    async def _run_once(self, number: int) -> None:
        begun = time.monotonic()
        try:
            await self._work()
        finally:
            took_s = time.monotonic() - begun
            pause_s = max(self._interval_s, took_s / LARGEST_SHARE - took_s)
            # The window may have closed meanwhile, or the user wanted something else.
            if isValid(self) and number == self._number:
                self._current.task = None
                self._timer.start(0 if self._is_urgent else round(pause_s * 1000))
