"""`dashai-monitor resume`: lets suspended jobs, or the paused queue, go on."""

from __future__ import annotations

import argparse

from queue_core.cli.queue_access import describe, find_jobs, open_queue, order_each, reread
from queue_core.cli.terminal import Terminal
from queue_core.queue.plain_data import to_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "ids", metavar="ID", nargs="*", help="a paused job's id; none: the whole queue"
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Let them go on."""
    with open_queue() as queue:
        if not arguments.ids:
            queue.resume_queue()
            terminal.told("The queue is not paused: jobs start in their turn.")
            if not queue.consumers():
                terminal.note(
                    "No program runs jobs now: open the window, or run dashai-monitor worker."
                )
            if terminal.json:
                terminal.document({"paused": False})
            return 0
        jobs = find_jobs(queue, arguments.ids)
        orders = order_each(jobs, queue.resume, terminal)
        for job in jobs:
            if job.id in orders:
                said = "goes on" if orders[job.id] else "was not paused"
                terminal.told(f"{describe(job)} {said}.")
        if terminal.json:
            terminal.document([to_json(job) for job in reread(queue, list(orders))])
    return 0 if orders and all(orders.values()) and len(orders) == len(jobs) else 2
