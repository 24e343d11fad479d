"""Sends 10,000 jobs through a running window that somebody uses: does anything stay behind?

Jobs of each fate come at an even pace while the window is used: rows, tabs, filters, pages,
dialogs, windows. Now and then it is looked at in the same calm state: memory, objects, widgets,
threads, open files, processes. What the first part of the jobs leaves is warming up; nothing may
grow after that.

Run: `make leaks`, or `.venv/bin/python tests/benchmarks/check_leaks.py [--jobs N] [--minutes M]`.
Without a display it draws off the screen.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import itertools
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen" if "DISPLAY" not in os.environ else "xcb")

import psutil
from bench_jobs import NoOp, ReusedNoOp, Talker
from PySide6.QtWidgets import QApplication, QDialog
from qasync import QEventLoop

from gui.app import Program, make_application
from gui.single_instance import SingleInstance
from gui.widgets import select_row
from queue_core import HueyJobQueue
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobStatus
from queue_core.settings import Settings

WARM_SHARE = 0.3
LOOKS = 14
USE_EVERY_S = 0.4
CALM_S = 2.5
MB = 1e6
SMAPS = Path("/proc/self/smaps_rollup")
COMPARED = 3
# What may be there more at the end than after the warm-up: the rows in sight are others.
MOST_GROWTH = {"memory_mb": 10.0, "widgets": 0, "threads": 0, "files": 0, "children": 0}
MOST_OF_A_TYPE = 500
PAGES = ("view.library", "view.timeline", "view.queue", "view.failures")
DIALOGS = ("job.new", "queue.schedules", "app.settings", "app.shortcuts", "app.about")


@dataclass(frozen=True)
class Look:
    """What there was at one time.

    Attributes:
        jobs: How many had ended.
        memory_mb: What the program has written and keeps.
        objects: Python's objects by type.
        widgets: Widgets, seen or not.
        threads: Threads of the program.
        files: Open files and sockets.
        children: Processes below the program.
    """

    jobs: int
    memory_mb: float
    objects: Counter[str]
    widgets: int
    threads: int
    files: int
    children: int

    def row(self) -> str:
        """Return it as a row of a table."""
        return (
            f"| {self.jobs:,} | {self.memory_mb:.1f} MB | {self.objects.total():,} "
            f"| {self.widgets} | {self.threads} | {self.files} | {self.children} |"
        )


def own_memory() -> int:
    """Return the bytes that the program has written and keeps.

    Libraries are left out: how much of them is its own changes with what else runs.
    """
    if not SMAPS.exists():
        return int(psutil.Process().memory_full_info().uss)
    lines = (line.split() for line in SMAPS.read_text().splitlines())
    return sum(1024 * int(words[1]) for words in lines if words[0] in ("Private_Dirty:", "Swap:"))


def give_free_memory_back() -> None:
    """Let the C library return what it holds but nobody uses, or holes are taken for leaks."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def look(jobs: int) -> Look:
    """Return what there is now."""
    gc.collect()
    give_free_memory_back()
    objects = Counter(f"{type(o).__module__}.{type(o).__qualname__}" for o in gc.get_objects())
    process = psutil.Process()
    return Look(
        jobs, own_memory() / MB, objects, len(QApplication.allWidgets()),
        process.num_threads(), process.num_fds(), len(process.children(recursive=True)),
    )  # fmt: skip


class Sender(threading.Thread):
    """Puts jobs at an even pace, as another program would."""

    def __init__(self, root: Path, jobs: int, seconds: float) -> None:
        super().__init__(name="sender")
        self.root, self.jobs, self.seconds = root, jobs, seconds
        self.stopped = threading.Event()

    def run(self) -> None:
        """Put them all, or stop when told to."""
        with_fate = itertools.cycle(
            [ReusedNoOp, NoOp, ReusedNoOp, Talker, ReusedNoOp, NoOp, ReusedNoOp, NoOp]
        )
        queue = HueyJobQueue(self.root)
        began = time.monotonic()
        for number, kind in zip(range(self.jobs), with_fate, strict=False):
            due = began + self.seconds * number / self.jobs
            if self.stopped.wait(max(0.0, due - time.monotonic())):
                break
            queue.put(kind(name=f"{kind.__name__} {number}"))
        queue.close()


class User:
    """Uses the window, one thing after another, for ever the same ones."""

    def __init__(self, program: Program) -> None:
        self.window = program.window
        self._steps = itertools.cycle(self._all_steps())

    def step(self) -> None:
        """Do the next thing."""
        next(self._steps)()

    async def rest(self) -> None:
        """Leave the window as it was at first, and wait until it has read all."""
        self._close()
        self._page("")
        self.window.filter.clear()
        self.window.table.clearSelection()
        self.window.table.scrollToTop()
        await asyncio.sleep(CALM_S)

    def _all_steps(self) -> list:
        state = self.window.filter
        return [
            *(lambda n=n: select_row(self.window.table, n) for n in range(6)),
            *(lambda t=t: self.window.details.show_tab(t) for t in ("log", "error", "overview")),
            lambda: state.choose_status(JobStatus.ERROR, add=False),
            lambda: select_row(self.window.table, 0),
            lambda: self.window.details.show_tab("error"),
            lambda: self.window.action_set.trigger("job.open_window"),
            self._close,
            state.clear,
            lambda: state.set_search("talker"),
            lambda: state.set_search("took:>1s status:failed"),
            state.clear,
            *(lambda p=p: self._page(p) for p in (*PAGES, "")),
            *itertools.chain.from_iterable(
                ((lambda d=d: self.window.action_set.trigger(d)), self._close) for d in DIALOGS
            ),
        ]

    def _page(self, command: str) -> None:
        if command:
            self.window.action_set.trigger(command)
        else:
            self.window.show_page(None)

    def _close(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.reject() if isinstance(widget, QDialog) else widget.close()


async def watch(program: Program, folder: LocalFolder, jobs: int, seconds: float) -> list[Look]:
    """Use the window while the jobs run; return what was seen."""
    while not (program._window is not None and program.bridge.is_open):
        await asyncio.sleep(0.05)
    await program._features_started.wait()
    user, looks = User(program), []
    sender = Sender(folder.root, jobs, seconds)
    sender.start()
    print("| jobs ended | memory | objects | widgets | threads | files | processes |")
    print("|---|---|---|---|---|---|---|")
    try:
        for number in range(LOOKS + 1):
            while _ended(program) < jobs * number / LOOKS:
                user.step()
                await asyncio.sleep(USE_EVERY_S)
            await user.rest()
            looks.append(look(_ended(program)))
            print(looks[-1].row(), flush=True)
    finally:
        sender.stopped.set()
        await asyncio.to_thread(sender.join)
        program.quit()
    return looks


def _ended(program: Program) -> int:
    by_status = program.window.overview.counts.by_status
    active = (JobStatus.NOT_STARTED, JobStatus.STARTED)
    return sum(count for status, count in by_status.items() if status not in active)


def judge(looks: list[Look], jobs: int) -> list[str]:
    """Return what grew after the warm-up.

    Counts go up and down with what runs just then: the least of some looks is what stays.
    """
    after = [one for one in looks if one.jobs >= WARM_SHARE * jobs]
    early, late = after[:COMPARED], after[-COMPARED:]
    grown = []
    for name, most in MOST_GROWTH.items():
        before, now = (min(getattr(one, name) for one in part) for part in (early, late))
        if now - before > most:
            grown.append(f"{name}: {before:.1f} after the warm-up, {now:.1f} at the end")
    counts = {name: min(one.objects[name] for one in late) for name in late[-1].objects}
    more = Counter({n: count - max(one.objects[n] for one in early) for n, count in counts.items()})
    return [*grown, *(f"{n}: {c:,} more" for n, c in more.most_common() if c > MOST_OF_A_TYPE)]


def main() -> int:
    """Open the window on a temporary folder and watch; return 1 where something grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    application = make_application()
    with tempfile.TemporaryDirectory() as name:
        folder = LocalFolder(Path(name) / "local").create()
        instance = SingleInstance(folder)
        instance.claim([])
        with QEventLoop(application) as loop:
            settings = Settings.load(folder.settings)
            program = Program(application, folder, settings, instance, loop, [])

            async def run() -> list[Look]:
                work = watch(program, folder, options.jobs, 60 * options.minutes)
                task = asyncio.ensure_future(work)
                await program.run()
                return await task

            looks = loop.run_until_complete(run())
    grown = judge(looks, options.jobs)
    print("\nNothing grew." if not grown else "\nGrew:\n" + "\n".join(grown))
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
