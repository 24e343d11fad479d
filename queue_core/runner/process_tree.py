"""Processes and all that they have started: find them, signal them, wait until they are gone.

Each child leads a session of its own and adopts its orphaned descendants (Linux), so the tree is
the child, its descendants, and whoever else is in its session.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

_IS_LINUX = sys.platform.startswith("linux")
_POLL_S = 0.005
_CHILDREN_FILE = Path(f"/proc/self/task/{os.getpid()}/children")


def descendants(pid: int) -> set[int]:
    """Return the pids of all living descendants of *pid*, without itself."""
    if _IS_LINUX and _CHILDREN_FILE.exists():
        found: set[int] = set()
        waiting = [pid]
        while waiting:
            for child in _children_linux(waiting.pop()):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return found
    try:
        return {child.pid for child in psutil.Process(pid).children(recursive=True)}
    except psutil.NoSuchProcess:
        return set()


def _children_linux(pid: int) -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - hot path
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children") as file:  # noqa: PTH123 - hot path
                found.extend(int(word) for word in file.read().split())
        except OSError:
            continue
    return found


def session_members(session: int) -> set[int]:
    """Return the pids of the session that the process *session* leads or led."""
    if not hasattr(os, "getsid"):
        return set()
    found = set()
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session:
                found.add(pid)
        except OSError:
            continue
    return found


def tree(pid: int) -> set[int]:
    """Return *pid* and everything that it has started and that still runs."""
    return {p for p in {pid} | descendants(pid) | session_members(pid) if is_running(p)}


def is_running(pid: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    if _IS_LINUX:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
                return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
        except OSError:
            return False
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def send(pids: Iterable[int], number: int) -> None:
    """Send a signal to each of *pids* that still exists."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def end_tree(pid: int, *, grace_s: float) -> bool:
    """End a process and everything it has started; return whether all of it is gone.

    Asks first (SIGTERM, whose default action ends native loops too), and kills what is left after
    *grace_s* seconds. Looks again until nothing is found, for trees that grow while they die.
    """
    # Frozen first: a process that is started between a look and the signal would lose its parent
    # and be found no more.
    members = freeze(pid)
    send(members, signal.SIGTERM)
    if hasattr(signal, "SIGCONT"):
        send(members, signal.SIGCONT)  # a suspended process gets the signal when it goes on
    deadline = time.monotonic() + grace_s
    while members and time.monotonic() < deadline:
        members = {p for p in members if is_running(p)}
        if not members:
            members = tree(pid)
            if members:
                send(members, signal.SIGTERM)
        if members:
            time.sleep(_POLL_S)
    return kill_tree(pid, known=members)


def kill_tree(pid: int, *, known: Iterable[int] = (), patience_s: float = 5.0) -> bool:
    """Kill a process and everything it has started at once; return whether all of it is gone."""
    deadline = time.monotonic() + patience_s
    known = set(known)
    while True:
        members = tree(pid) | {p for p in known if is_running(p)}
        if not members:
            return True
        known |= members
        send(members, getattr(signal, "SIGKILL", signal.SIGTERM))
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)


def freeze(pid: int) -> set[int]:
    """Stop a process and everything that it has started; return these.

    Looks again after each round: what a process starts before it stops is stopped too.
    """
    if not hasattr(signal, "SIGSTOP"):
        return tree(pid)
    stopped: set[int] = set()
    for _ in range(50):
        members = tree(pid) - stopped
        if not members:
            break
        send(members, signal.SIGSTOP)
        stopped |= members
    return stopped


def suspend(pid: int) -> bool:
    """Stop a process and everything that it has started, until `resume`; False where it cannot."""
    if not hasattr(signal, "SIGSTOP"):
        return _suspend_portable(pid)
    return bool(freeze(pid))


def resume(pid: int) -> None:
    """Let a suspended tree go on."""
    if hasattr(signal, "SIGCONT"):
        send(tree(pid), signal.SIGCONT)
    else:
        for member in tree(pid):
            with contextlib.suppress(psutil.Error):
                psutil.Process(member).resume()


def _suspend_portable(pid: int) -> bool:
    try:
        for member in tree(pid):
            psutil.Process(member).suspend()
    except psutil.Error:
        return False
    return True


def process_start(pid: int) -> float | None:
    """Return when the process started, as seconds since the epoch; None where there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
