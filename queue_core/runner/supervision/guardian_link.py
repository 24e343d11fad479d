"""Keeps a guardian: a process that ends the jobs of this program should this one be killed."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from queue_core.runner import entry, guardian
from queue_core.runner.supervision.starting import start_environment
from queue_core.system import programs
from queue_core.system.choice import is_portable

logger = logging.getLogger(__name__)

_END_TIMEOUT_S = 2.0


class GuardianLink:
    """Starts the guardian, tells it which groups to guard, and starts it again when it is gone.

    Args:
        folder: The local folder.

    Attributes:
        process: The guardian; None while there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._guarded: set[int] = set()
        self._is_wanted = False
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; where that fails, `look` tries again."""
        with self._lock:
            self._is_wanted = True
            self._start()

    def add(self, pid: int) -> None:
        """Let it guard the group that *pid* leads."""
        with self._lock:
            self._guarded.add(pid)
            self._tell(f"+{pid}\n")

    def remove(self, pid: int) -> None:
        """Let it guard this group no longer."""
        with self._lock:
            self._guarded.discard(pid)
            self._tell(f"-{pid}\n")

    def look(self) -> None:
        """Start it again when it is gone."""
        with self._lock:
            if self._is_wanted and (self.process is None or self.process.poll() is not None):
                if self.process is not None:
                    logger.warning("the guardian process was gone and is started again")
                self._start()

    def stop(self) -> None:
        """Let it end; it has nothing left to guard."""
        with self._lock:
            self._is_wanted = False
            process = self.process
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:  # it is stopped, or the machine is very busy
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_TIMEOUT_S)

    def _start(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        self.process = None
        try:
            process = programs.start_program(
                _command(),
                environment=start_environment(os.environ, self._folder),
                stdin=subprocess.PIPE,
            )
        except (OSError, ValueError) as error:
            logger.info("the guardian process cannot be started now: %s", error)
            return
        assert process.stdin is not None
        if hasattr(os, "set_blocking"):
            os.set_blocking(process.stdin.fileno(), False)  # one that is stopped reads nothing
        self.process = process
        self._write("".join(f"+{pid}\n" for pid in self._guarded))

    def _tell(self, text: str) -> None:
        if not self._is_wanted:
            return
        if self.process is not None and not self._write(text):
            logger.warning("the guardian process was gone and is started again")
            self.process.kill()
            self.process.poll()
            self._start()

    def _write(self, text: str) -> bool:
        """Return whether the guardian has got *text*."""
        if self.process is None or self.process.stdin is None:
            return False
        data = text.encode()
        try:
            return self.process.stdin.write(data) == len(data)
        except (OSError, ValueError):
            return False


def _command() -> list[str]:
    if is_portable() or getattr(sys, "frozen", False):
        return entry.command(entry.GUARDIAN)
    return [sys.executable, "-I", "-S", guardian.__file__]
