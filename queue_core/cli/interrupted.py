"""`dashai-monitor interrupted`: jobs that ran when their program or the computer went down."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from queue_core.cli.outcome import report_put
from queue_core.cli.queue_access import SHORT_ID, describe, find_jobs, open_queue, order_each
from queue_core.cli.terminal import Terminal, format_time
from queue_core.errors import ParameterError
from queue_core.queue.job_record import JobRecord
from queue_core.queue.plain_data import to_json

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

ACTIONS: Final = ("list", "retry", "remove")
# So often a job may take the program down with it before it must be asked for by its id.
MOST_INTERRUPTIONS: Final = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=ACTIONS, nargs="?", default="list",
        help="list them, resume them (retry), or discard them (remove)",
    )  # fmt: skip
    parser.add_argument(
        "ids", metavar="ID", nargs="*",
        help="only these; else all, but retry leaves out what was interrupted twice",
    )  # fmt: skip
    parser.add_argument("--wait", action="store_true", help="with retry: wait for the end")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List, resume or discard interrupted jobs."""
    with open_queue() as queue:
        jobs = queue.interrupted()
        if arguments.ids:
            jobs = _chosen(queue, jobs, arguments.ids)
        if arguments.action == "retry":
            return _retry(queue, jobs, terminal, named=bool(arguments.ids), wait=arguments.wait)
        if arguments.action == "remove":
            removed = set(queue.remove([job.id for job in jobs]))
            jobs = [job for job in jobs if job.id in removed]
            for job in jobs:
                terminal.told(f"{describe(job)} is removed.")
    if arguments.action == "list" and not terminal.json:
        _print(jobs, terminal)
    elif terminal.json:
        terminal.document([to_json(job) for job in jobs])
    if not jobs:
        terminal.note("No job was interrupted.")
    return 0


def _chosen(
    queue: HueyJobQueue, jobs: Sequence[JobRecord], texts: Sequence[str]
) -> list[JobRecord]:
    """Return the named ones.

    Raises:
        ParameterError: One of them is not an interrupted job.
    """
    known = {job.id for job in jobs}
    chosen = find_jobs(queue, texts)
    for job in chosen:
        if job.id not in known:
            raise ParameterError(
                f"{describe(job)} is not interrupted, or was run again already.",
                hint="List those that are with: dashai-monitor interrupted",
            )
    return chosen


def _retry(
    queue: HueyJobQueue, jobs: Sequence[JobRecord], terminal: Terminal, *, named: bool, wait: bool
) -> int:
    chosen = [job for job in jobs if named or job.interruptions <= MOST_INTERRUPTIONS]
    for job in jobs:
        if job not in chosen:
            terminal.note(
                f"{describe(job)} was interrupted {job.interruptions} times and is left out; "
                f"resume it with: dashai-monitor interrupted retry {job.id[:SHORT_ID]}"
            )
    if not chosen:
        terminal.note("There is no interrupted job to resume.")
    new = order_each(chosen, queue.retry, terminal)
    code = report_put(queue, list(new.values()), terminal, wait=wait)
    return code if len(new) == len(chosen) else 2


def _print(jobs: Sequence[JobRecord], terminal: Terminal) -> None:
    if not jobs:
        return
    rows = [
        (
            job.id[:SHORT_ID], job.task_type, job.job_name, str(job.interruptions),
            format_time(job.finished_at), job.progress_message or "",
        )
        for job in jobs
    ]  # fmt: skip
    terminal.table(("ID", "TYPE", "NAME", "INTERRUPTIONS", "WHEN", "DURING"), rows)
    terminal.note("Resume them with: dashai-monitor interrupted retry; discard them with: … remove")
