"""Children whose program is gone: recognised, and ended."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

import psutil

from queue_core.runner import process_tree

_WORDS = frozenset({"queue_core.runner", "--run-child"})
# From a child to its template to its program.
_STEPS_UP = 3


def end_orphans(pids: Iterable[int], root: Path, living: Collection[int]) -> None:
    """Kill the trees of children that a dead program has left.

    A number out of a row proves nothing: it may have been given to another process, or was never
    one. Only what runs jobs of this folder, and of none of the living programs, is ended.

    Args:
        pids: Processes that ran jobs, as their rows say.
        root: The local folder.
        living: The programs that run jobs of this folder now.
    """
    for pid in pids:
        if is_orphan(pid, root, living):
            process_tree.kill_tree(pid)


def is_orphan(pid: int, root: Path, living: Collection[int]) -> bool:
    """Return whether a process is a child of a program of this folder that is gone."""
    try:
        process = psutil.Process(pid)
        return _runs_jobs(process, root) and not _has_program(process, living)
    except (psutil.Error, OSError, ValueError, OverflowError):
        return False


def _runs_jobs(process: psutil.Process, root: Path) -> bool:
    is_ours = not _WORDS.isdisjoint(process.cmdline())
    leads = not hasattr(os, "getsid") or os.getsid(process.pid) == process.pid
    return is_ours and leads and process.environ().get("DASHAI_LOCAL_PATH") == str(root)


def _has_program(process: psutil.Process, living: Collection[int]) -> bool:
    above: psutil.Process | None = process
    for _ in range(_STEPS_UP):
        if above is None or above.pid in living:
            break
        above = above.parent()
    return above is not None and above.pid in living
