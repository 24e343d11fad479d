"""`dashai-monitor remove`: forgets ended jobs and their logs."""

from __future__ import annotations

import argparse

from queue_core.cli.queue_access import describe, find_jobs, open_queue
from queue_core.cli.terminal import Terminal
from queue_core.queue.plain_data import to_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("ids", metavar="ID", nargs="+", help="an ended job's id, or its beginning")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Remove the jobs from the table; datasets and other results stay."""
    with open_queue() as queue:
        jobs = find_jobs(queue, arguments.ids)
        removed = set(queue.remove([job.id for job in jobs]))
    kept = [job for job in jobs if job.id not in removed]
    for job in jobs:
        name = describe(job)
        if job.id in removed:
            terminal.told(f"{name} is removed.")
        elif job.is_ours:
            terminal.note(f"{name} has not ended yet; cancel it first.")
        else:
            terminal.note(f"{name} belongs to DashAI; remove it there.")
    if terminal.json:
        terminal.document([to_json(job) for job in jobs if job.id in removed])
    return 2 if kept else 0
