"""The lines of a log as values, and where its files lie."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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


def log_path(folder: Path, job_id: str) -> Path:
    """Return where the log of a job lies; sharded, for folders with very many jobs."""
    return folder.joinpath("jobs", job_id[-2:], f"{job_id}.log")


def log_files(path: Path) -> tuple[Path, Path, Path]:
    """Return the files of a log, whether they exist or not: the head and the two tails."""
    return path, path.with_suffix(".tail0"), path.with_suffix(".tail1")


def delete_log(path: Path) -> None:
    """Delete a log with its tails, also where the job has put something else in their place."""
    for file in log_files(path):
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file, ignore_errors=True)
        else:
            file.unlink(missing_ok=True)
