"""What all processes of ours are started with, and why one may not start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from queue_core.errors import JobQueueError
from queue_core.system import programs

_ROOT = str(Path(__file__).parents[3])


class ChildStartError(JobQueueError):
    """A child process could not be started."""


def start_environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables with which a program of ours is started."""
    ours = {"DASHAI_LOCAL_PATH": str(folder), "PYTHONPATH": _ROOT}
    return {**environment, **ours, **programs.interpreter_variables()}


def start_error(error: Exception) -> ChildStartError:
    """Return why no process can be started, as a sentence."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ChildStartError(
        f"A worker process could not be started: {why}.",
        hint="Close other programs; the job waits and is tried again.",
    )
