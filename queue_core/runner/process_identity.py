"""Tells a running process from a later one of the same number, whatever is done to the clock."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import psutil

_IS_LINUX = sys.platform == "linux"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Where the start stands in /proc/PID/stat, counted from the state, which follows the name.
_STATE, _START_TICKS = 0, 19


def identity_of(pid: int) -> str | None:
    """Return what tells this process from all others that ever have its number.

    On Linux it is the start in ticks since the machine was started, with the number of that start:
    setting the clock changes neither. Elsewhere it is the time of its start.

    Args:
        pid: Number of the process.

    Returns:
        The identity, or None where no such process runs; one that has ended and that nobody has
        waited for (a zombie) does not run.
    """
    if _IS_LINUX:
        return _identity_linux(pid)
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{process.create_time():.3f}"
    except (psutil.Error, OSError, ValueError, OverflowError):
        return None


def is_same_process(pid: int, identity: str | None) -> bool:
    """Return whether the process with this number and this identity runs."""
    return identity is not None and identity_of(pid) == identity


def _identity_linux(pid: int) -> str | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
            # The name stands in brackets and may hold anything, brackets too.
            fields = file.read().rpartition(b")")[2].split()
    except (OSError, ValueError):
        return None
    if len(fields) <= _START_TICKS or fields[_STATE] in (b"Z", b"X"):
        return None
    return f"{fields[_START_TICKS].decode('ascii')}@{_boot_id()}"


@cache
def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return "unknown"  # a container without it: its processes do not outlive a restart
