"""Watches jobs until they end, and runs them here where no other program does."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from queue_core.cli.output import clean, redraw, write
from queue_core.cli.queue_access import SHORT_ID, reread
from queue_core.cli.terminal import Terminal, format_duration, is_interactive, shorten
from queue_core.queue.job_record import JobRecord, JobStatus

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

LOOK_S: Final = 1.0
REDRAW_S: Final = 0.05
BAR_WIDTH: Final = 24


def wait_for(queue: HueyJobQueue, job_ids: Sequence[str], terminal: Terminal) -> list[JobRecord]:
    """Show progress until all jobs have ended; return their records.

    Where no program consumes the queue, this one does until then.

    Raises:
        KeyboardInterrupt: The user does not want to wait; what becomes of the jobs was said.
    """
    news = threading.Event()
    unsubscribe = queue.subscribe(news.set)
    display = ProgressDisplay(job_ids)
    try:
        _watch(queue, job_ids, news, display)
        display.close()
        _run_out(queue, news, terminal)
    except KeyboardInterrupt:
        display.close()
        _leave(queue, job_ids, terminal)
        raise
    finally:
        display.close()
        unsubscribe()
    return reread(queue, job_ids)


def _watch(
    queue: HueyJobQueue, job_ids: Sequence[str], news: threading.Event, display: ProgressDisplay
) -> None:
    next_look = 0.0
    while True:
        news.clear()
        records = queue.get_many(job_ids)
        display.show(records)
        if all(record.status.is_final for record in records.values()):
            return
        # Again and again: the program that consumes may end before our jobs do.
        if not queue.is_consuming and time.monotonic() >= next_look:
            if not queue.consumers():
                start_consuming(queue, most=len(job_ids))
            next_look = time.monotonic() + LOOK_S
        news.wait(LOOK_S)
        time.sleep(REDRAW_S)  # a burst of changes is one picture


def start_consuming(queue: HueyJobQueue, *, most: int) -> None:
    """Run jobs in this program, as many at once as the settings say but not more than *most*."""
    from queue_core.queue.configuration import engine_options
    from queue_core.settings import Settings
    from queue_core.settings.known import WORKERS

    settings = Settings.load(queue.folder.settings)
    queue.start(max(1, min(settings[WORKERS], most)), engine_options(settings))


def _run_out(queue: HueyJobQueue, news: threading.Event, terminal: Terminal) -> None:
    """Take no further job, and let those of others that run here come to their end."""
    if not queue.is_consuming:
        return
    queue.start(workers=0)
    told = False
    while queue.is_busy:
        running = queue.running_here()
        if running and not told:
            terminal.note(
                f"Waiting for {len(running)} other jobs that run here; Ctrl+C interrupts them."
            )
            told = True
        news.wait(0.2)
        news.clear()


def _leave(queue: HueyJobQueue, job_ids: Sequence[str], terminal: Terminal) -> None:
    """Leave the jobs in the queue and say so; what ran here begins anew in its turn."""
    terminal.note("No longer waiting.")
    queue.stop()
    for record in reread(queue, job_ids):
        name, short = clean(record.job_name), record.id[:SHORT_ID]
        if record.status is JobStatus.KILLED:
            again = queue.retry(record.id)[:SHORT_ID]
            terminal.note(
                f"“{name}” was interrupted and waits again, as {again}; "
                f"drop it with: dashai-monitor cancel {again}"
            )
        elif record.status is JobStatus.STARTED:
            terminal.note(f"“{name}” goes on; stop it with: dashai-monitor cancel {short}")
        elif record.status is JobStatus.NOT_STARTED:
            terminal.note(f"“{name}” stays in the queue; drop it: dashai-monitor cancel {short}")


class ProgressDisplay:
    """The progress of some jobs on standard error: a bar for people, lines for a file."""

    def __init__(self, job_ids: Sequence[str]) -> None:
        self._job_ids = tuple(job_ids)
        self._draws = is_interactive(sys.stderr)
        self._drawn = False
        self._last: dict[str, tuple[object, ...]] = {}

    def show(self, records: Mapping[str, JobRecord]) -> None:
        """Draw the bar anew, or print what is new."""
        jobs = [records[job_id] for job_id in self._job_ids if job_id in records]
        if not jobs:
            return
        if self._draws:
            # Asked each time: the window may be resized meanwhile.
            width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
            redraw(sys.stderr, shorten(_bar_line(jobs), width - 1))
            self._drawn = True
        else:
            for job in jobs:
                self._print_change(job)

    def close(self) -> None:
        """Leave the line to others."""
        if self._drawn:
            redraw(sys.stderr, "")
            self._drawn = False

    def _print_change(self, job: JobRecord) -> None:
        tenth = None if job.progress is None else int(job.progress // 10)
        seen = (job.status, job.progress_message, tenth)
        if self._last.get(job.id) != seen and job.status is JobStatus.STARTED:
            write(sys.stderr, f"{clean(job.job_name)}: {_phase(job)}")
        self._last[job.id] = seen


def _bar_line(jobs: Sequence[JobRecord]) -> str:
    ended = sum(job.status.is_final for job in jobs)
    current = next((job for job in jobs if job.status is JobStatus.STARTED), None)
    current = current or next((job for job in jobs if not job.status.is_final), jobs[-1])
    share = sum(_share(job) for job in jobs) / len(jobs)
    filled = round(share * BAR_WIDTH)
    bar = f"[{'█' * filled}{'░' * (BAR_WIDTH - filled)}]"
    count = f" {ended}/{len(jobs)}" if len(jobs) > 1 else ""
    duration = format_duration(current.duration(now=datetime.now(UTC)))
    parts = (f"{bar}{count}", clean(current.job_name), _phase(current), duration)
    return "  ".join(part for part in parts if part)


def _share(job: JobRecord) -> float:
    return 1.0 if job.status.is_final else (job.progress or 0.0) / 100


def _phase(job: JobRecord) -> str:
    if job.status is JobStatus.NOT_STARTED:
        return "waiting"
    percent = "" if job.progress is None else f"{job.progress:.0f} %"
    words = clean(job.progress_message or "running")
    return f"{percent} {words}".strip()
