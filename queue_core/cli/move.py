"""`dashai-monitor move`: changes the order of waiting jobs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from queue_core.cli.queue_access import describe, find_jobs, open_queue, reread
from queue_core.cli.terminal import STATUS_LOOKS, Terminal
from queue_core.errors import ParameterError
from queue_core.queue.job_record import JobStatus
from queue_core.queue.plain_data import to_json
from queue_core.queue.values import Move

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "words", metavar="ID", nargs="+",
        help="waiting jobs, which keep their order, and at the end: up, down, top or bottom",
    )  # fmt: skip


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Move the jobs; one that does not wait is left as it is."""
    *ids, where = arguments.words
    if not ids or where not in set(Move):
        raise ParameterError(
            f"“{where}” is not a place in the queue.",
            hint=f"dashai-monitor move ID [ID ...] {'|'.join(Move)}",
        )
    with open_queue() as queue:
        jobs = find_jobs(queue, ids)
        moved = set(queue.move([job.id for job in jobs], Move(where)))
        for job in jobs:
            if job.id in moved:
                terminal.told(f"{describe(job)}: {_place(queue, job.id)}")
            elif not job.is_ours:
                terminal.note(f"{describe(job)} belongs to DashAI; its order is not ours.")
            else:
                word = STATUS_LOOKS[job.status][1]
                terminal.note(f"{describe(job)} does not wait: it is {word}.")
        if terminal.json:
            terminal.document([to_json(job) for job in reread(queue, [job.id for job in jobs])])
    return 0 if len(moved) == len(jobs) else 2


def _place(queue: HueyJobQueue, job_id: str) -> str:
    reason = queue.why_waiting(job_id)
    return reason.text if reason else JobStatus.STARTED.value
