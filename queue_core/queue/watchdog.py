"""Looks after running jobs and the machine: samples, limits, schedules, dead owners."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable

import psutil

from queue_core.errors import MonitorError
from queue_core.queue.connection import Database
from queue_core.runner.limits import Verdict, Watch, floor_verdict

logger = logging.getLogger(__name__)

_LOOK_S = 0.2
_SAMPLE_S = 1.0
_MEMORY_LOOK_S = 1.0
# A job keeps at most this many samples; then every other one goes.
_MAX_SAMPLES = 600


class Watchdog:
    """Watches running attempts on a thread of its own.

    Args:
        database: Where samples go.
        floor_bytes: Free memory of the machine below which the biggest job ends; 0 means none.
    """

    def __init__(self, database: Database, *, floor_bytes: int) -> None:
        self._database = database
        self._end_job: Callable[[str, Verdict], object] = lambda *_: None
        self._floor_bytes = floor_bytes
        self._watches: dict[str, Watch] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._busy = threading.Event()
        self._thread: threading.Thread | None = None
        self._chores: list[tuple[float, Callable[[], object], list[float]]] = []
        self._last_floor_end = 0.0
        self._available = (0.0, 1 << 62)

    def every(self, interval_s: float, chore: Callable[[], object]) -> None:
        """Do *chore* each *interval_s* seconds on the watchdog's thread; before `start`."""
        self._chores.append((interval_s, chore, [time.monotonic()]))

    def start(self, end_job: Callable[[str, Verdict], object]) -> None:
        """Start watching; *end_job* is called with a job that has passed a limit, and why."""
        self._end_job = end_job
        self._thread = threading.Thread(target=self._work, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopping.set()
        self._busy.set()
        if self._thread is not None:
            self._thread.join()

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

    def _work(self) -> None:
        last_sample = 0.0
        while not self._stopping.is_set():
            # Nothing runs: only the chores need the thread, once a second.
            self._stopping.wait(_LOOK_S if self._busy.is_set() else 1.0)
            with self._lock:
                watches = list(self._watches.values())
            self._look_at_memory(_MEMORY_LOOK_S / 2)
            try:
                self._check(watches)
                now = time.monotonic()
                if watches and now - last_sample >= _SAMPLE_S:
                    last_sample = now
                    self._store(watches)
                self._do_chores()
            except MonitorError as error:
                logger.info("the watchdog could not write: %s", error)
        self._database.release()

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
                connection.execute(
                    "UPDATE task_copy SET memory_bytes = ?, peak_memory_bytes = ?, cpu_time_s = ? "
                    "WHERE id = ? AND status = 'started'",
                    (watch.memory_bytes, watch.peak_bytes, watch.cpu_s, watch.job_id),
                )
                connection.execute(
                    "INSERT OR REPLACE INTO monitor_sample VALUES (?, ?, ?, ?, ?)",
                    (watch.job_id, watch.attempt, watch.elapsed_s, watch.cpu_s, watch.memory_bytes),
                )
                watch.samples += 1
                if watch.samples >= _MAX_SAMPLES:
                    watch.samples //= 2
                    _thin(connection, watch)

    def _do_chores(self) -> None:
        for interval_s, chore, last in self._chores:
            now = time.monotonic()
            if now - last[0] >= interval_s:
                last[0] = now
                try:
                    chore()
                except MonitorError as error:
                    logger.info("%s: %s", getattr(chore, "__name__", "chore"), error)


def _thin(connection: sqlite3.Connection, watch: Watch) -> None:
    """Drop every other sample of an attempt: old ones get coarser, the number stays bounded."""
    connection.execute(
        "DELETE FROM monitor_sample WHERE job_id = ?1 AND attempt = ?2 AND elapsed_s IN ("
        "SELECT elapsed_s FROM (SELECT elapsed_s, ROW_NUMBER() OVER (ORDER BY elapsed_s) AS n "
        "FROM monitor_sample WHERE job_id = ?1 AND attempt = ?2) WHERE n % 2 = 0)",
        (watch.job_id, watch.attempt),
    )
