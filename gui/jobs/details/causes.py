"""What a failure came of, in words: each cause once, none that the sentence has told already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gui.i18n import translate_message
from queue_core.queue.job_record import JobRecord

_LINES_OF_A_CAUSE = 3
# The number of an error means nothing to a reader, and its words follow it.
_NUMBER = re.compile(r"\[(?:Errno|WinError) -?\d+\]\s*")
_FAULTS_OF_DATA = frozenset((
    "DataError", "ParameterError", "ExpressionError", "MissingPackageError",
    "FileNotFoundError", "PermissionError", "IsADirectoryError", "NotADirectoryError",
    "MemoryLimit", "TimeLimit", "EntityNotFoundError",
))  # fmt: skip


def told_causes(record: JobRecord) -> tuple[str, ...]:
    """Return the causes that say something new, nearest first.

    Some libraries write a page; its first lines say it, the traceback has the rest.
    """
    return tuple(_new_ones(record))


def cause_text(cause: Mapping[str, str]) -> str:
    """Return class and message of a cause."""
    message = _NUMBER.sub("", str(cause.get("message", "")))
    return f"{cause.get('type', '')}: {message}".strip(": ")


def is_fault_of_data(record: JobRecord) -> bool:
    """Return whether the traceback hardly helps: the data or what was asked for is the reason."""
    return record.error_type in _FAULTS_OF_DATA


def _new_ones(record: JobRecord) -> Iterator[str]:
    told = [_plain(record.error_msg or "")]
    for cause in record.error_causes:
        message = _plain(str(cause.get("message", "")))
        if message and any(message in earlier for earlier in told):
            continue
        told.append(message)
        shown = translate_message(str(cause.get("message", "")))
        yield _first_lines(cause_text({**cause, "message": shown}))


def _plain(text: str) -> str:
    words = _NUMBER.sub("", text).casefold().split()
    return " ".join(words).strip(" .:;\"'“”")


def _first_lines(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    more = " …" if len(lines) > _LINES_OF_A_CAUSE else ""
    return "\n".join(lines[:_LINES_OF_A_CAUSE]) + more
