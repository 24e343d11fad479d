"""Sees children to their end, off the path of those who wait for jobs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from queue_core.runner.supervision.child_process import ChildProcess
from queue_core.runner.supervision.lookout import Lookout
from queue_core.runner.supervision.lookout_choice import make_lookout
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

# How long a used child may run what was registered for the end of its program.
_LEAVE_S = 3.0
# How long the system may take to end a killed process.
_KILL_S = 5.0


@dataclass
class _Dying:
    child: ChildProcess
    deadline: float
    is_killed: bool = False


class Undertaker:
    """Waits for the end of children, and helps where it does not come; on a thread of its own.

    Args:
        on_buried: Called with each child when nothing is left of it.
    """

    def __init__(self, on_buried: Callable[[ChildProcess], None]) -> None:
        self._on_buried = on_buried
        self._lock = threading.Lock()
        self._dying: list[_Dying] = []
        self._stop_at: float | None = None
        self._lookout: Lookout | None = None
        self._thread: SteadyThread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._lookout = make_lookout()
        self._thread = SteadyThread("undertaker", self._work)
        self._thread.start()

    def take(self, child: ChildProcess) -> None:
        """See to the end of *child*; returns at once."""
        child.begin_end()
        if self._thread is None or not self._thread.is_alive:  # at the very end: here and now
            child.kill()
            child.bury()
            self._on_buried(child)
            return
        with self._lock:
            self._dying.append(_Dying(child, time.monotonic() + _LEAVE_S))
        self._ring()

    def stop(self, timeout_s: float) -> None:
        """End all that are left now, whatever they do; takes no longer than *timeout_s*."""
        with self._lock:
            self._stop_at = time.monotonic() + timeout_s
            for dying in self._dying:
                dying.deadline = 0.0
        self._ring()
        if self._thread is not None:
            self._thread.join(timeout_s + 1.0)
        if self._thread is None or not self._thread.is_alive:
            if self._lookout is not None:
                self._lookout.close()
            self._lookout = None

    def _ring(self) -> None:
        if self._lookout is not None:
            self._lookout.ring()

    def _work(self) -> None:
        with self._lock:
            dying, stop_at = list(self._dying), self._stop_at
        if stop_at is not None and (not dying or time.monotonic() > stop_at):
            assert self._thread is not None
            self._thread.stop()
            return
        gone = [one for one in dying if self._is_over(one)]
        with self._lock:
            self._dying = [one for one in self._dying if one not in gone]
        if not gone:
            self._wait(dying)

    def _is_over(self, one: _Dying) -> bool:
        """Take a look at one child; return whether it is over with it."""
        try:
            if one.child.has_ended():
                one.child.bury()
                self._on_buried(one.child)
                return True
            if time.monotonic() < one.deadline:
                return False
            if one.is_killed:
                logger.warning("worker %s cannot be ended; it is left to itself", one.child.pid)
                one.child.abandon()
                self._on_buried(one.child)
                return True
            one.child.kill()
            one.is_killed, one.deadline = True, time.monotonic() + _KILL_S
        except Exception:
            logger.exception("the end of worker %s could not be seen to", one.child.pid)
            if one.is_killed and time.monotonic() > one.deadline + _KILL_S:
                self._on_buried(one.child)
                return True
        return False

    def _wait(self, dying: list[_Dying]) -> None:
        """Wait until something happens to one of them, or another one comes."""
        assert self._lookout is not None
        timeout_s = min((one.deadline - time.monotonic() for one in dying), default=None)
        self._lookout.wait([one.child.descriptors() for one in dying], timeout_s)
