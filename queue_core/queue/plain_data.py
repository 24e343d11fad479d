"""Records as JSON data: what the command line prints and the HTTP API answers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import LogLine


def to_json(record: JobRecord) -> dict[str, Any]:
    """Return a record as JSON data: its attributes, times in ISO 8601."""
    return plain(record)


def plain(record: Any) -> dict[str, Any]:
    """Return a dataclass as JSON data: its attributes, times in ISO 8601, paths as text."""
    return {key: _plain(value) for key, value in asdict(record).items()}


def line_to_json(line: LogLine) -> dict[str, Any]:
    """Return a line of a log as JSON data."""
    return {
        "number": line.number,
        "time": line.time.isoformat(),
        "level": logging.getLevelName(line.level),
        "source": line.source.value,
        "text": line.text,
        "attempt": line.attempt,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
