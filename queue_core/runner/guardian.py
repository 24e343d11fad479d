"""A tiny process that outlives the program, to end the jobs of a program that was killed.

It reads which sessions it guards from a pipe that only the program holds open; the end of that
pipe means the program is gone, however it went, and whatever it guards then is killed. It runs
with the standard library alone and imports next to nothing: it starts in milliseconds. Where it
cannot (no Linux, or a frozen program), `portable_guardian` guards.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

# SIGKILL, which not every system's `signal` names.
_KILL = 9


def main() -> None:
    """Guard until the pipe on standard input ends; for a start as a script (Linux)."""
    guard(_end)


def guard(end: Callable[[set[int]], object]) -> None:
    """Guard until the pipe on standard input ends, then end what is guarded.

    Args:
        end: Ends the trees of these processes, each of which leads a group.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    guarded: set[int] = set()
    for line in sys.stdin:
        sign, number = line[:1], line[1:].strip()
        if not number.isdigit():
            continue  # a line of which the program could write only a part
        if sign == "+":
            guarded.add(int(number))
        else:
            guarded.discard(int(number))
    end(guarded)


def _end(guarded: set[int]) -> None:
    for _ in range(50):
        members = _members(guarded)
        if not members:
            return
        for pid in members:
            try:
                os.kill(pid, _KILL)
            except OSError:
                continue


def _members(sessions: set[int]) -> set[int]:
    """Return the running processes of *sessions* and their descendants."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for pid, parent, session in _processes():
        parents[pid] = parent
        if session in sessions or pid in sessions:
            found.add(pid)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def _processes() -> list[tuple[int, int, int]]:
    """Return (pid, parent, session) of every running process."""
    rows = []
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib takes longer than all the rest
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] not in (b"Z", b"X"):
            rows.append((int(name), int(fields[1]), int(fields[3])))
    return rows


if __name__ == "__main__":
    main()
