"""`dashai-monitor clean-up`: forgets old jobs and their logs."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from queue_core.cli.job_options import parse_bytes
from queue_core.cli.queue_access import open_queue
from queue_core.cli.terminal import Terminal, format_bytes
from queue_core.errors import ParameterError
from queue_core.queue.values import RetentionPolicy


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--older-than", type=float, metavar="DAYS", help="jobs that ended longer ago"
    )
    parser.add_argument("--keep", type=int, metavar="N", help="all but the newest N of each status")
    parser.add_argument(
        "--logs", metavar="SIZE", help="the oldest jobs, until all logs take less, e.g. 500MB"
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Remove ended jobs; without options what the settings say. Pinned ones and results stay."""
    with open_queue() as queue:
        report = queue.clean_up(_policy(arguments, queue.folder.settings))
    terminal.told(
        f"{report.removed} jobs are removed; {format_bytes(report.freed_bytes)} of logs are free."
    )
    if terminal.json:
        terminal.document({**asdict(report), "removed": report.removed})
    return 0


def _policy(arguments: argparse.Namespace, settings_file: Path) -> RetentionPolicy:
    """Return what was asked for.

    Raises:
        ParameterError: Nothing was asked for, neither here nor in the settings; or a bad number.
    """
    days, keep, logs = arguments.older_than, arguments.keep, arguments.logs
    if any(number is not None and number < 0 for number in (days, keep)):
        raise ParameterError("Days and numbers of jobs are 0 or more.")
    if days is not None or keep is not None or logs is not None:
        return RetentionPolicy(
            max_age_days=days, max_count=keep, max_bytes=None if logs is None else parse_bytes(logs)
        )
    policy = _policy_of_settings(settings_file)
    if policy == RetentionPolicy():
        raise ParameterError(
            "It was not said which jobs to remove, and the settings keep all.",
            hint="Use --older-than DAYS, --keep N or --logs SIZE.",
        )
    return policy


def _policy_of_settings(settings_file: Path) -> RetentionPolicy:
    from queue_core.queue.configuration import retention_policy
    from queue_core.settings import Settings

    return retention_policy(Settings.load(settings_file))
