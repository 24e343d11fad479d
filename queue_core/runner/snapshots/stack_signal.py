"""Stacks on a signal: the child writes those of all its threads to a file that others read.

The handler is faulthandler's, in C: it needs no GIL, so it answers while native code computes, and
the job goes on when it has written. The signal is one that does nothing where nobody listens, so
that a request that comes too early or too late harms no process.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import psutil

from queue_core.errors import MonitorError
from queue_core.extras import install_command
from queue_core.paths import LocalFolder
from queue_core.system.choice import is_forced

# Its default action is to be ignored, unlike that of SIGUSR1, SIGUSR2 and the real-time signals.
SIGNAL: Final[signal.Signals | None] = getattr(signal, "SIGURG", None)

if sys.platform == "linux":
    from queue_core.system import linux

_IS_LINUX = sys.platform == "linux"
_POLL_S = 0.005
# How long a file must have kept its size where the kernel does not show who is still writing.
_SETTLED_S = 0.1
_DUMP_LIMIT_BYTES = 4 * 1024 * 1024
_PREFIX = "stacks-"

_descriptor: int | None = None


def is_available() -> bool:
    """Return whether a process can be asked here: Windows has no such signals."""
    return SIGNAL is not None and not is_forced()


class SnapshotError(MonitorError):
    """The stacks of a process cannot be seen."""


def stack_file(folder: LocalFolder, pid: int) -> Path:
    """Return where a child writes its stacks."""
    return folder.temporary / f"{_PREFIX}{pid}.txt"


def listen_for_requests(folder: LocalFolder, program_pid: int) -> None:
    """In the child: write the stacks when asked for. Call it before each job.

    A job may have taken the signal for itself, or closed what is not its own.

    Args:
        folder: The local folder.
        program_pid: The program that may look into this process.
    """
    global _descriptor
    if not is_available():
        return
    assert SIGNAL is not None
    path = stack_file(folder, os.getpid())
    if not _is_open_at(path):
        # Appending, so that whoever asks can empty the file without moving our place in it. A
        # descriptor that is somebody else's by now is left alone.
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        try:
            _descriptor = os.open(path, flags, 0o600)
        except OSError:
            return  # a full disk or a folder that is gone: the job is worth more than its stacks
        _let_program_look(program_pid)
    assert _descriptor is not None
    if sys.platform != "win32":
        # Taken back first: registering twice does nothing, also where another handler came between.
        faulthandler.unregister(SIGNAL)
        # Not chained: the default handler has nothing to do, and chaining would let blocking
        # system calls of the job fail with EINTR.
        faulthandler.register(SIGNAL, file=_descriptor, all_threads=True, chain=False)


def _is_open_at(path: Path) -> bool:
    if _descriptor is None:
        return False
    try:
        return os.path.samestat(os.fstat(_descriptor), path.stat())
    except OSError:
        return False


def _let_program_look(program_pid: int) -> None:
    """Allow the program to inspect this process where only ancestors may (Linux with Yama).

    What the program starts to look with is no ancestor of ours, but a descendant of the program.
    """
    if sys.platform == "linux":
        linux.let_look(program_pid)


def request_stacks(pid: int, folder: LocalFolder, *, timeout_s: float) -> str:
    """Return the stacks of all threads of a child, as faulthandler writes them.

    Raises:
        SnapshotError: It does not answer in time, or does not listen.
    """
    if not is_available():
        raise SnapshotError(
            "The stacks of a running job cannot be seen on this system.",
            hint=f"Install py-spy to see them: {install_command('diagnose')}",
        )
    assert SIGNAL is not None
    deadline = time.monotonic() + timeout_s
    path = stack_file(folder, pid)
    if not _writes_to(pid, path):
        raise SnapshotError(
            f"Process {pid} does not tell its stacks: it is only starting, or its job has closed "
            "all open files.",
            hint="Try again in a moment, or install py-spy.",
        )
    with _sole_reader(path, deadline) as file:
        file.truncate(0)
        blocking_before = _threads_that_block(pid)
        try:
            os.kill(pid, SIGNAL)
        except ProcessLookupError as error:
            raise _gone(pid) from error
        return _await_dump(pid, file, deadline, blocking_before)


@contextlib.contextmanager
def _sole_reader(path: Path, deadline: float) -> Iterator[IO[bytes]]:
    """Open the file for one that asks at a time, in this process or another."""
    from filelock import lock_descriptor  # 10 ms that no child needs

    try:
        file = path.open("r+b")
    except OSError as error:
        raise SnapshotError(
            f"The stacks cannot be read from {path}: {error.strerror or error}."
        ) from error
    with file:
        while not lock_descriptor(file.fileno(), blocking=False):
            if time.monotonic() > deadline:
                raise SnapshotError(
                    "Another program is reading the stacks of this job.",
                    hint="Try again in a moment.",
                )
            time.sleep(_POLL_S)
        yield file


def _await_dump(pid: int, file: IO[bytes], deadline: float, blocking_before: set[str]) -> str:
    """Wait until the handler has written all of it."""
    size, since = 0, time.monotonic()
    while True:
        now = time.monotonic()
        found = os.fstat(file.fileno()).st_size
        if found != size:
            size, since = found, now
        elif size and _has_ended(pid, blocking_before, quiet_s=now - since):
            file.seek(0)
            return file.read(_DUMP_LIMIT_BYTES).decode("ascii", "backslashreplace")
        if now > deadline or (not size and _status(pid) == psutil.STATUS_STOPPED):
            raise _silent(pid)
        time.sleep(_POLL_S)


def _has_ended(pid: int, blocking_before: set[str], *, quiet_s: float) -> bool:
    """Return whether no thread is in the handler: the kernel blocks its signal meanwhile."""
    if _IS_LINUX:
        return not _threads_that_block(pid) - blocking_before
    return quiet_s >= _SETTLED_S


def _threads_that_block(pid: int) -> set[str]:
    """Return the threads of a process that block our signal (Linux)."""
    found: set[str] = set()
    if SIGNAL is None or not _IS_LINUX:
        return found
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with contextlib.suppress(OSError, ValueError):
            lines = status.read_text().splitlines()
            mask = next((line for line in lines if line.startswith("SigBlk:")), "SigBlk: 0")
            if int(mask.split()[1], 16) >> (SIGNAL - 1) & 1:
                found.add(status.parent.name)
    return found


def _writes_to(pid: int, path: Path) -> bool:
    """Return whether the process holds the file open; else the signal would reach nobody."""
    try:
        return any(Path(file.path) == path.resolve() for file in psutil.Process(pid).open_files())
    except psutil.NoSuchProcess as error:
        raise _gone(pid) from error
    except psutil.Error:
        return False


def _silent(pid: int) -> SnapshotError:
    """Return the error for a process that does not answer, with what it does instead."""
    status = _status(pid)
    if status is None:
        return _gone(pid)
    if status == psutil.STATUS_STOPPED:
        return SnapshotError(
            "The job is paused, so it cannot tell where it is.", hint="Resume it, then look again."
        )
    if status == psutil.STATUS_DISK_SLEEP:
        return SnapshotError(
            "The job waits for a disk or a network drive, and answers only when that does.",
            hint="Check the drive that it reads or writes.",
        )
    return SnapshotError(
        f"Process {pid} did not tell its stacks in time.",
        hint="The computer may be very busy, or the job uses the signal SIGURG itself.",
    )


def _status(pid: int) -> str | None:
    try:
        return str(psutil.Process(pid).status())
    except psutil.Error:
        return None


def _gone(pid: int) -> SnapshotError:
    return SnapshotError(f"Process {pid} has ended.", hint="Look at the job's end instead.")


def remove_stack_file(folder: LocalFolder, pid: int) -> None:
    """Delete the file of a child that has ended."""
    with contextlib.suppress(OSError):
        stack_file(folder, pid).unlink()


def remove_stale_stack_files(folder: LocalFolder) -> int:
    """Delete the files of children that are gone; return how many."""
    removed = 0
    for path in folder.temporary.glob(f"{_PREFIX}*.txt"):
        pid = path.stem.removeprefix(_PREFIX)
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            with contextlib.suppress(OSError):
                path.unlink()
                removed += 1
    return removed
