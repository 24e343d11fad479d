"""What a copy of the template must not share with it: session, streams, signals, random numbers."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence

from queue_core.system.choice import system

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

# Python ignores these itself when it starts; a worker is not to end by the Ctrl+C of a terminal.
_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT)


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
    system().adopt_orphans()
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


def _reseed() -> None:
    """Give this process random numbers of its own; `random` does so itself at each fork."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(list(os.urandom(32)))
