"""Keeps the computer from going to sleep, for as long as that is wanted.

Each system has a program, or a call, that does so. A program is held by its input: should this
one go down, its input closes, it ends, and the computer may sleep again.
"""

from __future__ import annotations

import os
import shutil
import sys

from PySide6.QtCore import QObject, QProcess

# A text to the type checker, so that it looks at every way.
_SYSTEM: str = sys.platform
GRACE_MS = 500
# Flags of SetThreadExecutionState: until further notice, the system is needed.
_CONTINUOUS, _SYSTEM_REQUIRED = 0x80000000, 0x00000001


def command() -> tuple[str, ...]:
    """Return the program that keeps this computer awake while it runs; empty: there is none."""
    if _SYSTEM == "darwin":
        return ("/usr/bin/caffeinate", "-i", "-w", str(os.getpid()))
    found = shutil.which("systemd-inhibit") if _SYSTEM == "linux" else None
    if found is None:
        return ()
    return (
        found, "--what=sleep:idle", "--mode=block", "--who=DashAI Monitor",
        "--why=Jobs are running", "cat",
    )  # fmt: skip


class KeepAwake(QObject):
    """Holds the computer awake, or lets it go; where the system has no way, nothing happens.

    Args:
        parent: What it ends with.
        program: The program and its arguments; None means this system's.
    """

    def __init__(self, parent: QObject, program: tuple[str, ...] | None = None) -> None:
        super().__init__(parent)
        self._program = command() if program is None else program
        self._process = QProcess(self)
        self._process.setStandardOutputFile(QProcess.nullDevice())
        self._process.setStandardErrorFile(QProcess.nullDevice())

    @property
    def is_holding(self) -> bool:
        """Whether a program keeps the computer awake."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def hold(self) -> None:
        """Keep it awake from now on."""
        if _SYSTEM == "win32":
            _tell_windows(_CONTINUOUS | _SYSTEM_REQUIRED)
        elif self._program and not self.is_holding:
            self._process.start(self._program[0], list(self._program[1:]))

    def release(self) -> None:
        """Let it sleep."""
        if _SYSTEM == "win32":
            _tell_windows(_CONTINUOUS)
        elif self.is_holding:
            self._process.closeWriteChannel()
            self._process.terminate()

    def end(self) -> None:
        """Let it sleep, and wait until the program is gone: its parent goes, too."""
        self.release()
        if self.is_holding and not self._process.waitForFinished(GRACE_MS):
            self._process.kill()
            self._process.waitForFinished(GRACE_MS)


def _tell_windows(flags: int) -> None:
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetThreadExecutionState(flags)
