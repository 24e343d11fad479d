"""Puts a warm child process back to how it was before a job, or says that it cannot."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

from queue_core.runner import process_tree

_STATM = Path("/proc/self/statm")
_RSS_GROWTH_LIMIT_BYTES = 1 << 30
_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "SIGPIPE")
    if hasattr(signal, name)
)


class CleanSlate:
    """Remembers the process as it starts, and restores it after each job.

    A job may change its folder, environment, import path, signal handlers, loggers, warnings
    filters and standard streams; none of that may reach the next job.

    Args:
        home: The folder to work in between jobs.
    """

    def __init__(self, home: str) -> None:
        self._home = home
        self._environ = _environment()
        self._path = list(sys.path)
        self._argv = list(sys.argv)
        self._signals = {number: signal.getsignal(number) for number in _SIGNALS}
        self._filters = list(warnings.filters)
        root = logging.getLogger()
        self._handlers, self._level = list(root.handlers), root.level
        self._streams = [(number, os.dup(number)) for number in (1, 2)]
        self._text_streams = (sys.stdout, sys.stderr)
        self._threads: set[threading.Thread] = set()
        self._rss_bytes = resident_bytes()

    def __enter__(self) -> CleanSlate:
        self._threads = set(threading.enumerate())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore_streams()
        with contextlib.suppress(OSError):
            os.chdir(self._home)
        if _environment() != self._environ:
            _set_environment(self._environ)
        sys.path[:] = self._path
        sys.argv[:] = self._argv
        for number, handler in self._signals.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        warnings.filters[:] = self._filters  # type: ignore[index]
        root = logging.getLogger()
        root.handlers[:] = self._handlers
        root.setLevel(self._level)

    def _restore_streams(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        for number, saved in self._streams:
            os.dup2(saved, number)
        sys.stdout, sys.stderr = self._text_streams
        for name, number in (("stdout", 1), ("stderr", 2)):
            if getattr(sys, name).closed:
                fresh = os.fdopen(
                    number, "w", buffering=1, encoding="utf-8", errors="backslashreplace",
                    closefd=False,
                )  # fmt: skip
                setattr(sys, name, fresh)
        self._text_streams = (sys.stdout, sys.stderr)

    def is_clean(self) -> bool:
        """Return whether the process can take another job: no leftovers, no grown memory."""
        if set(threading.enumerate()) - self._threads or _has_children():
            return False
        return resident_bytes() - self._rss_bytes < _RSS_GROWTH_LIMIT_BYTES


def _environment() -> dict[Any, Any]:
    """Return the environment; as bytes where that saves decoding it after each job."""
    return dict(os.environb if os.supports_bytes_environ else os.environ)


def _set_environment(wanted: dict[Any, Any]) -> None:
    environ: Any = os.environb if os.supports_bytes_environ else os.environ
    environ.clear()
    environ.update(wanted)


def _has_children() -> bool:
    """Return whether this process has any child, orphans that it has adopted included."""
    if not hasattr(os, "waitid"):
        return bool(process_tree.descendants(os.getpid()))
    try:
        while True:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return True  # one that runs
            os.waitpid(ended.si_pid, 0)  # one that nobody has waited for
    except ChildProcessError:
        return False


def resident_bytes() -> int:
    """Return the memory of this process, in bytes."""
    try:
        with open(_STATM, "rb") as file:  # noqa: PTH123 - asked for each job
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import psutil

        return int(psutil.Process().memory_info().rss)
