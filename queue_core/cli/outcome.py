"""Tells how jobs came out, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from queue_core.cli.output import clean
from queue_core.cli.queue_access import SHORT_ID, reread, result_command
from queue_core.cli.terminal import Terminal, format_duration
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.plain_data import to_json

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue


def report_put(
    queue: HueyJobQueue, job_ids: Sequence[str], terminal: Terminal, *, wait: bool
) -> int:
    """Tell which jobs were put; with *wait* watch them first. Return the exit code."""
    if wait:
        from queue_core.cli.waiting import wait_for

        records = wait_for(queue, job_ids, terminal)
        for record in records:
            _tell_end(record, terminal)
    else:
        records = reread(queue, job_ids)
        for record in records:
            terminal.told(f"{record.id}  {clean(record.job_name)}")
        if records and not queue.consumers():
            terminal.note("No program runs jobs now: open the window, or add --wait.")
    if terminal.json:
        terminal.document([to_json(record) for record in records])
    if not wait:
        return 0
    return 0 if all(record.status is JobStatus.FINISHED for record in records) else 1


def _tell_end(record: JobRecord, terminal: Terminal) -> None:
    status = terminal.status(record.status)
    duration = format_duration(record.duration())
    terminal.told(
        f"{status}  {record.id[:SHORT_ID]}  {clean(record.job_name)}  {duration}".rstrip()
    )
    for warning in record.warnings:
        terminal.told(f"  {clean(warning)}")
    if command := result_command(record):
        terminal.told(f"  See it with: {command}")
    if record.error_msg:
        terminal.told(f"  {clean(record.error_msg)}")
        if record.error_hint:
            terminal.told(f"  {clean(record.error_hint)}")
        terminal.told(f"  More: dashai-monitor show {record.id[:SHORT_ID]}")
