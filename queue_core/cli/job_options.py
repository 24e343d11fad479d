"""How a job is to be run, as options of a command: order, time, attempts and limits."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from queue_core.cli.queue_access import find_jobs
from queue_core.errors import ParameterError
from queue_core.queue.store.labels import checked
from queue_core.queue.values import AfterPolicy, JobOptions

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

_SECONDS: Final = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_BYTES: Final = {
    "": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_QUANTITY = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$", re.IGNORECASE)


def add_job_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = parser.add_argument_group("how it is run (default: as the settings say)")
    group.add_argument("--priority", type=int, default=0, metavar="N", help="higher runs first")
    when = group.add_mutually_exclusive_group()
    when.add_argument("--delay", metavar="TIME", help="wait so long first, e.g. 90s, 10m, 2h")
    when.add_argument("--at", metavar="MOMENT", help="not before, e.g. 18:30 or 2030-01-31T08:00")
    group.add_argument(
        "--after", action="append", default=[], metavar="ID", help="run after this job; repeatable"
    )
    group.add_argument(
        "--run-anyway", action="store_true", help="also if a job of --after did not finish"
    )
    group.add_argument("--attempts", type=int, metavar="N", help="how often it may be tried")
    group.add_argument("--timeout", metavar="TIME", help="end it after so long; 0 is no limit")
    group.add_argument(
        "--memory-limit", metavar="SIZE", help="end it above this, e.g. 4GB; 0 is no limit"
    )
    group.add_argument("--group", metavar="NAME", help="what it belongs to")
    group.add_argument("--on", metavar="PLACE", help="run it there, e.g. on a cluster; see: places")
    group.add_argument("--cores", type=int, metavar="N", help="cores that it needs there")
    group.add_argument("--memory", metavar="SIZE", help="memory that it needs there, e.g. 16GB")
    group.add_argument("--gpus", type=int, metavar="N", help="GPUs that it needs there")
    group.add_argument(
        "--label", action="append", default=[], metavar="NAME=VALUE",
        help="only a worker with this label runs it; repeatable",
    )  # fmt: skip
    group.add_argument("--pin", action="store_true", help="keep it from clean-up")


def job_options(arguments: argparse.Namespace, queue: HueyJobQueue) -> JobOptions:
    """Return the options that were given.

    Raises:
        ParameterError: A time, a size or a number is not one.
        JobNotFoundError: A job of `--after` does not exist.
    """
    if arguments.attempts is not None and arguments.attempts < 1:
        raise ParameterError("A job is tried at least once.", parameter="attempts")
    policy = AfterPolicy.RUN_ANYWAY if arguments.run_anyway else AfterPolicy.SKIP
    timeout = arguments.timeout
    limit = arguments.memory_limit
    return JobOptions(
        priority=arguments.priority,
        delay_s=None if arguments.delay is None else parse_duration_s(arguments.delay),
        not_before=None if arguments.at is None else parse_moment(arguments.at),
        after=tuple(job.id for job in find_jobs(queue, arguments.after)),
        after_policy=policy,
        max_attempts=arguments.attempts,
        timeout_s=None if timeout is None else parse_duration_s(timeout),
        memory_limit_bytes=None if limit is None else parse_bytes(limit),
        pinned=arguments.pin,
        group_id=arguments.group,
        place=arguments.on,
        cores=arguments.cores,
        asked_memory_bytes=None if arguments.memory is None else parse_bytes(arguments.memory),
        gpus=arguments.gpus,
        labels=checked(arguments.label),
    )


def parse_duration_s(text: str) -> float:
    """Return seconds; `90`, `90s`, `1.5m`, `2h` and `1d` are known.

    Raises:
        ParameterError: It is not a duration.
    """
    found = _QUANTITY.match(text)
    if found is None or found[2].lower() not in _SECONDS:
        raise ParameterError(f"“{text}” is not a duration.", hint="Write it as 90s, 10m, 2h or 1d.")
    return float(found[1]) * _SECONDS[found[2].lower()]


def parse_bytes(text: str) -> int:
    """Return bytes; `500MB`, `4GB`, `4GiB` and `4G` are known.

    Raises:
        ParameterError: It is not a size.
    """
    found = _QUANTITY.match(text)
    if found is None or found[2].lower() not in _BYTES:
        raise ParameterError(
            f"“{text}” is not a size of memory.", hint="Write it as 500MB, 4GB or 4GiB."
        )
    return int(float(found[1]) * _BYTES[found[2].lower()])


def parse_moment(text: str, now: datetime | None = None) -> datetime:
    """Return an aware moment; one without a zone is local, `18:30` is the next one.

    Args:
        text: ISO 8601, or an hour and minute.
        now: An aware datetime; None means the present.

    Raises:
        ParameterError: It is not a moment.
    """
    present = (now or datetime.now().astimezone()).astimezone()
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text.strip()):
            hours, minutes, *seconds = (int(part) for part in text.split(":"))
            moment = present.replace(
                hour=hours, minute=minutes, second=seconds[0] if seconds else 0, microsecond=0
            )
            return moment if moment > present else moment + timedelta(days=1)
        return datetime.fromisoformat(text.strip()).astimezone()
    except ValueError as error:
        raise ParameterError(
            f"“{text}” is not a moment.", hint="Write it as 18:30, or as 2030-01-31T18:30."
        ) from error
