"""`dashai-monitor worker`: runs jobs in the foreground, without a window."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from queue_core.cli.endings import until_told
from queue_core.cli.job_options import parse_duration_s
from queue_core.cli.output import clean
from queue_core.cli.queue_access import SHORT_ID, open_queue, reread
from queue_core.cli.terminal import Terminal, format_duration
from queue_core.errors import MonitorError, ParameterError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.plain_data import to_json
from queue_core.queue.store.labels import checked

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

LOOK_S: Final = 1.0
MOST_WORKERS: Final = 64


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--workers", type=int, metavar="N", help="jobs at once (default: as the settings say)"
    )
    parser.add_argument(
        "--label", action="append", default=[], metavar="NAME=VALUE",
        help="run jobs that ask for this label, too; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--finish", default="0", metavar="TIME",
        help="when told to end, let the running jobs end by themselves for so long, e.g. 1h; "
        "told again, it interrupts them (default: it does at once)",
    )  # fmt: skip


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Run jobs until Ctrl+C or SIGTERM, then let them end for a while.

    Jobs that run after that are interrupted, and it is said so.
    """
    from queue_core.queue.configuration import engine_options
    from queue_core.settings import Settings
    from queue_core.settings.known import WORKERS

    if arguments.workers is not None and not 1 <= arguments.workers <= MOST_WORKERS:
        raise ParameterError(f"A worker runs 1 to {MOST_WORKERS} jobs at once.")
    labels, finish_s = checked(arguments.label), parse_duration_s(arguments.finish)
    stop, news = threading.Event(), threading.Event()

    def tell() -> None:
        stop.set()
        news.set()

    with until_told(tell), open_queue() as queue:
        settings = Settings.load(queue.folder.settings)
        workers = arguments.workers or settings[WORKERS]
        cursor = queue.cursor()
        unsubscribe = queue.subscribe(news.set)
        try:
            queue.start(workers, engine_options(settings, labels))
            _greet(queue, workers, terminal)
            _follow(queue, cursor, stop, news, terminal)
            if finish_s:
                _finish(queue, finish_s, terminal)
        finally:
            unsubscribe()
            running = queue.running_here()
            queue.stop()
        interrupted = [job for job in reread(queue, running) if job.status is JobStatus.KILLED]
    _take_leave(interrupted, terminal)
    return 0


def _greet(queue: HueyJobQueue, workers: int, terminal: Terminal) -> None:
    count = "1 job" if workers == 1 else f"{workers} jobs"
    terminal.note(f"Running jobs, {count} at once; Ctrl+C ends it.")
    if queue.is_paused:
        terminal.note("The queue is paused; let it go on with: dashai-monitor resume")
    left = len(queue.interrupted())
    if left:
        terminal.note(
            f"{left} jobs were interrupted earlier; see them with: dashai-monitor interrupted"
        )


def _finish(queue: HueyJobQueue, patience_s: float, terminal: Terminal) -> None:
    """Claim no more jobs, and wait for those that run; a second signal ends the wait."""
    queue.finish()
    count = len(queue.running_here())
    if count:
        terminal.note(f"{count} jobs run to their end; tell it again to interrupt them.")
    again = threading.Event()
    with until_told(again.set):
        queue.wait_until(lambda: again.is_set() or not queue.is_busy, patience_s)


def _follow(
    queue: HueyJobQueue, cursor: int, stop: threading.Event, news: threading.Event,
    terminal: Terminal,
) -> None:  # fmt: skip
    """Tell the start and the end of each job until *stop* is set."""
    seen: dict[str, JobStatus] = {}
    problem: str | None = None
    while not stop.is_set():
        news.clear()
        trouble = queue.problem
        try:
            cursor = _tell_changes(queue, cursor, seen, terminal)
        except MonitorError as error:  # a disk that does not answer comes back, and jobs go on
            trouble = trouble or f"{error.message} {error.hint}".strip()
        if trouble != problem:
            problem = trouble
            terminal.note(problem or "The queue works again.")
        news.wait(LOOK_S)


def _tell_changes(
    queue: HueyJobQueue, cursor: int, seen: dict[str, JobStatus], terminal: Terminal
) -> int:
    changes = queue.changes_since(cursor)
    for record in queue.get_many(changes.changed).values():
        if record.is_ours and seen.get(record.id) is not record.status:
            _tell(record, terminal)
            seen[record.id] = record.status
        if record.status.is_final:
            seen.pop(record.id, None)
    return changes.cursor


def _tell(record: JobRecord, terminal: Terminal) -> None:
    if record.status is JobStatus.NOT_STARTED:
        return
    parts = (
        terminal.status(record.status), record.id[:SHORT_ID], clean(record.job_name),
        format_duration(record.duration()), clean(record.error_msg or ""),
    )  # fmt: skip
    terminal.told("  ".join(part for part in parts if part))


def _take_leave(interrupted: Sequence[JobRecord], terminal: Terminal) -> None:
    for job in interrupted:
        terminal.note(
            f"“{clean(job.job_name)}” was interrupted; resume it with: "
            f"dashai-monitor interrupted retry {job.id[:SHORT_ID]}"
        )
    if terminal.json:
        terminal.document({"interrupted": [to_json(job) for job in interrupted]})
