"""`dashai-monitor attempts`: how each attempt of a job came out."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from queue_core.cli.queue_access import find_job, open_queue
from queue_core.cli.terminal import (
    STATUS_LOOKS,
    Terminal,
    format_bytes,
    format_duration,
    format_time,
)
from queue_core.queue.plain_data import plain
from queue_core.queue.values import Attempt

HEADER = ("OUTCOME", "ATTEMPT", "STARTED", "RAN FOR", "PROCESSOR", "PEAK MEMORY", "END", "ERROR")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a job's id, or its beginning")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List the attempts that have ended, the first one first."""
    with open_queue() as queue:
        attempts = queue.attempts(find_job(queue, arguments.id).id)
    if terminal.json:
        terminal.document([plain(attempt) for attempt in attempts])
    elif not attempts:
        terminal.note("No attempt has ended yet.")
    else:
        print_attempts(terminal, attempts)
    return 0


def print_attempts(terminal: Terminal, attempts: Any) -> None:
    """Print a table of attempts."""
    terminal.table(
        HEADER,
        [_row(attempt) for attempt in attempts],
        colors=[STATUS_LOOKS[attempt.status][2] for attempt in attempts],
    )


def _row(attempt: Attempt) -> tuple[str, ...]:
    ran, cpu = attempt.run_seconds, attempt.cpu_time_s
    peak = attempt.peak_memory_bytes
    code = "" if attempt.exit_code is None else f"exit code {attempt.exit_code}"
    return (
        " ".join(STATUS_LOOKS[attempt.status][:2]),
        str(attempt.attempt),
        format_time(attempt.started_at),
        "" if ran is None else format_duration(timedelta(seconds=ran)),
        "" if cpu is None else format_duration(timedelta(seconds=cpu)),
        "" if peak is None else format_bytes(peak),
        attempt.exit_signal or code,
        attempt.error_msg or "",
    )
