"""`dashai-monitor pause`: suspends running jobs, or starts no more jobs of the whole queue."""

from __future__ import annotations

import argparse

from queue_core.cli.queue_access import describe, find_jobs, open_queue, order_each, reread
from queue_core.cli.terminal import STATUS_LOOKS, Terminal
from queue_core.queue.job_record import JobStatus
from queue_core.queue.plain_data import to_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "ids", metavar="ID", nargs="*", help="a running job's id; none: the whole queue"
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Suspend the jobs with all their processes; or the queue, which stays so until `resume`."""
    with open_queue() as queue:
        if not arguments.ids:
            queue.pause_queue()
            running = queue.counts().by_status.get(JobStatus.STARTED, 0)
            terminal.told(
                "The queue is paused: no job starts until `dashai-monitor resume`."
                + (f" {running} running jobs go on." if running else "")
            )
            if terminal.json:
                terminal.document({"paused": True, "running": running})
            return 0
        jobs = find_jobs(queue, arguments.ids)
        orders = order_each(jobs, queue.pause, terminal)
        for job in jobs:
            if job.id in orders:
                done = orders[job.id]
                word = STATUS_LOOKS[job.status][1]
                reason = "was paused already" if job.paused else f"does not run: it is {word}"
                terminal.told(f"{describe(job)} {'is paused' if done else reason}.")
        if terminal.json:
            terminal.document([to_json(job) for job in reread(queue, list(orders))])
    return 0 if orders and all(orders.values()) and len(orders) == len(jobs) else 2
