"""Part of `bench_gui.py`: opens the window on a folder and measures its table; prints JSON."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from bench_window import LagMeter
from qasync import QEventLoop

from gui.app import Program, make_application
from gui.jobs.columns import COLUMNS
from gui.single_instance import SingleInstance
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobOrder
from queue_core.settings import Settings

CHANGES = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
until, number = time.time() + float(sys.argv[2]), 0
rows = [row[0] for row in connection.execute(
    "SELECT rowid FROM task_copy ORDER BY rowid DESC LIMIT 40")]
while time.time() < until:
    began = time.time()
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(10):
        number += 1
        if number % 20 == 0:
            connection.execute(
                "INSERT INTO task_copy (id, task_type, job_name, status, enqueued_at, last_update,"
                " origin, params) VALUES (?, 'ModelJob', ?, 'not_started', datetime('now'),"
                " datetime('now'), 'somebody', '{}')",
                (f"{time.time_ns():032x}", f"New job {number}"))
        else:
            connection.execute(
                "UPDATE task_copy SET progress = ?, last_update = datetime('now') WHERE rowid = ?",
                (number % 100, rows[number % len(rows)]))
    connection.execute("COMMIT")
    time.sleep(max(0, 0.05 - (time.time() - began)))
connection.execute("DELETE FROM task_copy WHERE origin = 'somebody'")
"""


class Measuring:
    """Measures one window."""

    def __init__(self, program: Program, folder: LocalFolder) -> None:
        self.program = program
        self.folder = folder
        self.found: dict[str, float] = {}

    async def run(self, seconds: float) -> None:
        """Measure all, then close the window."""
        try:
            await self._measure(seconds)
        finally:
            self.program.quit()

    async def _measure(self, seconds: float) -> None:
        await self._until(lambda: self.program._window is not None)
        self.window = self.program.window
        await asyncio.sleep(0)
        began = time.perf_counter()
        self.table, self.model = self.window.table, self.window.model
        await self._until(lambda: self.model.rowCount() > 1000 and self._is_filled())
        self.found["opening"] = time.perf_counter() - began
        bridge = self.program.bridge
        while not (await bridge.ask(lambda queue: queue.index_more())).is_complete:
            pass
        await asyncio.sleep(2)
        await self._filters()
        await self._sorts()
        await self._scrolls()
        self.found["memory"] = psutil.Process().memory_info().rss / 1e6
        await self._changes(seconds)

    async def _filters(self) -> None:
        state = self.window.filter
        steps: dict[str, Callable[[], None]] = {
            "filter_status": lambda: state.choose_status(JobStatus.ERROR, add=False),
            "filter_type": lambda: state.choose_type("ModelJob", add=False),
            "filter_both": lambda: state.restore(
                (JobStatus.ERROR, JobStatus.CANCELLED), ("DatasetJob",)
            ),
            "search_letter": lambda: state.set_search("i"),
            "search_word": lambda: state.set_search("iris"),
            "search_middle": lambda: state.set_search("guin"),
            "search_rare": lambda: state.set_search('error:"line 1500"'),
            "search_query": lambda: state.set_search("status:failed took:>1m flights"),
        }
        for key, step in steps.items():
            state.clear()
            await self._until(lambda: self.model.is_loaded)
            await asyncio.sleep(0.3)
            self.found[key] = await self._answered_ms(step)
        state.clear()
        await self._until(lambda: self.model.is_loaded)

    async def _sorts(self) -> None:
        times = {}
        for column in (column.order_by for column in COLUMNS if column.order_by):
            for descending in (True, False):
                order = JobOrder(column, descending)
                await asyncio.sleep(0.3)
                if order != self.model.order:
                    times[column, descending] = await self._answered_ms(
                        lambda order=order: self.table.set_order(order)
                    )
        self.found["sort_worst"] = max(times.values())
        self.table.set_order(JobOrder())
        await self._until(lambda: self.model.is_loaded and self._is_filled())

    async def _scrolls(self) -> None:
        bar = self.table.verticalScrollBar()
        bar.setValue(3000)
        self.found["scroll_p99"] = await self._frames(lambda frame: bar.value() + 96, 400)
        highest = bar.maximum()
        self.found["drag_p99"] = await self._frames(lambda frame: highest * frame // 300, 300)
        bar.setValue(highest // 2)
        began = time.perf_counter()
        await self._until(self._is_filled)
        self.found["drag_filled"] = 1e3 * (time.perf_counter() - began)
        bar.setValue(0)
        await self._until(self._is_filled)

    async def _frames(self, place: Callable[[int], int], count: int) -> float:
        """Return the p99 of the milliseconds that a frame keeps the window from answering."""
        times = []
        for frame in range(count):
            began = time.perf_counter()
            self.table.verticalScrollBar().setValue(place(frame))
            self.table.viewport().repaint()
            times.append(1e3 * (time.perf_counter() - began))
            await asyncio.sleep(0.012)
        return sorted(times)[int(0.99 * (len(times) - 1))]

    async def _changes(self, seconds: float) -> None:
        database = str(self.folder.queue_db)
        writer = subprocess.Popen([sys.executable, "-c", CHANGES, database, str(seconds)])
        await asyncio.sleep(1)
        meter, process = LagMeter(), psutil.Process()
        meter.start()
        before, began = process.cpu_times(), time.perf_counter()
        await asyncio.sleep(seconds - 2)
        after = process.cpu_times()
        used_s = after.user + after.system - before.user - before.system
        self.found["cpu"] = 100 * used_s / (time.perf_counter() - began)
        lags = sorted(meter.lags_ms)
        self.found["lag_p99"] = lags[int(0.99 * (len(lags) - 1))]
        await asyncio.to_thread(writer.wait)

    def _is_filled(self) -> bool:
        """Return whether every row in sight shows its job."""
        last = self.table.rowAt(self.table.viewport().height() - 1)
        last = self.model.rowCount() - 1 if last < 0 else last
        rows = range(max(0, self.table.rowAt(0)), last + 1)
        return all(self.model.record(row) is not None for row in rows)

    async def _answered_ms(self, step: Callable[[], None]) -> float:
        began = time.perf_counter()
        step()
        await self._until(lambda: self.model.is_loaded and self._is_filled())
        return 1e3 * (time.perf_counter() - began)

    async def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.002)


def main() -> int:
    """Measure the window of a folder."""
    folder = LocalFolder(Path(sys.argv[1]))
    application = make_application()
    instance = SingleInstance(folder)
    instance.claim([])
    with QEventLoop(application) as loop:
        settings = Settings.load(folder.settings)
        program = Program(application, folder, settings, instance, loop, [])
        measuring = Measuring(program, folder)

        async def run() -> None:
            task = asyncio.ensure_future(measuring.run(float(sys.argv[2])))
            await program.run()
            await task

        work: Awaitable[None] = run()
        loop.run_until_complete(work)
    print(json.dumps(measuring.found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
