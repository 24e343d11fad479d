"""Starting programs on Linux and macOS; see `programs`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import IO, Any, Final

assert sys.platform != "win32"

# Whether the system lets nobody rename or delete a file that is open.
OPEN_FILES_STAY: Final = False


def start_program(
    command: Sequence[str], *, environment: Mapping[str, str], inherited: Sequence[int] = (),
    stdin: int = subprocess.DEVNULL, stdout: int | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:  # fmt: skip
    """Start a program that leads a session of its own: no terminal's Ctrl+C reaches it.

    Args:
        command: What to start.
        environment: All of its variables.
        inherited: The numbers of what it is handed down.
        stdin: As `subprocess` takes it; a pipe is not buffered.
        stdout: As `subprocess` takes it.
        stderr: As `subprocess` takes it.

    Raises:
        OSError: It cannot be started.
        ValueError: A variable or an argument cannot be passed on.
    """
    return subprocess.Popen(
        command, env=environment, stdin=stdin, stdout=stdout, stderr=stderr, bufsize=0,
        pass_fds=tuple(inherited), start_new_session=True,
    )  # fmt: skip


def forget_program(pid: int) -> None:
    """Do nothing: a session ends with its last process."""
    del pid


def groups() -> Callable[[int], int]:
    """Return what tells the leader of a process's session; 0 where that cannot be seen."""

    def session(pid: int) -> int:
        with contextlib.suppress(OSError):
            return os.getsid(pid)
        return 0

    return session


def priority(nice: int) -> int:
    """Return what psutil takes for a priority that is lower by so much."""
    return nice


def interpreter() -> str:
    """Return the program that runs Python."""
    return sys.executable


def interpreter_variables() -> dict[str, str]:
    """Return the variables that `interpreter` needs."""
    return {}


def number_of(descriptor: int) -> int:
    """Return by which number a descriptor is handed down."""
    return descriptor


def take_connection(number: int) -> Connection[Any, Any]:
    """In the program: return the end of a connection that was handed down."""
    return Connection(number)


def take_pipe(number: int) -> int:
    """In the program: return the descriptor of a pipe's writing end that was handed down."""
    return number
