"""The supervisor's end of the template process: asks it, one question at a time."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from queue_core.runner import entry
from queue_core.runner.job_process import template
from queue_core.runner.job_process.preload import HELD_VARIABLES, QUIET_VARIABLES
from queue_core.runner.supervision.starting import ChildStartError, start_environment, start_error
from queue_core.steady_thread import SteadyThread
from queue_core.system import programs

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

# It answers between two imports, and one may take long on a cold disk.
_ANSWER_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 5.0
_SAID_BYTES = 4_000


class TemplateGoneError(ChildStartError):
    """The template has ended, or does not answer."""


class TemplateClient:
    """One template process, from its start to its end.

    Args:
        libraries: What it loads ahead.
        folder: The local folder.
        nice: How much lower than the program's its priority and its children's is.
        environment: The variables that it starts with.
        on_loaded: Called once when all is loaded, on a thread of ours.
        on_gone: Called once when it has ended, on a thread of ours.

    Attributes:
        pid: Its number; it leads a session of this number.
        environment: The variables that it was started with.
        threads: How many threads it had when all was loaded; None before.

    Raises:
        ChildStartError: It cannot be started.
    """

    def __init__(
        self, libraries: Sequence[str], folder: Path, nice: int, environment: Mapping[str, str], *,
        on_loaded: Callable[[], None], on_gone: Callable[[TemplateClient], None],
    ) -> None:  # fmt: skip
        self._lock = threading.Lock()
        self._replies: queue.SimpleQueue[tuple[bytes, int] | None] = queue.SimpleQueue()
        self._gone = threading.Event()
        self._on_loaded, self._on_gone = on_loaded, on_gone
        self.threads: int | None = None
        self._said = ""
        try:
            self._start(libraries, folder, nice, environment)
        except (OSError, ValueError, RuntimeError) as error:  # the last: no more threads
            raise start_error(error) from error

    def _start(
        self, libraries: Sequence[str], folder: Path, nice: int, environment: Mapping[str, str]
    ) -> None:
        self.environment = {
            **start_environment(environment, folder),
            **dict.fromkeys(HELD_VARIABLES, "1"),
            **QUIET_VARIABLES,
        }
        with contextlib.ExitStack() as stack:
            # A file and not a pipe: nobody need read it for the template to go on.
            self._errors = stack.enter_context(tempfile.TemporaryFile())
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.callback(ours.close)
            self._control = ours
            try:
                self._process = programs.start_program(
                    entry.command(entry.TEMPLATE, str(theirs.fileno()), ",".join(libraries)),
                    environment=self.environment,
                    inherited=(theirs.fileno(),),
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                )
            finally:
                theirs.close()
            stack.callback(self._process.wait)
            stack.callback(self._process.kill)
            self.pid = self._process.pid
            programs.lower_priority(self.pid, nice)
            self._reader = SteadyThread("template-reader", self._read)
            self._reader.start()
            stack.pop_all()

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return self._gone.is_set()

    def fork(self, descriptors: Sequence[int]) -> int:
        """Return the pid of a new child that has got *descriptors*.

        Raises:
            ChildStartError: There is none.
        """
        assert len(descriptors) == template.DESCRIPTORS
        pid = self._ask(template.FORK, 0, descriptors)
        if pid < 0:
            raise start_error(OSError(-pid, os.strerror(-pid)))
        return pid

    def reap(self, pid: int) -> int | None:
        """Return how an ended child has ended; None where that is not known."""
        try:
            code = self._ask(template.REAP, pid)
        except ChildStartError:
            return None
        return None if code == template.STILL_RUNS else code

    def sweep(self) -> None:
        """Let it kill what ended children have left."""
        with contextlib.suppress(ChildStartError):
            self._ask(template.SWEEP, 0)

    def stop(self, timeout_s: float = _END_TIMEOUT_S) -> None:
        """End it, whatever it does; its children are its owner's to end."""
        self.kill()
        self._reader.join(timeout_s)

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGCONT)
        if self._process.returncode is None:
            self._process.kill()

    def why_gone(self) -> TemplateGoneError:
        """Return what it said before it ended."""
        code = self._process.poll()
        how = f"with exit code {code}" if code is not None and code >= 0 else "by a signal"
        said = f": {self._said}" if self._said else ""
        return TemplateGoneError(
            f"The process from which worker processes are made ended {how}{said}.",
            hint="Run `dashai-monitor doctor` to check the installation.",
        )

    def _ask(self, kind: bytes, argument: int, descriptors: Sequence[int] = ()) -> int:
        with self._lock:
            if self._gone.is_set():
                raise self.why_gone()
            try:
                if descriptors:
                    socket.send_fds(
                        self._control, [template.FRAME.pack(kind, argument)], list(descriptors)
                    )
                else:
                    self._control.send(template.FRAME.pack(kind, argument))
            except ConnectionError as error:  # it is just ending, and will have said why
                self._gone.wait(_END_TIMEOUT_S)
                raise self.why_gone() from error
            except OSError as error:
                raise start_error(error) from error
            try:
                reply = self._replies.get(timeout=_ANSWER_TIMEOUT_S)
            except queue.Empty:
                reply = (b"", 0)
            if reply is None:
                self._replies.put(None)  # for whoever asks next
                raise self.why_gone()
            if reply[0] != kind:
                self.kill()  # late or out of step: its answers could not be told apart any more
                raise TemplateGoneError(
                    "The process from which worker processes are made did not answer in time."
                )
            return reply[1]

    def _read(self) -> None:
        """Take the next thing that it says, or its end."""
        try:
            data = self._control.recv(template.FRAME.size)
        except InterruptedError:
            return
        except OSError:
            data = b""
        if len(data) != template.FRAME.size:
            self._end()
            self._reader.stop()  # last: whatever keeps the end from being seen to is tried again
            return
        kind, number = template.FRAME.unpack(data)
        if kind == template.LOADED:
            self.threads = number
            self._on_loaded()
        else:
            self._replies.put((kind, number))

    def _end(self) -> None:
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_TIMEOUT_S)
        with contextlib.suppress(OSError, ValueError):
            size = self._errors.seek(0, os.SEEK_END)
            self._errors.seek(max(0, size - _SAID_BYTES))
            text = self._errors.read().decode("utf-8", "replace").strip()
            self._said = text.splitlines()[0][:300] if text else ""
        self._gone.set()
        self._replies.put(None)
        self._errors.close()
        with self._lock:
            self._control.close()
        self._on_gone(self)


def wait_until_gone(has_ended: Callable[[], bool], timeout_s: float) -> bool:
    """Wait a moment for the end of a process that was killed."""
    deadline = time.monotonic() + timeout_s
    while not has_ended():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True
