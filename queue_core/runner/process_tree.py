"""Processes and all that they have started: find them, signal them, wait until they are gone.

Each child leads a group of its own (a session, a job object on Windows) and adopts its orphaned
descendants where that is possible, so the tree is the child, its descendants, and whoever else is
in its group.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from queue_core.system.choice import system
from queue_core.system.interface import Processes

_POLL_S = 0.002


def descendants(pid: int) -> set[int]:
    """Return the pids of all living descendants of *pid*, without itself."""
    return _grown({pid}, system().processes(with_ended=True)) - {pid}


def children(pid: int) -> set[int]:
    """Return the pids of the children of *pid*, those that have ended too."""
    known = system().processes(with_ended=True)
    return {child for child, (parent, _) in known.items() if parent == pid}


def tree(pid: int) -> set[int]:
    """Return *pid* and everything that it has started and that still runs."""
    known = system().processes()
    members = {member for member, (_, group) in known.items() if group == pid}
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
    """Return whether the process exists and has not ended."""
    return system().is_running(pid)


def kill(pids: Iterable[int]) -> None:
    """End each of *pids* that still exists, at once."""
    system().kill(pids)


def end_tree(pid: int, *, grace_s: float) -> bool:
    """End a process and everything it has started; return whether all of it is gone.

    Asks first (SIGTERM, whose default action ends native loops too), and kills what is left after
    *grace_s* seconds. Looks again until nothing is found, for trees that grow while they die.
    """
    # Frozen first: a process that is started between a look and the signal would lose its parent
    # and be found no more.
    members = freeze(pid)
    system().ask_to_end(members)
    system().go_on(members)  # one that is stopped hears it when it goes on
    deadline = time.monotonic() + grace_s
    while members and time.monotonic() < deadline:
        members = {p for p in members if is_running(p)}
        if not members:
            members = tree(pid)
            if members:
                system().ask_to_end(members)
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
        kill(members)
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)


def end_descendants(pid: int, *, patience_s: float = 5.0) -> None:
    """Kill everything that a process has started, and what is in the groups of these."""
    deadline = time.monotonic() + patience_s
    groups: set[int] = set()
    while time.monotonic() < deadline:
        known = system().processes()
        own_group = known.get(pid, (0, 0))[1]
        members = _grown({pid}, known)
        groups |= {known[p][1] for p in members if p in known} - {own_group, 0}
        members |= {p for p, (_, group) in known.items() if group in groups}
        members = (members & known.keys()) - {pid}
        if not members:
            return
        kill(members)
        time.sleep(_POLL_S)


def freeze(pid: int) -> set[int]:
    """Stop a process and everything that it has started; return these.

    Looks again after each round: what a process starts before it stops is stopped too.
    """
    stopped: set[int] = set()
    for _ in range(50):
        members = tree(pid) - stopped
        if not members:
            break
        system().stop(members)
        stopped |= members
    return stopped


def suspend(pid: int) -> bool:
    """Stop a process and everything that it has started, until `resume`; False where it is gone."""
    return bool(freeze(pid))


def resume(pid: int) -> None:
    """Let a suspended tree go on."""
    system().go_on(tree(pid))
