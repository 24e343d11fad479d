"""Modules that jobs import from their submitters' folders: kept while they are still the same."""

from __future__ import annotations

import importlib
import os
import site
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path


def _installed_roots() -> tuple[str, ...]:
    paths = set(sysconfig.get_paths().values()) | set(site.getsitepackages())
    paths |= {site.getusersitepackages(), str(Path(__file__).parents[1])}
    return tuple(str(Path(path)) + os.sep for path in paths)


class UserModules:
    """Forgets modules that the next job must not see.

    The next submitter may have other modules of the same names, or newer ones; the same submitter
    with unchanged files gets those that are loaded already.
    """

    def __init__(self) -> None:
        self._roots = _installed_roots()
        self._installed = set(sys.modules)
        self._files: dict[str, int] = {}
        self._place: tuple[object, ...] = ()

    def prepare(self, import_path: Sequence[str], cwd: str | None) -> None:
        """Forget what does not fit a job that comes from this place."""
        place = (*import_path, cwd)
        if place == self._place and all(_mtime(f) == t for f, t in self._files.items()):
            return
        self._place = place
        self._forget()
        importlib.invalidate_caches()

    def remember(self) -> None:
        """Note what the job has imported."""
        for name in sys.modules.keys() - self._installed:
            file = getattr(sys.modules[name], "__file__", None)
            if name == "__main__" or file is None or file.startswith(self._roots):
                self._installed.add(name)
            elif file not in self._files:
                self._files[file] = _mtime(file)
        main = sys.modules["__main__"].__dict__
        for name in [n for n in main if n != "main" and not n.startswith("__")]:
            del main[name]

    def _forget(self) -> None:
        for name in sys.modules.keys() - self._installed:
            del sys.modules[name]
        self._files.clear()


def _mtime(file: str) -> int:
    try:
        return os.stat(file).st_mtime_ns  # noqa: PTH116 - asked for each job
    except OSError:
        return -1
