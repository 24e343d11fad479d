"""What a process is given before its job: a session, its signals, numbers and variables."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

from queue_core.runner import preload
from queue_core.runner.protocol import Setup

_PR_SET_CHILD_SUBREAPER = 36
# Python ignores these itself when it starts; a worker is not to end by the Ctrl+C of a terminal.
_IGNORED = tuple(
    getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ", "SIGINT") if hasattr(signal, name)
)


def take_setup(setup: Setup) -> None:
    """Stand where the supervisor says."""
    if setup.environment is not None:
        os.environ.clear()
        os.environ.update(setup.environment)
    with contextlib.suppress(OSError):
        os.chdir(setup.folder)
    preload.give_threads()


def become_independent(output: int, errors: int) -> None:
    """In a forked process: take a session, streams, signals and random numbers of its own."""
    os.setsid()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    adopt_orphans()
    _reset_signals()
    _reseed()


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants, so that none of them can hide (Linux)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        wanted = signal.SIG_IGN if number in _IGNORED else signal.SIG_DFL
        current = signal.getsignal(number)
        # None: a handler in C, faulthandler's.
        if current is not None and current is not wanted:
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, wanted)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _reseed() -> None:
    """Give this process random numbers of its own; `random` does so itself at each fork."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(list(os.urandom(32)))


def drop_clean_pages() -> None:
    """Give back the pages of files that this process has only read (Linux).

    They lie in the system's cache, and come back without reading when they are used.
    """
    madvise_dontneed = 4
    try:
        lines = Path("/proc/self/smaps").read_text("utf-8", "replace").splitlines()
        libc = ctypes.CDLL(None, use_errno=True)
    except (OSError, AttributeError):
        return
    span: tuple[int, int] | None = None
    for line in lines:
        first, _, rest = line.partition(" ")
        if "-" in first and not first.endswith(":"):
            fields = rest.split()
            is_file = len(fields) > 4 and fields[4].startswith("/")
            is_code_or_data = fields[0] in ("r-xp", "r--p")
            low, _, high = first.partition("-")
            span = (int(low, 16), int(high, 16)) if is_file and is_code_or_data else None
        elif span is not None and line.startswith("Private_Dirty:") and rest.split()[0] != "0":
            span = None  # changed by the loader: only here, not in the file
        elif span is not None and line.startswith("Anonymous:"):
            if rest.split()[0] == "0":
                low_address, high_address = span
                libc.madvise(
                    ctypes.c_void_p(low_address), ctypes.c_size_t(high_address - low_address),
                    madvise_dontneed,
                )  # fmt: skip
            span = None
