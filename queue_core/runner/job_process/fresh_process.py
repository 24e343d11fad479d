"""What a process is given before its job: its folder, its variables, its threads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from queue_core.runner.job_process import preload
from queue_core.runner.protocol import Setup


def take_setup(setup: Setup) -> None:
    """Stand where the supervisor says."""
    if _started_with is not None:
        _take_environment({**_started_with, **setup.changes})
    with contextlib.suppress(OSError):
        os.chdir(setup.folder)
    preload.give_threads()


# In the template and its copies: the variables that the template was started with, as the system
# knows them. Python and libraries add others, which are no matter of any job.
_started_with: dict[str, str] | None = None


def keep_environment() -> None:
    """In the template, before anything else: note the variables that it was started with."""
    global _started_with
    data = Path("/proc/self/environ").read_bytes()
    pairs = (os.fsdecode(entry).partition("=") for entry in data.split(b"\0") if b"=" in entry)
    _started_with = {name: value for name, _, value in pairs}


def _take_environment(wanted: Mapping[str, str | None]) -> None:
    """Make the variables what is wanted; most of them are, already."""
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if value is None:
            os.environ.pop(name, None)
        elif os.environ.get(name) != value:
            os.environ[name] = value
