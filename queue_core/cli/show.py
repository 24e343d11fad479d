"""`dashai-monitor show`: all there is to know about one job."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from queue_core.cli.attempts import print_attempts
from queue_core.cli.logs import LogPrinter
from queue_core.cli.output import clean
from queue_core.cli.queue_access import SHORT_ID, find_job, open_queue, result_command
from queue_core.cli.terminal import Terminal, format_bytes, format_duration, format_time, shorten
from queue_core.queue.estimates import range_words
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.plain_data import line_to_json, plain, to_json

if TYPE_CHECKING:
    from queue_core.paths import LocalFolder

LOG_LINES: Final = 20
RESULT_WIDTH: Final = 400


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a job's id, or its beginning")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show a job: where it stands, its parameters, its error or its result, and its log."""
    with open_queue() as queue:
        job = find_job(queue, arguments.id)
        lines = queue.logs(job.id, limit=None if terminal.json else LOG_LINES)
        dataset = _dataset_of(job, queue.folder)
        attempts = queue.attempts(job.id)
        reason = queue.why_waiting(job.id)
        left = queue.forecast().running.get(job.id)
    if terminal.json:
        document = {
            **to_json(job),
            "wait_reason": None if reason is None else reason.text,
            "left_s": None if left is None else [left.low_s, left.high_s],
            "attempts": [plain(attempt) for attempt in attempts],
            "log": [line_to_json(line) for line in lines],
        }
        if dataset is not None:
            document["dataset"] = dataset
        terminal.document(document)
        return 0
    _print_facts(job, terminal, "" if reason is None else clean(reason.text))
    if left is not None:
        terminal.line(f"  {'Left:':<13} {range_words(left)}")
    _print_error(job, terminal)
    if len(attempts) > 1:
        _print_title(terminal, "Attempts")
        print_attempts(terminal, attempts)
    if dataset is not None:
        _print_dataset(dataset, terminal)
    if lines:
        _print_title(
            terminal, "Log" if lines[0].number == 1 else f"Log (its last {len(lines)} lines)"
        )
        LogPrinter(terminal, times=True).print(lines)
    return 0


def _dataset_of(job: JobRecord, folder: LocalFolder) -> dict[str, Any] | None:
    """Return what a finished dataset job has made: name, rows, columns, warnings and where it is.

    The job's result says it even after the dataset was deleted; then `path` is null.
    """
    result = job.result if isinstance(job.result, dict) else {}
    if job.status is not JobStatus.FINISHED or not _is_dataset(result):
        return None
    path = folder.datasets / str(result["id"])
    return {
        "id": result["id"],
        "name": str(result.get("name", job.job_name)),
        "rows": result["rows"],
        "columns": result["columns"],
        "warnings": result.get("warnings", []),
        "path": str(path) if path.is_dir() else None,
    }


def _is_dataset(result: dict[str, Any]) -> bool:
    """Return whether a job's result tells of a dataset: any job may return something alike."""
    columns = result.get("columns")
    return (
        result.get("entity") == "dataset"
        and type(result.get("id")) is int
        and type(result.get("rows")) is int
        and isinstance(columns, list)
        and all(
            isinstance(column, dict)
            and isinstance(column.get("name"), str)
            and isinstance(column.get("type"), str)
            for column in columns
        )
    )


def _print_facts(job: JobRecord, terminal: Terminal, wait_reason: str) -> None:
    terminal.line(f"{terminal.status(job.status)}  {terminal.paint(clean(job.job_name), 'bold')}")
    if wait_reason:
        terminal.line(f"  {'Waits:':<13} {wait_reason}")
    for title, text in (*_facts(job), *_use(job), *_orders(job)):
        terminal.line(f"  {title + ':':<13} {text}".rstrip())
    for key, value in job.params.items():
        shown = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        )
        terminal.line(f"    {clean(key)} = {clean(shown)}")
    for warning in filter(None, (job.damage, *job.warnings)):
        terminal.line(terminal.paint(f"  {clean(warning)}", "yellow"))


def _facts(job: JobRecord) -> Iterator[tuple[str, str]]:
    """Yield what is known, with its title."""
    attempt = f"{job.attempt} of {job.max_attempts}" if job.max_attempts > 1 else ""
    phase = "" if job.status.is_final else clean(job.progress_message or "")
    percent = "" if job.progress is None or job.status.is_final else f"{job.progress:.0f} %"
    facts = (
        ("Id", job.id),
        ("Type", clean(job.task_type)),
        ("Progress", f"{percent} {phase}".strip()),
        ("Created", format_time(job.enqueued_at)),
        ("Started", format_time(job.started_at)),
        ("Ended", format_time(job.finished_at)),
        ("Duration", format_duration(job.duration(now=datetime.now(UTC)))),
        ("Attempt", attempt),
        ("Interrupted", f"{job.interruptions} times" if job.interruptions else ""),
        ("Process", str(job.pid or "")),
        ("Place", clean(job.place or "")),
        ("Machine", clean(job.node or "")),
        ("Worker", "" if job.place else clean(job.worker or "")),
        ("Metric", _metric(job)),
        ("There", clean(job.place_note or "")),
        ("Repeats", clean(job.retry_of or "")),
        ("Result", result_command(job) or _result_text(job)),
        ("Put by", "" if job.is_ours else "DashAI"),
    )
    return ((title, text) for title, text in facts if text)


def _metric(job: JobRecord) -> str:
    if job.metric is None or job.metric_value is None:
        return ""
    return f"{clean(job.metric)} {job.metric_value:.4g}"


def _result_text(job: JobRecord) -> str:
    """Return what the job has returned, as JSON in one line."""
    if job.result is None:
        return ""
    return shorten(clean(json.dumps(job.result, ensure_ascii=False)), RESULT_WIDTH)


def _use(job: JobRecord) -> Iterator[tuple[str, str]]:
    """Yield what it used, where that is known."""
    runs = job.status is JobStatus.STARTED
    if runs and job.memory_bytes is not None:
        yield "Memory", format_bytes(job.memory_bytes)
    if job.peak_memory_bytes is not None:
        yield "Peak memory", format_bytes(job.peak_memory_bytes)
    if job.cpu_time_s is not None:
        yield "Processor", format_duration(timedelta(seconds=job.cpu_time_s))


def _orders(job: JobRecord) -> Iterator[tuple[str, str]]:
    """Yield how it is to be run, where somebody has said so; then that parameters follow."""
    if job.timeout_s:
        yield "Time limit", format_duration(timedelta(seconds=job.timeout_s))
    if job.memory_limit_bytes:
        yield "Memory limit", format_bytes(job.memory_limit_bytes)
    if demand := _demand(job):
        yield "Asks for", demand
    if job.priority:
        yield "Priority", str(job.priority)
    if job.after:
        yield "After", ", ".join(job_id[:SHORT_ID] for job_id in job.after)
    if job.group_id:
        yield "Group", clean(job.group_id)
    marks = (("paused", job.paused), ("kept from clean-up", job.pinned))
    if state := ", ".join(word for word, holds in marks if holds):
        yield "State", state
    if job.params:
        yield "Parameters", ""


def _demand(job: JobRecord) -> str:
    parts = (
        (job.cores, f"{job.cores} cores"),
        (job.asked_memory_bytes, f"{format_bytes(job.asked_memory_bytes or 0)} of memory"),
        (job.gpus, f"{job.gpus} GPUs"),
    )
    return ", ".join(text for asked, text in parts if asked)


def _print_error(job: JobRecord, terminal: Terminal) -> None:
    if not job.error_msg:
        return
    _print_title(terminal, "Error")
    terminal.line(terminal.paint(clean(job.error_msg), "red"))
    if job.error_hint:
        terminal.line(clean(job.error_hint))
    for cause in job.error_causes:
        kind, message = (clean(str(cause.get(key, ""))) for key in ("type", "message"))
        terminal.line(f"because of {kind}: {message}")
    ended = clean(job.exit_signal or "") or (
        "" if job.exit_code is None else f"exit code {job.exit_code}"
    )
    if ended:
        terminal.line(f"Its process ended with {ended}.")
    if job.traceback:
        terminal.line()
        terminal.line(job.traceback.rstrip())


def _print_dataset(dataset: dict[str, Any], terminal: Terminal) -> None:
    columns = dataset["columns"]
    _print_title(
        terminal,
        f"Dataset “{clean(dataset['name'])}”: {dataset['rows']:,} rows, {len(columns)} columns",
    )
    terminal.line(dataset["path"] or "It was deleted since.")
    terminal.table(("COLUMN", "TYPE"), [(column["name"], column["type"]) for column in columns])


def _print_title(terminal: Terminal, title: str) -> None:
    terminal.line()
    terminal.line(terminal.paint(title, "bold"))
