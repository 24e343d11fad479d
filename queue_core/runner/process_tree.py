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

import psutil

_IS_LINUX = sys.platform == "linux"
_POLL_S = 0.002
_ENDED = (b"Z", b"X")
_SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)

# By pid: the parent, and the session where the system has sessions.
Processes = dict[int, tuple[int, int]]


def processes(*, with_ended: bool = False) -> Processes:
    """Return all processes of this machine, in one look; what cannot be seen is left out.

    Args:
        with_ended: Also those that have ended and that nobody has waited for.
    """
    if _IS_LINUX:
        return _processes_linux(with_ended=with_ended)
    found: Processes = {}
    for process in psutil.process_iter(["ppid", "status"]):
        if process.info["status"] == psutil.STATUS_ZOMBIE and not with_ended:
            continue
        session = 0
        if hasattr(os, "getsid"):
            with contextlib.suppress(OSError):
                session = os.getsid(process.pid)
        found[process.pid] = (process.info["ppid"] or 0, session)
    return found


def _processes_linux(*, with_ended: bool) -> Processes:
    found: Processes = {}
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - hot path
    except OSError:
        return found  # no descriptors left: the caller still knows its own pid
    for name in names:
        if not name.isdigit():
            continue
        try:
            descriptor = os.open(f"/proc/{name}/stat", os.O_RDONLY)
        except OSError:
            continue
        try:
            fields = os.read(descriptor, 1024).rpartition(b")")[2].split(None, 5)
        except OSError:
            continue  # it has ended meanwhile
        finally:
            os.close(descriptor)
        if len(fields) > 4 and (with_ended or fields[0] not in _ENDED):
            found[int(name)] = (int(fields[1]), int(fields[3]))
    return found


def descendants(pid: int) -> set[int]:
    """Return the pids of all living descendants of *pid*, without itself."""
    return _grown({pid}, processes(with_ended=True)) - {pid}


def children(pid: int) -> set[int]:
    """Return the pids of the children of *pid*, those that have ended too."""
    return {child for child, (parent, _) in processes(with_ended=True).items() if parent == pid}


def tree(pid: int) -> set[int]:
    """Return *pid* and everything that it has started and that still runs."""
    known = processes()
    members = {member for member, (_, session) in known.items() if session == pid}
    if not known and is_running(pid):
        return {pid}  # nothing can be seen now; this much is known
    members.add(pid)
    return _grown(members, known) & known.keys()


def _grown(members: set[int], known: Processes) -> set[int]:
    """Return *members* with all their descendants."""
    by_parent: dict[int, list[int]] = {}
    for child, (parent, _) in known.items():
        by_parent.setdefault(parent, []).append(child)
    found = set(members)
    waiting = list(members)
    while waiting:
        for child in by_parent.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def is_running(pid: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    if _IS_LINUX:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
                return file.read().rpartition(b")")[2].split()[0] not in _ENDED
        except ProcessLookupError:
            return False
        except FileNotFoundError:
            return False
        except OSError:  # no descriptors left
            return _can_be_signalled(pid)
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _can_be_signalled(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def send(pids: Iterable[int], number: int) -> None:
    """Send a signal to each of *pids* that still exists."""
    for pid in pids:
        with contextlib.suppress(OSError, OverflowError):
            os.kill(pid, number)


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
        send(members, _SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)


def end_descendants(pid: int, *, patience_s: float = 5.0) -> None:
    """Kill everything that a process has started, and what is in the sessions of these."""
    deadline = time.monotonic() + patience_s
    sessions: set[int] = set()
    while time.monotonic() < deadline:
        known = processes()
        own_session = known.get(pid, (0, 0))[1]
        members = _grown({pid}, known)
        sessions |= {known[p][1] for p in members if p in known} - {own_session, 0}
        members |= {p for p, (_, session) in known.items() if session in sessions}
        members = (members & known.keys()) - {pid}
        if not members:
            return
        send(members, _SIGKILL)
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
