"""Lets jobs that ended without their own help clean up, each in a fresh child, one by one."""

from __future__ import annotations

import logging
import queue
import threading
from typing import Protocol

from queue_core.runner.child_process import ChildProcess
from queue_core.runner.logs import LogWriter
from queue_core.runner.outcome import RunOrder
from queue_core.runner.protocol import CleanUp

logger = logging.getLogger(__name__)

_TIMEOUT_S = 15.0
_TAKE_S = 2.0


class Lender(Protocol):
    """What the cleaner needs of the supervisor."""

    def take(self, timeout_s: float) -> ChildProcess | None:
        """Return a fresh child."""

    def give_back(self, child: ChildProcess) -> None:
        """Take a child back."""

    def open_log(self, order: RunOrder) -> LogWriter:
        """Return the writer of a job's log."""


class Cleaner:
    """Carries out clean-ups on a thread of its own.

    Args:
        lender: Where children come from.
    """

    def __init__(self, lender: Lender) -> None:
        self._lender = lender
        self._orders: queue.SimpleQueue[tuple[CleanUp, RunOrder] | None] = queue.SimpleQueue()
        self._is_giving_up = threading.Event()
        self._thread: threading.Thread | None = None
        self._child: ChildProcess | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._work, name="cleaner", daemon=True)
        self._thread.start()

    def put(self, clean_up: CleanUp, order: RunOrder) -> None:
        """Carry out *clean_up* as soon as a child is to be had."""
        self._orders.put((clean_up, order))

    def stop(self, timeout_s: float) -> None:
        """Finish what is waiting, but take no longer than *timeout_s*."""
        self._orders.put(None)
        if self._thread is None:
            return
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._is_giving_up.set()
            child = self._child
            if child is not None:
                child.kill()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the thread, after `stop`."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        while (item := self._orders.get()) is not None:
            try:
                if not self._carry_out(*item):
                    return
            except Exception:
                logger.exception("clean-up of job %s failed", item[0].job_id)

    def _carry_out(self, clean_up: CleanUp, order: RunOrder) -> bool:
        """Run one clean-up; return False when there is no time left for any."""
        child = None
        while child is None:
            if self._is_giving_up.is_set():
                logger.warning("job %s has not cleaned up: there was no process", order.job_id)
                return False
            child = self._lender.take(_TAKE_S)
            if child is None:
                self._is_giving_up.wait(0.05)
        self._child = child
        log = self._lender.open_log(order)
        try:
            child.clean_up(clean_up, order.payload, log, _TIMEOUT_S)
        finally:
            self._child = None
            self._lender.give_back(child)
            log.close()
        return True
