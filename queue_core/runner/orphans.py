"""Children whose program is gone: recognised, and ended."""

from __future__ import annotations

import os
from collections.abc import Sequence

import psutil

from queue_core.runner import process_tree


def is_our_child(pid: int) -> bool:
    """Return whether the process runs jobs for a program like this one, and leads a session."""
    try:
        words = psutil.Process(pid).cmdline()
        leads = not hasattr(os, "getsid") or os.getsid(pid) == pid
    except (psutil.Error, OSError, ValueError, OverflowError):
        return False
    return leads and ("queue_core.runner" in words or "--run-child" in words)


def end_orphans(pids: Sequence[int]) -> None:
    """Kill the trees of children whose program is gone."""
    for pid in pids:
        process_tree.kill_tree(pid)
