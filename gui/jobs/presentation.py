"""How a job is put into words: its status, progress and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gui.format import format_duration, format_percent, format_remaining
from gui.i18n import mark, tr, tr_plural, translate, translate_caption, translate_message
from gui.jobs.expectations import expectation_of, left_text
from gui.jobs.type_looks import TASK_TYPES, type_word
from gui.jobs.waiting_text import waiting_text
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import WaitReason

# Before this much time and progress, an estimate would jump.
ESTIMATE_AFTER_S = 2.0
ESTIMATE_AFTER_PERCENT = 3.0
SCRIPT = "PythonJob"


@dataclass(frozen=True)
class Look:
    """How a status is shown.

    Attributes:
        word: What it is called, in English.
        icon: Name of its icon.
    """

    word: str
    icon: str


STATUS_LOOKS: Mapping[JobStatus, Look] = {
    JobStatus.STARTED: Look(mark("Running"), "started"),
    JobStatus.NOT_STARTED: Look(mark("Waiting"), "not_started"),
    JobStatus.ERROR: Look(mark("Failed"), "error"),
    JobStatus.FINISHED: Look(mark("Finished"), "finished"),
    JobStatus.CANCELLED: Look(mark("Cancelled"), "cancelled"),
    JobStatus.KILLED: Look(mark("Interrupted"), "killed"),
}


def status_word(status: JobStatus) -> str:
    """Return what a status is called."""
    return translate(STATUS_LOOKS[status].word)


def is_suspended(record: JobRecord) -> bool:
    """Return whether a running job stands still because the user said so."""
    return record.paused and record.status is JobStatus.STARTED


def state_word(record: JobRecord) -> str:
    """Return what the state of a job is called: its status, or that it is suspended."""
    return tr("Paused") if is_suspended(record) else status_word(record.status)


def status_sentence(record: JobRecord, now: datetime) -> str:
    """Return "Failed after 3.1 s", "Running for 12 s", ..."""
    if record.requested == "cancel" and not record.status.is_final:
        return tr("Cancelling…")
    if is_suspended(record):
        return tr("Paused")
    span = record.duration(now=now)
    word = status_word(record.status)
    if span is None:
        return word
    duration = format_duration(span)
    if record.status is JobStatus.STARTED:
        return tr("{status} for {duration}", status=word, duration=duration)
    if record.status is JobStatus.FINISHED:
        return tr("{status} in {duration}", status=word, duration=duration)
    return tr("{status} after {duration}", status=word, duration=duration)


def remaining_s(record: JobRecord, now: datetime) -> float | None:
    """Return how many seconds a running job will take still, or None where nobody can say."""
    if record.status is not JobStatus.STARTED or record.started_at is None or record.paused:
        return None
    elapsed_s = (now - record.started_at).total_seconds()
    done = record.progress or 0.0
    if elapsed_s < ESTIMATE_AFTER_S or not ESTIMATE_AFTER_PERCENT <= done < 100:
        return None
    return elapsed_s * (100 - done) / done


def remaining_text(record: JobRecord, now: datetime) -> str:
    """Return "about 20 s left" by its progress, else what like jobs tell; or nothing."""
    left_s = remaining_s(record, now)
    if left_s is not None:
        return format_remaining(left_s)
    expected = expectation_of(record.id) if record.status is JobStatus.STARTED else None
    is_worth_saying = expected is not None and expected.high_s >= 1 and not record.paused
    return left_text(expected) if expected is not None and is_worth_saying else ""


def percent_text(record: JobRecord) -> str:
    """Return "62 %", or nothing where the total work is unknown."""
    return "" if record.progress is None else format_percent(record.progress / 100)


def outcome(record: JobRecord, reason: WaitReason | None) -> str:
    """Return where a job stands, in one line: its progress, place in the queue, or its end.

    Args:
        record: The job.
        reason: Why it waits, where it does.
    """
    match record.status:
        case JobStatus.STARTED:
            return percent_text(record) or tr("Working")
        case JobStatus.NOT_STARTED:
            return waiting_text(record, reason)
        case JobStatus.ERROR:
            return error_line(record.error_msg) or tr("It ended without saying why.")
        case JobStatus.KILLED:
            return error_line(record.error_msg) or tr("It was stopped when the program ended.")
        case JobStatus.CANCELLED:
            return tr("Cancelled by you") if record.is_ours else ""
        case JobStatus.FINISHED:
            return finished_text(record)


def finished_text(record: JobRecord) -> str:
    """Return what one should know of a job that went well: how many warnings it gave."""
    count = len(record.warnings)
    return tr_plural("{count} warning", "{count} warnings", count) if count else ""


def describe_job(record: JobRecord, now: datetime) -> str:
    """Return a whole row as one sentence, for screen readers."""
    parts = [record.job_name, type_word(record.task_type), status_sentence(record, now)]
    if record.status is JobStatus.STARTED:
        phase = phase_text(record, record.progress_message or "")
        parts += [percent_text(record), phase, remaining_text(record, now)]
    elif record.error_msg:
        parts.append(error_line(record.error_msg))
    return ", ".join(part for part in parts if part)


def phase_text(record: JobRecord, phase: str) -> str:
    """Return what a running job does; of scripts and types of others, as they said it."""
    is_of_core = record.task_type in TASK_TYPES and record.task_type != SCRIPT
    return translate_caption(phase) if is_of_core else translate_message(phase)


def error_line(text: str | None) -> str:
    """Return the first line of what the core said, in the user's language."""
    return translate_message(first_line(text))


def first_line(text: str | None) -> str:
    """Return the first line of *text* that holds anything."""
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")
