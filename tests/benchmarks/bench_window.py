"""Measures the window's event loop while four jobs compute in pure Python, and while nothing runs.

A timer of 10 ms is armed anew in its own handler; how late it comes is what a user would feel.
Needs a display; without one it draws off the screen (`QT_QPA_PLATFORM=offscreen`).

Run: `make bench`, or `.venv/bin/python tests/benchmarks/bench_window.py`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen" if "DISPLAY" not in os.environ else "xcb")

from bench_jobs import Spin
from PySide6.QtCore import QObject, Qt, QTimer
from qasync import QEventLoop

from gui.app import Program, make_application
from gui.single_instance import SingleInstance
from queue_core import JobStatus
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.settings import Settings

TICK_MS = 10
SECONDS = 15.0
JOBS = 4


class LagMeter(QObject):
    """Notes how late a timer comes."""

    def __init__(self) -> None:
        super().__init__()
        self.lags_ms: list[float] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._armed = time.perf_counter()

    def start(self) -> None:
        """Begin anew."""
        self.lags_ms.clear()
        self._arm()

    def _arm(self) -> None:
        self._armed = time.perf_counter()
        self._timer.start(TICK_MS)

    def _on_tick(self) -> None:
        self.lags_ms.append(1e3 * (time.perf_counter() - self._armed) - TICK_MS)
        self._arm()

    def row(self, name: str) -> str:
        """Return the percentiles as a row of a table."""
        ordered = sorted(self.lags_ms)
        shares = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95, 0.99, 1.0)]
        return f"| {name} | " + " | ".join(f"{lag:.1f}" for lag in shares) + f" | {len(ordered)} |"


async def measure(program: Program, folder: LocalFolder) -> None:
    """Measure idle, then with jobs."""
    meter = LagMeter()
    await asyncio.sleep(6)  # the program has settled
    print("| event loop | median, ms | p95 | p99 | highest | ticks |\n|---|---|---|---|---|---|")
    used = time.process_time()
    await asyncio.sleep(10)
    idle_percent = 10 * (time.process_time() - used)
    meter.start()
    await asyncio.sleep(SECONDS)
    print(meter.row("idle"))
    queue = await asyncio.to_thread(HueyJobQueue, folder.root)
    ids = [await asyncio.to_thread(queue.put, Spin(name=f"spin {n}")) for n in range(JOBS)]
    while queue.counts().by_status[JobStatus.STARTED] < JOBS:
        await asyncio.sleep(0.1)
    meter.start()
    await asyncio.sleep(SECONDS)
    still = queue.counts().by_status[JobStatus.STARTED]
    print(meter.row(f"{still} jobs compute in Python"))
    print(f"\nProcessor use of the idle program: {idle_percent:.1f} % of a core")
    for job_id in ids:
        await asyncio.to_thread(queue.cancel, job_id)
    await asyncio.to_thread(queue.close)
    program.quit()


def main() -> int:
    """Open the window on a temporary folder and measure."""
    application = make_application()
    with tempfile.TemporaryDirectory() as name:
        folder = LocalFolder(Path(name) / "local").create()
        folder.settings.write_text(f"[queue]\nworkers = {JOBS}\n")
        instance = SingleInstance(folder)
        instance.claim([])
        with QEventLoop(application) as loop:
            settings = Settings.load(folder.settings)
            program = Program(application, folder, settings, instance, loop, [])

            async def run() -> int:
                task = asyncio.ensure_future(measure(program, folder))
                code = await program.run()
                await task
                return code

            return int(loop.run_until_complete(run()))


if __name__ == "__main__":
    sys.exit(main())
