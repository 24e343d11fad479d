"""`dashai-monitor priority`: changes the priority of a waiting job."""

from __future__ import annotations

import argparse

from queue_core.cli.queue_access import describe, find_job, open_queue
from queue_core.cli.terminal import STATUS_LOOKS, Terminal
from queue_core.queue.plain_data import to_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a waiting job's id, or its beginning")
    parser.add_argument("priority", metavar="N", type=int, help="higher runs first")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Set the priority."""
    with open_queue() as queue:
        job = find_job(queue, arguments.id)
        changed = queue.set_priority(job.id, arguments.priority)
        job = queue.get(job.id)
    if changed:
        terminal.told(f"{describe(job)} has priority {job.priority}.")
    else:
        terminal.note(f"{describe(job)} does not wait: it is {STATUS_LOOKS[job.status][1]}.")
    if terminal.json:
        terminal.document(to_json(job))
    return 0 if changed else 2
