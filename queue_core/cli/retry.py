"""`dashai-monitor retry`: puts ended jobs again, with the same or changed parameters."""

from __future__ import annotations

import argparse

from queue_core.cli.outcome import report_put
from queue_core.cli.parameters import add_parameter_option, parse_pairs
from queue_core.cli.queue_access import find_jobs, open_queue, order_each
from queue_core.cli.terminal import Terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("ids", metavar="ID", nargs="+", help="an ended job's id, or its beginning")
    add_parameter_option(parser)
    parser.add_argument("--wait", action="store_true", help="wait for the end, with progress")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Put the jobs again; each becomes a new job that remembers what it repeats."""
    changes = parse_pairs(arguments.pairs)
    with open_queue() as queue:
        jobs = find_jobs(queue, arguments.ids)
        new = order_each(jobs, lambda job_id: queue.retry(job_id, changes or None), terminal)
        code = report_put(queue, list(new.values()), terminal, wait=arguments.wait)
    return code if len(new) == len(jobs) else 2
