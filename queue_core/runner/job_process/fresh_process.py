"""What a process is given before its job: a session, its signals, numbers and variables."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from queue_core.runner import prctl
from queue_core.runner.job_process import preload
from queue_core.runner.protocol import Setup

# Python ignores these itself when it starts; a worker is not to end by the Ctrl+C of a terminal.
_IGNORED = tuple(
    getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ", "SIGINT") if hasattr(signal, name)
)


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


def become_independent(output: int, errors: int, taken: Sequence[int]) -> None:
    """In a forked process: take a session, streams, signals and random numbers of its own.

    Args:
        output: Where its output goes.
        errors: Where its standard error goes.
        taken: The signals that are not as Python leaves them, from `taken_signals`.
    """
    os.setsid()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    adopt_orphans()
    for number in taken:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, _usual(number))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _reseed()


def taken_signals() -> list[int]:
    """Return the signals that a library has taken, to be let go in each copy of this process."""
    return [
        int(number)
        for number in signal.valid_signals()
        # None: a handler in C, faulthandler's.
        if signal.getsignal(number) not in (None, _usual(number))
    ]


def _usual(number: int) -> signal.Handlers:
    return signal.SIG_IGN if number in _IGNORED else signal.SIG_DFL


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants, so that none of them can hide (Linux)."""
    prctl.set_option(prctl.CHILD_SUBREAPER, 1)


def _reseed() -> None:
    """Give this process random numbers of its own; `random` does so itself at each fork."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(list(os.urandom(32)))
