"""Linux's own ways, which cost less and see more; see `interface.System`."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import sys
import termios
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from queue_core.system.interface import Processes

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

_ENDED = (b"Z", b"X")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_VMSTAT = Path("/proc/vmstat")
_CHILD_SUBREAPER, _PTRACER = 36, 0x59616D61


class LinuxSystem:
    """Reads `/proc`, sends signals, adopts orphans."""

    # Seeing ------------------------------------------------------------------------------------

    def processes(self, *, with_ended: bool = False) -> Processes:
        """Return all processes of this machine; a group is a session."""
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

    def is_running(self, pid: int) -> bool:
        """Return whether the process exists and is not a zombie."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
                return file.read().rpartition(b")")[2].split()[0] not in _ENDED
        except (ProcessLookupError, FileNotFoundError):
            return False
        except OSError:  # no descriptors left
            return _can_be_signalled(pid)

    def has_children(self) -> bool:
        """Return whether this process has any that runs; lets the numbers of ended ones go."""
        try:
            while True:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if ended is None:
                    return True
                os.waitpid(ended.si_pid, 0)
        except ChildProcessError:
            return False

    def users_of(self, path: Path) -> list[int]:
        """Return the processes that have a file open, by whatever name."""
        try:
            wanted = path.stat()
        except OSError:
            return []
        found = []
        for name in os.listdir("/proc"):  # noqa: PTH208 - names only, of very many
            if not name.isdigit():
                continue
            with contextlib.suppress(OSError), os.scandir(f"/proc/{name}/fd") as descriptors:
                if any(_is_same(descriptor.path, wanted) for descriptor in descriptors):
                    found.append(int(name))
        return found

    # Orders ------------------------------------------------------------------------------------

    def ask_to_end(self, pids: Iterable[int]) -> None:
        """Send SIGTERM."""
        _send(pids, signal.SIGTERM)

    def kill(self, pids: Iterable[int]) -> None:
        """Send SIGKILL."""
        _send(pids, signal.SIGKILL)

    def stop(self, pids: Iterable[int]) -> None:
        """Send SIGSTOP."""
        _send(pids, signal.SIGSTOP)

    def go_on(self, pids: Iterable[int]) -> None:
        """Send SIGCONT."""
        _send(pids, signal.SIGCONT)

    def adopt_orphans(self) -> None:
        """Become the parent of orphaned descendants, so that none of them can hide."""
        _set_option(_CHILD_SUBREAPER, 1)

    # Measuring ---------------------------------------------------------------------------------

    def memory(self, pid: int) -> tuple[int, int] | None:
        """Return resident memory, and how much of it comes from files."""
        try:
            with open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123 - hot path
                pages = file.read().split()
            return int(pages[1]) * _PAGE_BYTES, int(pages[2]) * _PAGE_BYTES
        except (OSError, ValueError, IndexError):
            return None

    def inherited_memory(self, pid: int) -> int:
        """Return its memory of no file that others have too, for they were one process once."""
        sizes: dict[bytes, int] = {}
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
                for line in file:
                    name, _, rest = line.partition(b":")
                    if rest.endswith(b"kB\n"):
                        sizes[name] = int(rest.split()[0]) << 10
        except (OSError, ValueError):
            return 0
        return max(0, sizes.get(b"Anonymous", 0) - sizes.get(b"Private_Dirty", 0))

    def cpu_time_s(self, pid: int) -> float | None:
        """Return its own, and that of children that have ended and were waited for."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return None
        return sum(int(field) for field in fields[11:15]) / _TICKS_PER_S

    def ended_for_memory(self) -> int:
        """Return the kernel's count."""
        try:
            for line in _VMSTAT.read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except (OSError, ValueError):
            pass
        return 0

    def unread_bytes(self, descriptor: int) -> int:
        """Ask the kernel."""
        try:
            answer = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0")
        except (OSError, ValueError):
            return 0
        return int.from_bytes(answer, sys.byteorder)


def let_look(program_pid: int) -> None:
    """Allow a program and what it starts to inspect this process, where only ancestors may."""
    _set_option(_PTRACER, program_pid)


def _send(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(OSError, OverflowError):
            os.kill(pid, number)


def _can_be_signalled(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_same(path: str, wanted: os.stat_result) -> bool:
    with contextlib.suppress(OSError):
        other = os.stat(path)  # noqa: PTH116 - hot loop
        return (other.st_dev, other.st_ino) == (wanted.st_dev, wanted.st_ino)
    return False


def _set_option(option: int, value: int) -> None:
    """Set an option of this process that only the system's own interface can set."""
    with contextlib.suppress(OSError, AttributeError):
        _libc().prctl(option, value, 0, 0, 0)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
