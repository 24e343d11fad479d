"""`dashai-monitor schedule`: jobs that are put again and again."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from queue_core.cli.output import clean
from queue_core.cli.queue_access import SHORT_ID, open_queue
from queue_core.cli.submit import add_job_arguments, make_jobs
from queue_core.cli.terminal import Terminal, format_time
from queue_core.errors import JobNotFoundError, ParameterError
from queue_core.queue.plain_data import plain
from queue_core.queue.values import Schedule

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

ACTIONS: Final = ("add", "list", "change", "on", "off", "remove")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=ACTIONS, nargs="?", default="list", help="what to do")
    parser.add_argument(
        "words", metavar="TYPE [FILE] | ID", nargs="*",
        help="add: the type of job, and a file for the type dataset; else ids of schedules",
    )  # fmt: skip
    parser.add_argument(
        "--cron", metavar="WHEN",
        help="add, change: minute, hour, day of the month, month, day of the week, e.g. "
        "'30 18 * * 1-5'; or @hourly, @daily, @weekly, @monthly, @yearly",
    )  # fmt: skip
    add_job_arguments(parser)


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Add, list, change, switch or remove schedules."""
    if arguments.action == "add":
        return _add(arguments, terminal)
    with open_queue() as queue:
        if arguments.action == "list":
            return _show(queue.schedules(), terminal)
        if not arguments.words:
            raise ParameterError("No schedule was named.", hint="List them: … schedule list")
        chosen = [_find(queue, text) for text in arguments.words]
        for schedule in chosen:
            _change(queue, schedule, arguments)
        known = {schedule.id: schedule for schedule in queue.schedules()}
    now = [known.get(schedule.id, schedule) for schedule in chosen]
    for schedule in now:
        gone = schedule.id not in known
        terminal.told(f"{_called(schedule)} {'is removed' if gone else _when(schedule)}.")
    if terminal.json:
        terminal.document([plain(schedule) for schedule in now])
    return 0


def _add(arguments: argparse.Namespace, terminal: Terminal) -> int:
    if not arguments.words or not arguments.cron:
        raise ParameterError(
            "A schedule needs a type of job and a time.",
            hint="dashai-monitor schedule add TYPE --cron '30 18 * * 1-5' -p key=value",
        )
    arguments.type, *arguments.files = arguments.words
    jobs = make_jobs(arguments, terminal)
    with open_queue() as queue:
        ids = [queue.add_schedule(job, arguments.cron) for job in jobs]
        added = [schedule for schedule in queue.schedules() if schedule.id in ids]
    for schedule in added:
        terminal.told(f"{_called(schedule)} {_when(schedule)}.")
    if terminal.json:
        terminal.document([plain(schedule) for schedule in added])
    return 0


def _change(queue: HueyJobQueue, schedule: Schedule, arguments: argparse.Namespace) -> None:
    match arguments.action:
        case "remove":
            queue.remove_schedule(schedule.id)
        case "change":
            if not arguments.cron:
                raise ParameterError("It was not said when to run it.", hint="Use --cron WHEN.")
            queue.change_schedule(schedule.id, cron=arguments.cron)
        case action:
            queue.change_schedule(schedule.id, enabled=action == "on")


def _find(queue: HueyJobQueue, text: str) -> Schedule:
    """Return the schedule whose id begins so.

    Raises:
        JobNotFoundError: There is none, or there are several.
    """
    found = [item for item in queue.schedules() if item.id.startswith(text.strip().lower())]
    if len(found) != 1:
        how_many = f"{len(found)} schedules have" if found else "No schedule has"
        raise JobNotFoundError(
            f"{how_many} an id that begins with “{text}”.",
            hint="List them with: dashai-monitor schedule list",
        )
    return found[0]


def _called(schedule: Schedule) -> str:
    return f"{schedule.id[:SHORT_ID]}  {clean(schedule.name)}"


def _when(schedule: Schedule) -> str:
    if not schedule.enabled:
        return "is off"
    if schedule.next_run is None:
        return f"has a problem: {clean(schedule.problem or schedule.cron)}"
    return f"runs next at {schedule.next_run.astimezone():%Y-%m-%d %H:%M}"


def _show(schedules: Sequence[Schedule], terminal: Terminal) -> int:
    if terminal.json:
        terminal.document([plain(schedule) for schedule in schedules])
    elif not schedules:
        terminal.note("No job is scheduled.")
    else:
        rows = [
            (
                item.id[:SHORT_ID], item.task_type, item.name, item.cron,
                "on" if item.enabled else "off", format_time(item.next_run),
                (item.last_job_id or "")[:SHORT_ID],
            )
            for item in schedules
        ]  # fmt: skip
        terminal.table(("ID", "TYPE", "NAME", "WHEN", "STATE", "NEXT", "LAST JOB"), rows)
        for item in schedules:
            if item.problem:
                terminal.note(f"{_called(item)}: {clean(item.problem)}")
    return 0
