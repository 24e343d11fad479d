"""`dashai-monitor report`: one zip that tells another person why a job failed."""

from __future__ import annotations

import argparse
from pathlib import Path

from queue_core.cli.queue_access import find_job, open_queue
from queue_core.cli.terminal import Terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a job's id, or its beginning")
    parser.add_argument(
        "file", metavar="FILE.zip", nargs="?", default=".", help="the file, or a folder for it"
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the report; passwords and the like are hidden."""
    target = Path(arguments.file).expanduser().absolute()
    with open_queue() as queue:
        path = queue.crash_report(find_job(queue, arguments.id).id, target)
    terminal.told(f"The report is in {path}. Look through it before you send it.")
    if terminal.json:
        terminal.document({"path": str(path)})
    return 0
