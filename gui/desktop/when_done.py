"""What happens when all jobs have ended, if the user wants anything: after a moment to object."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QProcess, QTimer

from gui.i18n import tr
from gui.notifications import Toast, ToastAction, ToastArea

# A text to the type checker, so that it looks at every way.
_SYSTEM: str = sys.platform
GRACE_MS = 30_000


def sleep_command() -> tuple[str, ...]:
    """Return the program that sends this computer to sleep; empty: there is none."""
    if _SYSTEM == "win32":
        return ("rundll32.exe", "powrprof.dll,SetSuspendState", "0,1,0")
    if _SYSTEM == "darwin":
        return ("/usr/bin/pmset", "sleepnow")
    found = shutil.which("systemctl")
    return (found, "suspend") if found else ()


def go_to_sleep() -> None:
    """Send this computer to sleep."""
    program = sleep_command()
    if program:
        QProcess.startDetached(program[0], list(program[1:]))


class WhenDone(QObject):
    """Waits until nothing runs or waits any more, then does what is wanted.

    Args:
        toasts: Where it says so beforehand.
        wanted: Returns what is wanted: `nothing`, `quit` or `sleep`.
        does: What each of them means.
    """

    def __init__(
        self,
        toasts: ToastArea,
        wanted: Callable[[], str],
        does: dict[str, Callable[[], object]],
        *,
        grace_ms: int = GRACE_MS,
    ) -> None:
        super().__init__(toasts)
        self._toasts = toasts
        self._wanted = wanted
        self._does = does
        self._was_busy = False
        self._toast: Toast | None = None
        self._timer = QTimer(self, singleShot=True, interval=grace_ms)
        self._timer.timeout.connect(self._act)

    def note(self, active: int) -> None:
        """Note how many jobs run and wait."""
        if active:
            self._was_busy = True
            self.stop()
        elif self._was_busy:
            self._was_busy = False
            self._announce()

    def stop(self) -> None:
        """Do nothing this time."""
        self._timer.stop()
        toast, self._toast = self._toast, None
        if toast is not None:
            toast.close_now()

    def _announce(self) -> None:
        sentences = {
            "quit": tr("All jobs have ended: the program quits in {number} s."),
            "sleep": tr("All jobs have ended: the computer goes to sleep in {number} s."),
        }
        sentence = sentences.get(self._wanted())
        if sentence is None:
            return
        text = sentence.format(number=self._timer.interval() // 1000)
        self._toast = self._toasts.say(text, ToastAction(tr("Not this time"), self.stop))
        self._toast.closed.connect(self._forget)
        self._timer.start()

    def _forget(self, _toast: Toast) -> None:
        """Note that the message has gone by itself; what it said still counts."""
        self._toast = None

    def _act(self) -> None:
        does = self._does.get(self._wanted())
        if does is not None:
            does()
