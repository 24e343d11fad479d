"""Times as `task_copy` stores them, and identifiers."""

from __future__ import annotations

import platform
import secrets
import threading
import time
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path


def now_text() -> str:
    """Return the time in UTC in the format of DashAI's columns, with microseconds."""
    return _text(datetime.now(UTC))


def to_text(moment: datetime) -> str:
    """Return an aware datetime in the stored format."""
    return _text(moment.astimezone(UTC))


def _text(utc: datetime) -> str:
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def from_text(text: str | None) -> datetime | None:
    """Read a stored time (ours, DashAI's, or ISO 8601); None where there is none."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_id_lock = threading.Lock()
_last_id_ms = 0


def new_id() -> str:
    """Return a UUID of version 7: in order of creation, even if a clock is set back."""
    global _last_id_ms
    with _id_lock:
        milliseconds = _last_id_ms = max(time.time_ns() // 1_000_000, _last_id_ms + 1)
    value = (milliseconds << 80) | int.from_bytes(secrets.token_bytes(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


@cache
def host_id() -> str:
    """Return what tells this machine from others that may share the folder."""
    for place in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            text = Path(place).read_text().strip()
        except OSError:
            continue
        if text:
            return text
    return platform.node()
