"""`dashai-monitor why`: why a job waits."""

from __future__ import annotations

import argparse
from datetime import datetime

from queue_core.cli.output import clean
from queue_core.cli.queue_access import describe, find_job, open_queue
from queue_core.cli.terminal import STATUS_LOOKS, Terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a job's id, or its beginning")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Say it in a sentence; with --json `kind`, `text` and `values`, or null."""
    with open_queue() as queue:
        job = find_job(queue, arguments.id)
        reason = queue.why_waiting(job.id)
    if terminal.json:
        if reason is None:
            terminal.document(None)
            return 0
        values = {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in reason.values.items()
        }
        terminal.document({"kind": reason.kind.value, "text": reason.text, "values": values})
    elif reason is None:
        terminal.line(f"{describe(job)} does not wait: it is {STATUS_LOOKS[job.status][1]}.")
    else:
        terminal.line(clean(reason.text))
    return 0
