"""Where child processes come from: the interface, and the twin that starts each by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from queue_core.errors import JobQueueError
from queue_core.runner import entry

PORTABLE_VARIABLE = "DASHAI_MONITOR_PORTABLE"
_ROOT = str(Path(__file__).parents[3])


class ChildStartError(JobQueueError):
    """A child process could not be started."""


@dataclass(frozen=True)
class ChildEnds:
    """The descriptors that a child is given.

    Attributes:
        connection: To its supervisor.
        output: Its standard output.
        errors: Its standard error.
        records: For what it logs; see `child_logging`.
    """

    connection: int
    output: int
    errors: int
    records: int


class ProcessHandle(Protocol):
    """A process that somebody has made for us.

    Attributes:
        pid: Its number; it leads a session of this number.
        end_descriptor: Becomes readable when it has ended; None where the system has none such.
        started_with: The variables of what it was forked from, from which its own may differ;
            None where it was started with its own.
        generation: Which state of its source it was made from.
    """

    pid: int
    end_descriptor: int | None
    started_with: Mapping[str, str] | None
    generation: int

    @property
    def is_lost(self) -> bool:
        """Whether nobody could say any more how it ends; it is ended then."""

    def has_ended(self) -> bool:
        """Return whether it runs no more."""

    def exit_code(self) -> int | None:
        """Let its number go and return how it ended: negative for a signal, None if unknown."""

    def sweep(self) -> None:
        """End what it has left to others, where that can be known; call it before `exit_code`."""

    def close(self) -> None:
        """Give back what watches it."""


class ProcessSource(Protocol):
    """Makes processes."""

    @property
    def generation(self) -> int:
        """The state of the source now; a spare of an older one is replaced."""

    def start(self, ends: ChildEnds, *, environment: Mapping[str, str]) -> ProcessHandle:
        """Return a new process that serves its end of the connection.

        Raises:
            ChildStartError: It cannot be made now.
        """


class SpawnedProcess:
    """A process that was started as a program of its own; see `ProcessHandle`."""

    started_with: Mapping[str, str] | None = None
    generation = 0
    is_lost = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self.end_descriptor = end_descriptor(self.pid)

    def has_ended(self) -> bool:
        """Return whether it runs no more; its number is kept until `exit_code`."""
        if self._process.returncode is not None:
            return True
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        try:
            options = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.pid, options) is not None
        except OSError:
            return self._process.poll() is not None

    def exit_code(self) -> int | None:
        """Return how it ended."""
        return self._process.poll()

    def sweep(self) -> None:
        """Do nothing: its orphans have gone to the system."""

    def close(self) -> None:
        """Give back the descriptor."""
        if self.end_descriptor is not None:
            os.close(self.end_descriptor)
            self.end_descriptor = None


class SpawnedSource:
    """Starts each child as a program of its own: works everywhere, and takes longer.

    Args:
        modules: What a child imports while it waits.
        folder: The local folder.
        nice: How much lower than the program's the priority is.
    """

    generation = 0

    def __init__(self, modules: Sequence[str], folder: Path, nice: int) -> None:
        self._modules = tuple(modules)
        self._folder = folder
        self._nice = nice

    def start(self, ends: ChildEnds, *, environment: Mapping[str, str]) -> SpawnedProcess:
        """Return a new process that serves its end of the connection; see `ProcessSource`."""
        modules = ",".join(self._modules)
        try:
            process = subprocess.Popen(
                entry.command(entry.CHILD, str(ends.connection), str(ends.records), modules),
                stdin=subprocess.DEVNULL,
                stdout=ends.output,
                stderr=ends.errors,
                pass_fds=(ends.connection, ends.records),
                start_new_session=True,
                env=start_environment(environment, self._folder),
            )
        except (OSError, ValueError) as error:
            raise start_error(error) from error
        lower_priority(process.pid, self._nice)
        return SpawnedProcess(process)


def start_environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables with which a program of ours is started."""
    return {**environment, "DASHAI_LOCAL_PATH": str(folder), "PYTHONPATH": _ROOT}


def start_error(error: Exception) -> ChildStartError:
    """Return why no process can be started, as a sentence."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ChildStartError(
        f"A worker process could not be started: {why}.",
        hint="Close other programs; the job waits and is tried again.",
    )


def end_descriptor(pid: int) -> int | None:
    """Return a descriptor that becomes readable when the process ends, where there is such."""
    if hasattr(os, "pidfd_open"):
        try:
            return os.pidfd_open(pid)
        except OSError:
            return None
    return None


def lower_priority(pid: int, nice: int) -> None:
    """Leave the desktop its share of the processor."""
    if nice and hasattr(os, "setpriority"):
        try:
            os.setpriority(os.PRIO_PROCESS, pid, nice)
        except OSError:
            return  # it has ended, or may not: it works all the same
