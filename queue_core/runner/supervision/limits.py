"""Measures process trees and decides when one takes too much."""

from __future__ import annotations

import time
from dataclasses import dataclass

from queue_core.runner import process_tree
from queue_core.runner.outcome import EndReason
from queue_core.system.choice import system

_LOOK_AT_SHARED_S = 2.0


@dataclass(frozen=True)
class Usage:
    """What a process tree uses.

    Attributes:
        memory_bytes: Memory of its own; what the processes share counts once.
        cpu_time_s: Processor time since they were started.
        processes: How many there are.
    """

    memory_bytes: int
    cpu_time_s: float
    processes: int


def measure(pid: int, *, inherited_bytes: int = 0) -> Usage:
    """Measure a process with everything that it has started; zeros where it is gone."""
    return TreeMeter(pid, inherited_bytes).measure()


class TreeMeter:
    """Measures a process tree again and again.

    Memory that processes share counts once: that of the process from which the child was forked
    not at all, for the job has not asked for it; what the job's own forks share with it, once.

    Args:
        pid: The child.
        inherited_bytes: Memory that it had got when it was forked.
    """

    def __init__(self, pid: int, inherited_bytes: int = 0) -> None:
        self._pid = pid
        self._inherited_bytes = inherited_bytes
        # By pid: what a descendant shares with others, and when that was looked at.
        self._shared: dict[int, tuple[int, float]] = {}

    def measure(self) -> Usage:
        """Measure it now; zeros where it is gone."""
        own = shared_most = seen = 0
        cpu_s = 0.0
        for member in (self._pid, *process_tree.descendants(self._pid)):
            memory, seconds = system().memory(member), system().cpu_time_s(member)
            if memory is None or seconds is None:
                continue
            resident, shared = memory
            private = resident - shared
            if member == self._pid:
                private -= self._inherited_bytes
            else:
                private -= self._shared_bytes(member)
            own += max(0, private)
            shared_most = max(shared_most, shared)
            cpu_s += seconds
            seen += 1
        return Usage(own + shared_most, cpu_s, seen)

    def _shared_bytes(self, pid: int) -> int:
        """Return how much of a descendant's own memory it shares with who has forked it.

        To look takes the kernel long for a large process, and it changes slowly.
        """
        known = self._shared.get(pid)
        now = time.monotonic()
        if known is None or now - known[1] > _LOOK_AT_SHARED_S:
            known = self._shared[pid] = (system().inherited_memory(pid), now)
        return known[0]


@dataclass(frozen=True)
class Verdict:
    """That a job must end, and why.

    Attributes:
        reason: Which limit it passed.
        detail: The sentence for the user.
        hint: What to do next.
    """

    reason: EndReason
    detail: str
    hint: str


@dataclass
class Watch:
    """What is known of one running attempt.

    Attributes:
        job_id: The job.
        pid: Its child process.
        timeout_s: Wall-clock limit; None means none.
        memory_limit_bytes: Limit of the tree; None means none.
        phase: What the job says it is doing.
        attempt: Which attempt it is, from 1.
        samples: How many samples of it are stored.
        inherited_bytes: Memory that its child was forked with; it does not count.
    """

    job_id: str
    pid: int
    attempt: int = 1
    timeout_s: float | None = None
    memory_limit_bytes: int | None = None
    phase: str = ""
    samples: int = 0
    inherited_bytes: int = 0

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self._meter = TreeMeter(self.pid, self.inherited_bytes)
        self.peak_bytes = 0
        self.memory_bytes = 0
        self.cpu_at_start_s: float | None = None
        self.cpu_s = 0.0
        self.paused_since: float | None = None
        self.paused_s = 0.0

    def look(self) -> None:
        """Measure the tree now."""
        usage = self._meter.measure()
        if usage.processes == 0:
            return
        if self.cpu_at_start_s is None:
            self.cpu_at_start_s = usage.cpu_time_s  # a warm child has worked before
        self.memory_bytes = usage.memory_bytes
        self.peak_bytes = max(self.peak_bytes, usage.memory_bytes)
        self.cpu_s = max(self.cpu_s, usage.cpu_time_s - self.cpu_at_start_s)

    def pause(self) -> None:
        """Stop the job's clock."""
        self.paused_since = self.paused_since or time.monotonic()

    def resume(self) -> None:
        """Let the job's clock go on."""
        if self.paused_since is not None:
            self.paused_s += time.monotonic() - self.paused_since
            self.paused_since = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def active_s(self) -> float:
        """Seconds since the start that the job was not suspended."""
        pause = time.monotonic() - self.paused_since if self.paused_since is not None else 0.0
        return self.elapsed_s - self.paused_s - pause

    def verdict(self) -> Verdict | None:
        """Return why the job must end; None while it keeps within its limits."""
        during = f", during “{self.phase}”" if self.phase else ""
        if self.memory_limit_bytes and self.memory_bytes > self.memory_limit_bytes:
            return Verdict(
                EndReason.MEMORY_LIMIT,
                f"Memory limit {gibibytes(self.memory_limit_bytes)} exceeded, "
                f"peak {gibibytes(self.peak_bytes)}{during}.",
                "Raise the job's memory limit, or work on fewer rows or columns.",
            )
        if self.timeout_s and self.active_s > self.timeout_s:
            return Verdict(
                EndReason.TIMED_OUT,
                f"Time limit {seconds(self.timeout_s)} exceeded{during}.",
                "Raise the job's time limit, or give it less to do.",
            )
        return None


def floor_verdict(watch: Watch, available: int, floor: int) -> Verdict:
    """Return why the biggest job ends when the machine runs out of memory."""
    during = f", during “{watch.phase}”" if watch.phase else ""
    return Verdict(
        EndReason.MEMORY_FLOOR,
        f"Only {gibibytes(available)} of memory were left on this computer (the floor is "
        f"{gibibytes(floor)}), and this job held the most: "
        f"{gibibytes(watch.memory_bytes)}{during}.",
        "Close other programs, run fewer jobs at once, or work on less data.",
    )


def gibibytes(count: float) -> str:
    """Return a number of bytes as people read it."""
    if count >= 1 << 30:
        return f"{count / (1 << 30):.1f} GiB"
    return f"{count / (1 << 20):.0f} MiB"


def seconds(count: float) -> str:
    """Return a duration as people read it."""
    if count < 120:
        return f"{count:g} s"
    if count < 7200:
        return f"{count / 60:.0f} min"
    return f"{count / 3600:.1f} h"
