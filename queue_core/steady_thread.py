"""Threads that do not die: whatever fails is told and tried again after a pause."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from functools import partial

logger = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
_START_TIMEOUT_S = 10.0


def begin(thread: threading.Thread) -> None:
    """Start a thread; Python's own `start` waits for ever for one that dies before it runs.

    Raises:
        RuntimeError: The system gives no more threads, or this one died at once.
    """
    begun = thread._started  # type: ignore[attr-defined]  # noqa: SLF001
    begun.wait = partial(begun.wait, _START_TIMEOUT_S)
    thread.start()
    if not begun.is_set():
        raise RuntimeError(f"the thread {thread.name} did not begin")


class SteadyThread:
    """Calls a piece of work again and again on a thread of its own, until it is stopped.

    Nothing that the work raises ends the thread, not even what usually ends a program: `SystemExit`
    out of a library, `MemoryError`, an exception that another thread has injected.

    Args:
        name: Name of the thread.
        work: Does one round and returns; it waits for its own reason to go on, with an end.
        on_failure: Told what a round raised; None when rounds go well again.
        at_end: Called once on the thread when it ends, e.g. to give a connection back.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        *,
        on_failure: Callable[[BaseException | None], object] | None = None,
        at_end: Callable[[], object] | None = None,
    ) -> None:
        self._work = work
        self._on_failure = on_failure
        self._at_end = at_end
        self._stopping = threading.Event()
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread.

        Raises:
            RuntimeError: The system gives no more threads, or the new one died at once.
        """
        try:
            begin(self._thread)
        except RuntimeError:
            self.stop()  # should it only have been very slow
            raise

    def stop(self) -> None:
        """Ask for the end after the round that is under way; wake what it waits for yourself."""
        self._stopping.set()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; return whether it has come."""
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def pause(self, seconds: float) -> bool:
        """Wait, for the thread itself; return whether it is to end."""
        return self._stopping.wait(seconds)

    @property
    def is_stopping(self) -> bool:
        """Whether the thread is to end."""
        return self._stopping.is_set()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this thread."""
        return self._thread is threading.current_thread()

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Two nets: what is raised while a failure is being told must not end the thread either.
            with contextlib.suppress(BaseException):
                self._round()
        if self._at_end is not None:
            with contextlib.suppress(BaseException):
                self._at_end()

    def _round(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - the border of the thread
            self._failures += 1
            self._tell(error)
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._failures, 16))
            self._stopping.wait(pause_s)
        else:
            if self._failures:
                self._failures = 0
                if self._on_failure is not None:
                    self._on_failure(None)

    def _tell(self, error: BaseException) -> None:
        # The same failure each round would flood the log; at the end, some things fail for it.
        if self._failures == 1 and not self.is_stopping:
            logger.warning("%s: %s: %s", self._thread.name, type(error).__name__, error)
            logger.debug("%s failed", self._thread.name, exc_info=error)
        if self._on_failure is not None:
            self._on_failure(error)
