"""The portable twin of the guardian: ends the same trees with what every system can do."""

from __future__ import annotations

from queue_core.runner import guardian, process_tree

_PATIENCE_S = 2.0


def main() -> None:
    """Guard until the pipe on standard input ends."""
    guardian.guard(_end)


def _end(guarded: set[int]) -> None:
    for pid in guarded:
        process_tree.kill_tree(pid, patience_s=_PATIENCE_S)
