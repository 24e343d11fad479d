"""Whether a child's process can take another job of a class that allows it; nothing is put back."""

from __future__ import annotations

import json
import logging
import os
import signal
import site
import sys
import sysconfig
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path

from queue_core.system.choice import system

_GROWTH_LIMIT_BYTES = 1 << 30
_MODULES_LIMIT = 2_000


def reuse_key(kind: type, cwd: str | None, import_path: Sequence[str]) -> str | None:
    """Return which jobs may share a process with one of this class; None where none may.

    Args:
        kind: The job's class.
        cwd: The submitter's working folder.
        import_path: The submitter's own import path entries.
    """
    # What `__main__` is differs from program to program.
    if not getattr(kind, "reuses_process", False) or kind.__module__ == "__main__":
        return None
    return json.dumps([f"{kind.__module__}.{kind.__qualname__}", cwd, *import_path])


class ReuseCheck:
    """Remembers the process as it is before the first job, and compares after each.

    A class says `reuses_process` of itself and is believed that its runs do not disturb each
    other; what can be seen from outside is still looked at.
    """

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._memory_bytes = _resident_bytes()
        self._state = _state()
        self._roots = _installed_roots()
        self._installed = set(sys.modules)
        self._files: dict[str, int] = {}

    def is_clean(self) -> bool:
        """Return whether nothing is left: no threads, no processes, no grown memory."""
        if set(threading.enumerate()) - self._threads or system().has_children():
            return False
        if _state() != self._state:
            return False
        return _resident_bytes() - self._memory_bytes < _GROWTH_LIMIT_BYTES

    def user_modules(self) -> dict[str, int]:
        """Return the loaded modules that are not installed ones, with their times of change."""
        for name in sys.modules.keys() - self._installed:
            self._installed.add(name)
            file = getattr(sys.modules[name], "__file__", None)
            if isinstance(file, str) and not file.startswith(self._roots):
                self._files.setdefault(file, time_of_change_ns(file))
        return dict(list(self._files.items())[:_MODULES_LIMIT])


def time_of_change_ns(file: str) -> int:
    """Return when a file was changed last, in nanoseconds; -1 where it cannot be read."""
    try:
        return os.stat(file).st_mtime_ns  # noqa: PTH116 - asked for each job
    except (OSError, ValueError):
        return -1


def _state() -> tuple[object, ...]:
    """Return what a job must not leave changed, as far as it can be compared at little cost."""
    root = logging.getLogger()
    environment = tuple(sorted(os.environ.items()))
    handlers = tuple(signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT))
    return (
        environment, handlers, id(sys.stdout), id(sys.stderr), sys.stdout.closed,
        sys.getrecursionlimit(), root.level, tuple(root.handlers), len(warnings.filters),
        sys.gettrace(), tuple(sys.argv),
    )  # fmt: skip


def _resident_bytes() -> int:
    memory = system().memory(os.getpid())
    return 0 if memory is None else memory[0]


def _installed_roots() -> tuple[str, ...]:
    paths = set(sysconfig.get_paths().values()) | set(site.getsitepackages())
    paths |= {site.getusersitepackages(), str(Path(__file__).parents[1])}
    return tuple(str(Path(path)) + os.sep for path in paths)
