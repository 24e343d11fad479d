"""The portable twin of the template: starts each child as a program of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from multiprocessing import Pipe
from pathlib import Path

from queue_core.runner import entry, process_tree
from queue_core.runner.job_process.preload import modules_of
from queue_core.runner.log.log_frames import RECORDS
from queue_core.runner.log.log_lines import STDERR, STDOUT
from queue_core.runner.supervision.packets import close_all
from queue_core.runner.supervision.starting import start_environment, start_error
from queue_core.runner.supervision.thread_link import ThreadLink
from queue_core.system import programs

_MARK_BYTES = 16
# Modules that a child imports while it waits; what more there is, its job imports.
_MODULES = 9
_KILL_S = 1.0


class SpawnedProcess:
    """A process that was started as a program of its own; see `ProcessHandle`."""

    started_with: Mapping[str, str] | None = None
    generation = 0
    is_lost = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def has_ended(self) -> bool:
        """Return whether it runs no more.

        Its number is kept: by what it leaves until it was waited for, and on Windows by the handle.
        """
        return self._process.returncode is not None or not process_tree.is_running(self.pid)

    def exit_code(self) -> int | None:
        """Return how it ended; waits a moment for threads that outlast its main one."""
        if self._process.returncode is None and self.has_ended():
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(_KILL_S)
        return self._process.poll()

    def sweep(self) -> None:
        """Do nothing: its orphans have gone to the system."""

    def close(self) -> None:
        """Give back what keeps it together with what it has started."""
        programs.forget_program(self.pid)


class SpawnedSource:
    """Starts each child as a program of its own: works everywhere, and takes longer.

    Args:
        libraries: What a child imports while it waits, as far as most jobs need it.
        folder: The local folder.
        nice: How much lower than the program's the priority is.
    """

    generation = 0

    def __init__(self, libraries: Sequence[str], folder: Path, nice: int) -> None:
        self._modules = tuple(modules_of(libraries)[: _MODULES if libraries else 1])
        self._folder = folder
        self._nice = nice

    def start(self, environment: Mapping[str, str]) -> ThreadLink:
        """Return the link to a new process; see `ProcessSource`."""
        mark = secrets.token_bytes(_MARK_BYTES)
        theirs: list[int] = []
        with contextlib.ExitStack() as on_failure:
            try:
                connection, other_end = Pipe()
                on_failure.callback(connection.close)
                with other_end:
                    outputs: dict[str, int] = {}
                    for source in (STDOUT, STDERR, RECORDS):
                        outputs[source], write_end = os.pipe()
                        theirs.append(write_end)
                        on_failure.callback(os.close, outputs[source])
                    process = self._start(other_end.fileno(), theirs, mark, environment)
                link = ThreadLink(SpawnedProcess(process), connection, outputs, mark)
                on_failure.pop_all()  # they are the link's
                on_failure.callback(process.wait)
                on_failure.callback(process.kill)
                link.start()
            except (OSError, ValueError, RuntimeError) as error:  # the last: no more threads
                raise start_error(error) from error
            finally:
                close_all(theirs)
            on_failure.pop_all()
        programs.lower_priority(process.pid, self._nice)
        return link

    def forget(self, pid: int) -> None:
        """Do nothing: a child is known by its link alone."""

    def stop(self) -> None:
        """Do nothing: there is no other process."""

    def _start(
        self, connection: int, outputs: Sequence[int], mark: bytes, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        stdout, stderr, records = outputs
        handed_down = (connection, programs.number_of(records))
        arguments = (*map(str, handed_down), mark.hex(), ",".join(self._modules))
        return programs.start_program(
            entry.command(entry.CHILD, *arguments),
            environment=start_environment(environment, self._folder),
            inherited=handed_down, stdout=stdout, stderr=stderr,
        )  # fmt: skip
