"""The lines of a log as values, and the end of its files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from queue_core.paths import log_files

STDOUT: Final = "stdout"
STDERR: Final = "stderr"
LOGGING: Final = "logging"
WARNINGS: Final = "warnings"
OUTPUT: Final = "output"
MONITOR: Final = "monitor"


@dataclass(frozen=True)
class RawLine:
    """One line of a log as stored; the queue gives it out as its own record."""

    number: int
    time_s: float
    level: int
    source: str
    text: str
    attempt: int


def delete_log(path: Path) -> None:
    """Delete a log with its tails, also where the job has put something else in their place."""
    for file in log_files(path):
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file, ignore_errors=True)
        else:
            file.unlink(missing_ok=True)
