"""What is asked of the operating system about processes; see `choice.system` for who answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

# By pid: the parent, and the group in which it was started. A group is named by the process that
# leads it; 0 is for those that are in none of ours.
Processes = dict[int, tuple[int, int]]


class System(Protocol):
    """Sees, stops and ends processes. What cannot be seen or done is left out, never raised."""

    def processes(self, *, with_ended: bool = False) -> Processes:
        """Return all processes of this machine, in one look.

        Args:
            with_ended: Also those that have ended and that nobody has waited for.
        """

    def is_running(self, pid: int) -> bool:
        """Return whether the process exists and has not ended."""

    def ask_to_end(self, pids: Iterable[int]) -> None:
        """Ask each of them to end, which ends native loops too; one that is stopped hears later."""

    def kill(self, pids: Iterable[int]) -> None:
        """End each of them at once."""

    def stop(self, pids: Iterable[int]) -> None:
        """Let each of them stand still."""

    def go_on(self, pids: Iterable[int]) -> None:
        """Let each of them go on that stands still."""

    def has_children(self) -> bool:
        """Return whether this process has any that runs, adopted ones included."""

    def adopt_orphans(self) -> None:
        """Become the parent of orphaned descendants, where that is possible."""

    def memory(self, pid: int) -> tuple[int, int] | None:
        """Return a process's memory, and how much of it comes from files, in bytes."""

    def inherited_memory(self, pid: int) -> int:
        """Return how many bytes it still shares with processes that it was one with once."""

    def cpu_time_s(self, pid: int) -> float | None:
        """Return the processor time of a process and of its children that have ended."""

    def ended_for_memory(self) -> int:
        """Return how many processes were ended because memory ran out, since the system's start."""

    def unread_bytes(self, descriptor: int) -> int:
        """Return how many bytes of a pipe nobody has read; 0 where that cannot be known."""

    def users_of(self, path: Path) -> list[int]:
        """Return the processes that have a file open, this one included."""
