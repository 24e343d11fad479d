"""`dashai-monitor cancel`: stops waiting and running jobs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from queue_core.cli.jobs import task_types
from queue_core.cli.queue_access import describe, find_jobs, open_queue, order_each, reread
from queue_core.cli.terminal import STATUS_LOOKS, Terminal
from queue_core.errors import ParameterError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.plain_data import to_json
from queue_core.queue.values import JobFilter

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

# The program that runs it needs the grace, and a moment.
PATIENCE_S: Final = 4.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("ids", metavar="ID", nargs="*", help="a job's id, or its beginning")
    parser.add_argument("--all", action="store_true", help="all waiting and running jobs …")
    parser.add_argument(
        "--type", action="append", metavar="TYPE", default=[], dest="types",
        help="… of this type, e.g. dataset or DatasetJob; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--search", metavar="WORDS", default="", help="… that contain all these words"
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Cancel the jobs; one that has ended already is left as it is."""
    _check(arguments)
    with open_queue() as queue:
        if arguments.all:
            return _cancel_all(queue, arguments, terminal)
        jobs = find_jobs(queue, arguments.ids)
        orders = order_each(jobs, queue.cancel, terminal)
        for job_id, was_cancelled in orders.items():
            if was_cancelled:
                _await_end(queue, job_id)
        ended = reread(queue, list(orders))
    for job in ended:
        terminal.told(_sentence(job, was_cancelled=orders[job.id]))
    if terminal.json:
        terminal.document([to_json(job) for job in ended])
    return 0 if len(orders) == len(jobs) else 2


def _check(arguments: argparse.Namespace) -> None:
    """See that it was said which jobs are meant.

    Raises:
        ParameterError: It was not, or it was said twice.
    """
    is_filtered = bool(arguments.types or arguments.search)
    if bool(arguments.ids) == arguments.all or (is_filtered and not arguments.all):
        raise ParameterError(
            "It is not clear which jobs to cancel.",
            hint="Name them by their ids; or write --all, with --type or --search if need be.",
        )


def _cancel_all(queue: HueyJobQueue, arguments: argparse.Namespace, terminal: Terminal) -> int:
    where = JobFilter(task_types=task_types(queue, arguments.types), search=arguments.search)
    cancelled = queue.cancel_all(where)
    for job_id in cancelled:
        _await_end(queue, job_id)
    ended = reread(queue, list(cancelled))
    for job in ended:
        terminal.told(_sentence(job, was_cancelled=True))
    if not ended:
        terminal.note("No waiting or running job matches.")
    if terminal.json:
        terminal.document([to_json(job) for job in ended])
    return 0


def _await_end(queue: HueyJobQueue, job_id: str) -> None:
    try:
        queue.wait(job_id, PATIENCE_S)
    except TimeoutError:
        return  # said with its status


def _sentence(job: JobRecord, *, was_cancelled: bool) -> str:
    name = describe(job)
    if not was_cancelled:
        return f"{name} had ended already: {STATUS_LOOKS[job.status][1]}."
    if job.status is JobStatus.STARTED:
        return f"{name} is asked to end; the program that runs it has not answered yet."
    return f"{name} is {STATUS_LOOKS[job.status][1]}."
