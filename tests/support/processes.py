"""Finds the processes that a queue has started."""

from __future__ import annotations

from pathlib import Path

import psutil


def children_of_folder(root: Path) -> list[int]:
    """Return the runner processes of this local folder; forks keep its environment."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or ()
        if not any("queue_core.runner" in w or w.endswith("guardian.py") for w in words):
            continue
        try:
            if process.environ().get("DASHAI_LOCAL_PATH") == str(root):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
