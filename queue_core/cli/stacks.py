"""`dashai-monitor stacks`: what a running job is doing now; it goes on."""

from __future__ import annotations

import argparse

from queue_core.cli.queue_access import find_job, open_queue
from queue_core.cli.terminal import Terminal
from queue_core.queue.plain_data import plain


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a running job's id, or its beginning")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the stacks of all its threads, and its processes."""
    with open_queue() as queue:
        snapshot = queue.stack_snapshot(find_job(queue, arguments.id).id)
    if terminal.json:
        terminal.document(plain(snapshot))
    else:
        terminal.line(snapshot.text.rstrip())
    return 0
