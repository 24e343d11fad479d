"""Looks after running jobs and the machine: samples, limits, schedules, dead owners."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from queue_core.errors import MonitorError
from queue_core.queue.engine.problems import Problems
from queue_core.queue.store import reports
from queue_core.queue.store.database import Database
from queue_core.queue.values import Sample
from queue_core.runner.supervision.limits import Verdict, Watch, floor_verdict
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

_LOOK_S = 0.2
_SAMPLE_S = 1.0
_RETRY_S = 2.0
_MEMORY_LOOK_S = 1.0


@dataclass
class _Chore:
    interval_s: float
    name: str
    work: Callable[[], object]
    last_s: float = field(default_factory=time.monotonic)


class Watchdog:
    """Watches running attempts on a thread of its own.

    Args:
        database: Where samples go.
        floor_bytes: Free memory of the machine below which the biggest job ends; 0 means none.
        problems: Told what cannot be done.
    """

    def __init__(self, database: Database, *, floor_bytes: int, problems: Problems) -> None:
        self._database = database
        self._problems = problems
        self._end_job: Callable[[str, Verdict], object] = lambda *_: None
        self._floor_bytes = floor_bytes
        self._watches: dict[str, Watch] = {}
        self._lock = threading.Lock()
        self._busy = threading.Event()
        self._thread = SteadyThread(
            "watchdog", self._round, on_failure=problems.of("watchdog"), at_end=database.release
        )
        self._chores: list[_Chore] = []
        self._last_sample = 0.0
        self._last_floor_end = 0.0
        self._available = (0.0, 1 << 62)

    def every(self, interval_s: float, name: str, work: Callable[[], object]) -> None:
        """Do a chore each *interval_s* seconds on the watchdog's thread; before `start`."""
        self._chores.append(_Chore(interval_s, name, work))

    def start(self, end_job: Callable[[str, Verdict], object]) -> None:
        """Start watching; *end_job* is called with a job that has passed a limit, and why."""
        self._end_job = end_job
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._thread.stop()
        self._thread.join(5.0)

    def add(self, watch: Watch) -> None:
        """Watch an attempt."""
        with self._lock:
            self._watches[watch.job_id] = watch
        self._busy.set()

    def remove(self, watch: Watch) -> None:
        """Watch it no longer."""
        with self._lock:
            self._watches.pop(watch.job_id, None)
            if not self._watches:
                self._busy.clear()

    def find(self, job_id: str) -> Watch | None:
        """Return what is known of a running job."""
        with self._lock:
            return self._watches.get(job_id)

    @property
    def memory_is_short(self) -> bool:
        """Whether new jobs must wait for free memory."""
        return bool(self._floor_bytes) and self.available_bytes < self._floor_bytes

    @property
    def available_bytes(self) -> int:
        """Free memory of the machine, as of the last second or two.

        The watchdog's thread looks in time, so that a job that is to start need not.
        """
        self._look_at_memory(2 * _MEMORY_LOOK_S)
        return int(self._available[1])

    def _look_at_memory(self, oldest_s: float) -> None:
        now = time.monotonic()
        if now - self._available[0] > oldest_s:
            self._available = (now, int(psutil.virtual_memory().available))

    def _round(self) -> None:
        # Nothing runs: only the chores need the thread, once a second.
        self._thread.pause(_LOOK_S if self._busy.is_set() else 1.0)
        with self._lock:
            watches = list(self._watches.values())
        self._look_at_memory(_MEMORY_LOOK_S / 2)
        # A limit is enforced whatever else fails, and each chore done whatever others do.
        self._check(watches)
        now = time.monotonic()
        if not watches:
            self._problems.note("samples", None)  # there is nothing left to be stored
        elif now - self._last_sample >= _SAMPLE_S:
            self._last_sample = now
            self._guarded("samples", lambda: self._store(watches))
        for chore in self._chores:
            if now - chore.last_s >= chore.interval_s:
                chore.last_s = now
                if not self._guarded(chore.name, chore.work):
                    # Soon again: what keeps it from working may go, and with it what is told.
                    chore.last_s = now - max(0.0, chore.interval_s - _RETRY_S)

    def _guarded(self, name: str, work: Callable[[], object]) -> bool:
        """Do a piece of work; tell what it raises, and return whether it was done."""
        try:
            work()
        except Exception as error:
            logger.info("%s: %s", name, error, exc_info=not isinstance(error, MonitorError))
            self._problems.note(name, error)
            return False
        self._problems.note(name, None)
        return True

    def _check(self, watches: list[Watch]) -> None:
        for watch in watches:
            watch.look()
            verdict = watch.verdict()
            if verdict is not None:
                self._end_job(watch.job_id, verdict)
        if not watches or not self.memory_is_short:
            return
        # The memory of an ended job comes back after a moment: one at a time.
        now = time.monotonic()
        if now - self._last_floor_end > 2 * _MEMORY_LOOK_S:
            self._last_floor_end = now
            biggest = max(watches, key=lambda watch: watch.memory_bytes)
            self._end_job(
                biggest.job_id, floor_verdict(biggest, self.available_bytes, self._floor_bytes)
            )

    def _store(self, watches: list[Watch]) -> None:
        with self._database.transaction(durable=False) as connection:
            for watch in watches:
                reports.set_usage(
                    connection, watch.job_id, memory_bytes=watch.memory_bytes,
                    peak_bytes=watch.peak_bytes, cpu_time_s=watch.cpu_s,
                )  # fmt: skip
                sample = Sample(
                    watch.elapsed_s, watch.memory_bytes, watch.cpu_s, attempt=watch.attempt
                )
                watch.samples = reports.add_sample(connection, watch.job_id, sample, watch.samples)
