"""Times as `task_copy` stores them, identifiers, and who owns a running job."""

from __future__ import annotations

import os
import platform
import secrets
import threading
import time
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psutil


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
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


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


@cache
def _owner_of(pid: int) -> str:
    return f"{pid}:{psutil.Process(pid).create_time():.2f}"


def owner_id() -> str:
    """Return who this process is: pid and start time, so that a reused pid is somebody else."""
    return _owner_of(os.getpid())


def owner_is_alive(owner: str | None, host: str | None) -> bool:
    """Return whether the process that owns a job still runs."""
    if host is not None and host != host_id():
        return True  # cannot be known from here
    pid_text, _, start_text = (owner or "").partition(":")
    if not pid_text.isdigit():
        return False
    try:
        process = psutil.Process(int(pid_text))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - float(start_text)) < 1.0
    except (psutil.Error, ValueError):
        return False
