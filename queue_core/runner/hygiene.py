"""Puts a warm child process back to how it was before a job, or says that it cannot."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import site
import sys
import sysconfig
import threading
import warnings
from pathlib import Path
from types import TracebackType

from queue_core.runner import process_tree

_STATM = Path("/proc/self/statm")
_RSS_GROWTH_LIMIT_BYTES = 1 << 30
_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "SIGPIPE")
    if hasattr(signal, name)
)


class CleanSlate:
    """Remembers the process around one job and restores it afterwards.

    A job may change its folder, environment, import path, signal handlers, loggers, warnings
    filters and standard streams; none of that may reach the next job. Modules that the job
    imported from the submitter's folders are forgotten, because the next submitter may have
    others of the same name, or newer ones.
    """

    def __init__(self) -> None:
        self._home = Path.cwd()
        self._threads: set[threading.Thread] = set()

    def __enter__(self) -> CleanSlate:
        self._environ = dict(os.environ)
        self._path = list(sys.path)
        self._argv = list(sys.argv)
        self._signals = {number: signal.getsignal(number) for number in _SIGNALS}
        self._filters = list(warnings.filters)
        root = logging.getLogger()
        self._handlers = list(root.handlers)
        self._level = root.level
        self._threads = set(threading.enumerate())
        self._streams = [(number, os.dup(number)) for number in (1, 2)]
        self._text_streams = (sys.stdout, sys.stderr)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        for number, saved in self._streams:
            os.dup2(saved, number)
            os.close(saved)
        sys.stdout, sys.stderr = self._text_streams
        if sys.stdout.closed or sys.stderr.closed:
            self._reopen_streams()
        with contextlib.suppress(OSError):
            os.chdir(self._home)
        os.environ.clear()
        os.environ.update(self._environ)
        sys.path[:] = self._path
        sys.argv[:] = self._argv
        for number, handler in self._signals.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        warnings.filters[:] = self._filters  # type: ignore[index]
        root = logging.getLogger()
        root.handlers[:] = self._handlers
        root.setLevel(self._level)
        _forget_modules()

    @staticmethod
    def _reopen_streams() -> None:
        sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace",
                               closefd=False)  # fmt: skip
        sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace",
                               closefd=False)  # fmt: skip

    def is_clean(self, *, rss_at_start: int) -> bool:
        """Return whether the process can take another job: no leftovers, no grown memory."""
        if set(threading.enumerate()) - self._threads:
            return False
        if process_tree.descendants(os.getpid()):
            return False
        return resident_bytes() - rss_at_start < _RSS_GROWTH_LIMIT_BYTES


def resident_bytes() -> int:
    """Return the memory of this process, in bytes."""
    if _STATM.exists():
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - hot path
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import psutil

    return int(psutil.Process().memory_info().rss)


def _installed_roots() -> tuple[str, ...]:
    paths = set(sysconfig.get_paths().values()) | set(site.getsitepackages())
    paths.add(site.getusersitepackages())
    paths.add(str(Path(__file__).parents[2]))
    return tuple(str(Path(path)) + os.sep for path in paths)


_ROOTS = _installed_roots()
_seen_modules: set[str] = set()


def _forget_modules() -> None:
    """Drop modules that came from elsewhere than the installed packages."""
    new = sys.modules.keys() - _seen_modules
    if not new:
        return
    for name in new:
        file = getattr(sys.modules.get(name), "__file__", None)
        if name == "__main__" or file is None or file.startswith(_ROOTS):
            _seen_modules.add(name)
        else:
            del sys.modules[name]
    main = sys.modules["__main__"].__dict__
    for name in main.keys() - {"main"}:
        if not name.startswith("__"):
            del main[name]
