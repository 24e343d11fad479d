"""Finds the stack that a crashing child has left in its job's log."""

from __future__ import annotations

import re
from collections.abc import Iterable

from queue_core.runner.log.log_lines import STDERR, RawLine
from queue_core.runner.snapshots.stacks import of_the_job, parse_dump

_LIMIT_LINES = 400
# What faulthandler writes first, on POSIX and on Windows.
_START = re.compile(r"(Fatal Python error: |Windows fatal exception: )")
_PART = re.compile(
    r'^(  File ".*", line (\d+|\?\?\?) in .*|  Binary file ".*|  \.\.\.|  <.*>|'
    r"(Current thread|Thread) 0x[0-9a-f]+.*|(Current thread's C|C) stack trace .*|Stack \(.*|"
    r"Python runtime state: .*|)$"
)


def crash_stack(lines: Iterable[RawLine], *, attempt: int | None = None) -> str:
    """Return the last stack of native code that crashed, as faulthandler wrote it.

    The runner's own threads are left out.

    Args:
        lines: The job's log.
        attempt: Only what this attempt wrote; None means all of them.

    Returns:
        The stack with its heading; empty where there is none.
    """
    found: list[str] = []
    is_inside = False
    for line in lines:
        if line.source != STDERR or attempt not in (None, line.attempt):
            continue
        start = _START.search(line.text)
        if start:
            found, is_inside = [line.text[start.start() :]], True
        elif is_inside and _PART.match(line.text):
            found.append(line.text)
        elif line.text.startswith("Extension modules: "):
            is_inside = False
        # Anything else is of another thread, or of a process that goes on.
    blocks = "\n".join(found[:_LIMIT_LINES]).strip().split("\n\n")
    return "\n\n".join(block for block in blocks if not _is_runner(block))


def _is_runner(block: str) -> bool:
    """Return whether these lines are the stack of a thread that runs no code of the job."""
    threads = parse_dump(block, 0)
    return bool(threads) and not of_the_job(threads)
