"""What stands below a job's name: how far it is, why it failed, what it warned of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from gui.i18n import tr, tr_plural
from gui.jobs.presentation import (
    error_line,
    first_line,
    percent_text,
    phase_text,
    remaining_text,
)
from queue_core.queue.job_record import JobRecord, JobStatus

# A phase's own percentage beside that of the whole job would only puzzle.
_PERCENTAGE = re.compile(r"\s*\d+(?:[.,]\d+)?\s?%")
_BETWEEN = " · "


@dataclass(frozen=True)
class SecondLine:
    """One line of text.

    Attributes:
        text: It.
        role: Its colour.
        has_bar: Whether the progress is drawn before it.
    """

    text: str
    role: str
    has_bar: bool = False


def has_second_line(record: JobRecord) -> bool:
    """Return whether a job has more to say than its name: what makes its row taller."""
    match record.status:
        case JobStatus.STARTED | JobStatus.ERROR | JobStatus.KILLED:
            return True
        case JobStatus.FINISHED:
            return bool(record.warnings)
        case _:
            return False


def second_line(record: JobRecord, now: datetime) -> SecondLine | None:
    """Return what stands below the name of a job; None where nothing does."""
    if not has_second_line(record):
        return None
    match record.status:
        case JobStatus.STARTED:
            return SecondLine(_progress(record, now), "muted", has_bar=True)
        case JobStatus.FINISHED:
            return SecondLine(_warnings(record), "killed")
        case JobStatus.ERROR:
            text = error_line(record.error_msg) or tr("It ended without saying why.")
            if record.solved_by:
                return SecondLine(tr("Solved by a later run. {error}", error=text), "muted")
            return SecondLine(text, "error")
        case _:
            text = error_line(record.error_msg) or tr("It was stopped when the program ended.")
            return SecondLine(text, "killed")


def _progress(record: JobRecord, now: datetime) -> str:
    phase = first_line(record.progress_message)
    if record.progress is not None:
        phase = _PERCENTAGE.sub("", phase).strip(" ·")
    # What its place says: that it has not begun, or that nothing is heard of it.
    there = error_line(record.place_note)
    parts = (there, percent_text(record), phase_text(record, phase), remaining_text(record, now))
    return _BETWEEN.join(part for part in parts if part) or tr("Working")


def _warnings(record: JobRecord) -> str:
    first = error_line(str(record.warnings[0]))
    more = len(record.warnings) - 1
    if not first:
        return tr_plural("{count} warning", "{count} warnings", more + 1)
    return first + (tr_plural(" (and {count} more)", " (and {count} more)", more) if more else "")
