"""Starting programs on Windows; see `programs`."""

from __future__ import annotations

import msvcrt
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Final

import psutil

from queue_core.system import windows_jobs

assert sys.platform == "win32"

from multiprocessing.connection import PipeConnection  # noqa: E402 - nowhere else is there one

# Whether the system lets nobody rename or delete a file that is open.
OPEN_FILES_STAY: Final = True


def start_program(
    command: Sequence[str], *, environment: Mapping[str, str], inherited: Sequence[int] = (),
    stdin: int = subprocess.DEVNULL, stdout: int | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:  # fmt: skip
    """Start a program in a job object of its own; see `posix.start_program`."""
    for number in inherited:
        os.set_handle_inheritable(number, True)
    process = subprocess.Popen(
        command, env=environment, stdin=stdin, stdout=stdout, stderr=stderr, bufsize=0,
        startupinfo=subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(inherited)}),
        # No Ctrl+C of a terminal reaches it, and a program with a window opens no terminal for it.
        creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW,
    )  # fmt: skip
    try:
        windows_jobs.enclose(process.pid)
    except OSError:
        process.kill()
        process.wait()
        raise
    return process


def forget_program(pid: int) -> None:
    """Give the job object back; this ends whatever is left in it."""
    windows_jobs.release(pid)


def groups() -> Callable[[int], int]:
    """Return what tells for which process the job object was made that another is in."""
    members = windows_jobs.members()
    return lambda pid: members.get(pid, 0)


def priority(nice: int) -> int:
    """Return what psutil takes for a lower priority; there is one step."""
    del nice
    return int(psutil.BELOW_NORMAL_PRIORITY_CLASS)


def interpreter() -> str:
    """Return the program that runs Python.

    WORKAROUND: `sys.executable` of a virtual environment is a starter that runs Python as a child
    of its own, whose number would not be the one that we know. `multiprocessing` does the same
    (https://github.com/python/cpython/issues/79978).
    """
    return str(getattr(sys, "_base_executable", sys.executable))


def interpreter_variables() -> dict[str, str]:
    """Return the variables by which `interpreter` finds its virtual environment."""
    return {"__PYVENV_LAUNCHER__": sys.executable}


def number_of(descriptor: int) -> int:
    """Return the handle behind a descriptor."""
    return msvcrt.get_osfhandle(descriptor)


def take_connection(number: int) -> PipeConnection[Any, Any]:
    """In the program: return the end of a connection that was handed down."""
    return PipeConnection(number)


def take_pipe(number: int) -> int:
    """In the program: return the descriptor of a pipe's writing end that was handed down."""
    return msvcrt.open_osfhandle(number, os.O_WRONLY | os.O_BINARY)
