"""What every system can do, through psutil; see `interface.System`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from queue_core.system import programs
from queue_core.system.interface import Processes

_LOOKED_AT = ("pid", "ppid", "status", "create_time")


class PortableSystem:
    """Asks psutil, and what little else each system has for the same end."""

    def processes(self, *, with_ended: bool = False) -> Processes:
        """Return all processes; a group is a session, or a job object on Windows."""
        group_of = programs.groups()
        infos = [process.info for process in psutil.process_iter(_LOOKED_AT)]
        born = {info["pid"]: info["create_time"] or 0.0 for info in infos}
        found: Processes = {}
        for info in infos:
            pid, parent = info["pid"], info["ppid"] or 0
            # Windows leaves the number of a parent that is gone, which may be another's by now.
            if born.get(parent, 0.0) > born[pid]:
                parent = 0
            if with_ended or info["status"] != psutil.STATUS_ZOMBIE:
                found[pid] = (parent, group_of(pid))
        return found

    def is_running(self, pid: int) -> bool:
        """Return whether the process exists and is not a zombie."""
        try:
            return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
        except (psutil.NoSuchProcess, ValueError, OverflowError):
            return False
        except psutil.Error:
            return True  # it is there, and not ours to look at

    def ask_to_end(self, pids: Iterable[int]) -> None:
        """Ask each to end; on Windows this ends it at once."""
        _to_each(pids, psutil.Process.terminate)

    def kill(self, pids: Iterable[int]) -> None:
        """End each at once."""
        _to_each(pids, psutil.Process.kill)

    def stop(self, pids: Iterable[int]) -> None:
        """Suspend each."""
        _to_each(pids, psutil.Process.suspend)

    def go_on(self, pids: Iterable[int]) -> None:
        """Resume each."""
        _to_each(pids, psutil.Process.resume)

    def has_children(self) -> bool:
        """Return whether this process has started any that runs."""
        started = psutil.Process().children(recursive=True)
        return any(self.is_running(process.pid) for process in started)

    def adopt_orphans(self) -> None:
        """Do nothing: sessions and job objects keep them together, as far as they do."""

    def memory(self, pid: int) -> tuple[int, int] | None:
        """Return resident memory; how much of it comes from files is not known."""
        try:
            return int(psutil.Process(pid).memory_info().rss), 0
        except (psutil.Error, ValueError):
            return None

    def inherited_memory(self, pid: int) -> int:
        """Return 0: it cannot be known."""
        del pid
        return 0

    def cpu_time_s(self, pid: int) -> float | None:
        """Return its own processor time."""
        try:
            times = psutil.Process(pid).cpu_times()
        except (psutil.Error, ValueError):
            return None
        return float(times.user + times.system)

    def ended_for_memory(self) -> int:
        """Return 0: no other system counts them."""
        return 0

    def unread_bytes(self, descriptor: int) -> int:
        """Return 0: the writing end cannot know."""
        del descriptor
        return 0

    def users_of(self, path: Path) -> list[int]:
        """Return the processes that have a file open, as far as psutil may look."""
        if programs.OPEN_FILES_STAY:
            return []  # nobody need ask
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(Path(item.path) == path for item in process.open_files()):
                    found.append(process.pid)
        return found


def _to_each(pids: Iterable[int], order: Callable[[psutil.Process], None]) -> None:
    for pid in pids:
        with contextlib.suppress(psutil.Error, OSError, ValueError, OverflowError):
            order(psutil.Process(pid))
