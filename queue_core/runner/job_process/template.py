"""The process from which children are forked: clean, with the libraries loaded, one thread only.

Started as `python -P -m queue_core.runner template CONNECTION LIBRARIES`. It runs no job. It
answers three requests of its supervisor, also between two imports: fork a child, say how a child
has ended, end what children have left behind. The end of the connection ends it and all of them.
"""

from __future__ import annotations

import array
import contextlib
import errno
import faulthandler
import os
import signal
import socket
import struct
import sys
import time
import traceback
from multiprocessing.connection import Connection
from typing import NoReturn

from queue_core.runner import process_tree
from queue_core.runner.job_process import child, forked_process, preload
from queue_core.runner.job_process.channel import Channel
from queue_core.runner.job_process.child_logging import install_logging, prepare_streams
from queue_core.runner.job_process.fresh_process import keep_environment
from queue_core.runner.job_process.page_care import settle_pages
from queue_core.system.choice import system

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

# A request: what, and its argument. A reply: what it answers, and a number.
FRAME = struct.Struct("!cq")
FORK, REAP, SWEEP, LOADED = b"F", b"R", b"S", b"L"
DESCRIPTORS = 4
# Outside of what an exit code or a pid can be.
STILL_RUNS = -(1 << 32)
_SWEEPS = 50
_PATIENCE_S = 0.5


def main(arguments: list[str]) -> None:
    """Load the libraries and serve until the supervisor is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    libraries = [name for name in arguments[1].split(",") if name] if len(arguments) > 1 else []
    keep_environment()
    os.environ.pop("PYTHONPATH", None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    system().adopt_orphans()
    prepare_streams()
    sys.argv[:] = [sys.argv[0]]
    template = Template(control)
    for _ in preload.import_in_turn(preload.modules_of(libraries)):
        if not template.serve(wait_s=0):
            return
    preload.settle()
    settle_pages()
    template.say(LOADED, thread_count())
    while template.serve(wait_s=None):
        pass


def thread_count() -> int:
    """Return how many threads this process has (Linux)."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208


class Template:
    """Answers the supervisor's requests.

    Args:
        control: The connection to it.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: set[int] = set()

    def serve(self, *, wait_s: float | None) -> bool:
        """Answer one request, or several that wait; return False when the supervisor is gone."""
        while True:
            self._control.settimeout(wait_s)
            try:
                data, ancillary, _, _ = self._control.recvmsg(
                    FRAME.size, socket.CMSG_SPACE(DESCRIPTORS * 4)
                )
            except (BlockingIOError, TimeoutError):
                return True
            except OSError:
                data, ancillary = b"", []
            descriptors = _descriptors(ancillary)
            if len(data) != FRAME.size:
                self._end_all()
                return False
            kind, argument = FRAME.unpack(data)
            self._answer(kind, argument, descriptors)

    def say(self, kind: bytes, number: int) -> None:
        """Send a reply, or word of our own; a supervisor that is gone is noticed soon."""
        self._control.settimeout(None)
        with contextlib.suppress(OSError):
            self._control.sendmsg([FRAME.pack(kind, number)])

    def _answer(self, kind: bytes, argument: int, descriptors: list[int]) -> None:
        if kind == FORK:
            self.say(FORK, self._fork(descriptors))
        elif kind == REAP:
            self.say(REAP, self._reap(argument))
        elif kind == SWEEP:
            self.say(SWEEP, self._sweep())

    def _fork(self, descriptors: list[int]) -> int:
        """Fork a child that speaks through *descriptors*; return its pid, or a negative errno."""
        try:
            if len(descriptors) != DESCRIPTORS:
                return -errno.EMFILE
            taken = forked_process.taken_signals()
            pid = os.fork()
        except OSError as error:
            return -(error.errno or errno.EAGAIN)
        else:
            if pid == 0:
                self._be_child(descriptors, taken)
        finally:
            # Not in the child: that one never comes here.
            for descriptor in descriptors:
                os.close(descriptor)
        self._children.add(pid)
        return pid

    def _be_child(self, descriptors: list[int], taken: list[int]) -> NoReturn:
        """Be a child and nothing else; whatever happens, this never returns."""
        code = 1
        try:
            self._control.close()
            connection, output, errors, records = descriptors
            forked_process.become_independent(output, errors, taken)
            os.close(output)
            os.close(errors)
            install_logging(records)
            code = child.serve(Channel(Connection(connection)))
        except BaseException:  # noqa: BLE001 - the border: the template's loop must not go on here
            with contextlib.suppress(BaseException):
                traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self, pid: int) -> int:
        """Forget a child that has ended; return its exit code, negative for a signal."""
        if pid not in self._children:
            return STILL_RUNS
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            self._children.discard(pid)
            return STILL_RUNS
        if found != pid:
            return STILL_RUNS
        self._children.discard(pid)
        return os.waitstatus_to_exitcode(status)

    def _sweep(self) -> int:
        """Kill what ended children have left to us; return how many that were."""
        swept: set[int] = set()
        for _ in range(_SWEEPS):
            strays = process_tree.children(os.getpid()) - self._children
            if not strays:
                break
            process_tree.kill(strays)
            swept |= strays
            _await_end(strays)
        return len(swept)

    def _end_all(self) -> None:
        """End all children with what they have started: nobody is there any more to look."""
        process_tree.end_descendants(os.getpid())


def _await_end(pids: set[int]) -> None:
    """Wait a moment for children that were killed; one that the system holds comes later."""
    deadline = time.monotonic() + _PATIENCE_S
    waiting = set(pids)
    while waiting and time.monotonic() < deadline:
        for pid in list(waiting):
            try:
                ended = os.waitpid(pid, os.WNOHANG)[0] == pid
            except ChildProcessError:
                ended = True
            if ended:
                waiting.discard(pid)
        if waiting:
            time.sleep(0.001)


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    found = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)
