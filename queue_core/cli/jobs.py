"""`dashai-monitor jobs`: the table of jobs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from queue_core.cli.queue_access import SHORT_ID, open_queue
from queue_core.cli.terminal import (
    STATUS_LOOKS,
    Terminal,
    format_duration,
    format_time,
)
from queue_core.queue.contract import BaseJobQueue
from queue_core.queue.estimates import Forecast, range_words
from queue_core.queue.exporting import export_jobs
from queue_core.queue.finding.query_keys import KEYS, PARAMETER
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.plain_data import to_json
from queue_core.queue.values import JobFilter

# Stored words and the words that people see.
STATUS_WORDS: Final = {
    **{status.value: status for status in JobStatus},
    **{word: status for status, (_, word, _) in STATUS_LOOKS.items()},
}
SHOWN: Final = 100
# It takes seconds to index more.
MANY: Final = 20_000


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--status", action="append", choices=STATUS_WORDS, metavar="STATUS", default=[],
        help=f"only jobs in this status: {_status_help()}; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--type", action="append", metavar="TYPE", default=[], dest="types",
        help="only jobs of this type, e.g. dataset or DatasetJob; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--search", metavar="WORDS", default="", help="only jobs that contain all these words"
    )
    parser.add_argument(
        "--where", metavar="QUERY", default="",
        help="only jobs that meet a query, e.g. 'status:failed type:model took:>5m "
        f'log:"no space" -iris\'; its keys: {", ".join((*KEYS, f"{PARAMETER}NAME"))}',
    )  # fmt: skip
    parser.add_argument(
        "--save", type=Path, metavar="FILE",
        help="write all jobs that match to a table instead: .csv, .parquet, .xlsx or .feather",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=_count, metavar="N",
        help=f"at most the newest N (default: {SHOWN}, with --json all)",
    )  # fmt: skip


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List the jobs that match, newest first."""
    with open_queue() as queue:
        if arguments.where:
            _index(queue, terminal)
        where = JobFilter(
            statuses=frozenset(STATUS_WORDS[word] for word in arguments.status),
            task_types=task_types(queue, arguments.types),
            search=arguments.search,
            query=arguments.where,
        )
        if arguments.save is not None:
            count = export_jobs(queue, arguments.save, where)
            if terminal.json:
                terminal.document({"file": str(arguments.save), "jobs": count})
            else:
                terminal.line(f"{_jobs(count)} in {arguments.save}")
            return 0
        if terminal.json:
            jobs = queue.list(where, limit=arguments.limit)
            terminal.document([to_json(job) for job in jobs])
            return 0
        limit = SHOWN if arguments.limit is None else arguments.limit
        jobs = queue.list(where, limit=limit + 1)
        forecast = queue.forecast()
    print_jobs(terminal, jobs[:limit], forecast)
    if not jobs:
        terminal.note("No jobs." if where == JobFilter() else "No job matches.")
    elif len(jobs) > limit:
        terminal.note(f"… and older ones; --limit shows more than {limit}.")
    return 0


def _index(queue: HueyJobQueue, terminal: Terminal) -> None:
    """Index a long history that no one has looked through before, and say so."""
    progress = queue.index_more()
    if not progress.is_ready and progress.total > MANY:
        terminal.note("Indexing the jobs, once; later queries are answered at once.")


def print_jobs(terminal: Terminal, jobs: Sequence[JobRecord], forecast: Forecast) -> None:
    """Print a table of jobs with what is expected of them; nothing where there are none."""
    if not jobs:
        return
    now = datetime.now(UTC)
    rows = [
        (
            " ".join(STATUS_LOOKS[job.status][:2]),
            job.id[:SHORT_ID],
            job.task_type,
            job.job_name,
            _progress(job, forecast),
            format_time(job.enqueued_at),
            format_duration(job.duration(now=now)),
            job.error_msg or job.damage,
        )
        for job in jobs
    ]
    terminal.table(
        ("STATUS", "ID", "TYPE", "NAME", "PROGRESS", "CREATED", "DURATION", "ERROR"),
        rows,
        colors=[STATUS_LOOKS[job.status][2] for job in jobs],
    )


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _status_help() -> str:
    return ", ".join(
        word if word == status else f"{word} ({status})"
        for status, (_, word, _) in STATUS_LOOKS.items()
    )


def _progress(job: JobRecord, forecast: Forecast) -> str:
    start, left = forecast.starts.get(job.id), forecast.running.get(job.id)
    if job.status is JobStatus.NOT_STARTED:
        return f"starts in {range_words(start)}" if start is not None and start.high_s >= 1 else ""
    if job.status is not JobStatus.STARTED:
        return ""
    percent = "" if job.progress is None else f"{job.progress:.0f} %"
    until = "" if left is None else f"{range_words(left)} left"
    return " ".join(part for part in (percent, job.progress_message or "", until) if part)


def task_types(queue: BaseJobQueue, words: Sequence[str]) -> frozenset[str]:
    """Return the class names that are meant; `word-count` means `WordCountJob`."""
    known = {name.lower(): name for name in queue.counts().by_type} if words else {}
    return frozenset(
        known.get(word.lower()) or known.get(f"{word.lower().replace('-', '')}job") or word
        for word in words
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError
    return count
