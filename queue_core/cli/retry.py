"""`dashai-monitor retry`: puts ended jobs again, with the same or changed parameters."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from queue_core.cli.outcome import report_put
from queue_core.cli.parameters import (
    add_parameter_option,
    merged,
    parse_pairs,
    schema_of,
)
from queue_core.cli.queue_access import find_jobs, open_queue, order_each
from queue_core.cli.terminal import Terminal
from queue_core.jobs.renaming import name_after_changes
from queue_core.queue.job_record import JobRecord


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("ids", metavar="ID", nargs="+", help="an ended job's id, or its beginning")
    add_parameter_option(parser)
    parser.add_argument("--wait", action="store_true", help="wait for the end, with progress")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Put the jobs again; each becomes a new job that remembers what it repeats."""
    with open_queue() as queue:
        jobs = {job.id: job for job in find_jobs(queue, arguments.ids)}
        changes = {job_id: _changes(job, arguments.pairs) for job_id, job in jobs.items()}
        new = order_each(
            jobs.values(), lambda job_id: queue.retry(job_id, changes[job_id]), terminal
        )
        code = report_put(queue, list(new.values()), terminal, wait=arguments.wait)
    return code if len(new) == len(jobs) else 2


def _changes(job: JobRecord, pairs: Sequence[str]) -> dict[str, Any]:
    """Return the changed parameters whole: what is within an object joins what was there."""
    told = parse_pairs(pairs, schema_of(job.task_type) if pairs else None)
    changes = {key: merged(job.params, {key: value})[key] for key, value in told.items()}
    name = name_after_changes(job.task_type, job.job_name, job.params, changes) if pairs else None
    return changes if name is None else {**changes, "name": name}
