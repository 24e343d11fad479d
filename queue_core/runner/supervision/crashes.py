"""Says why a child process ended that did not end its job: signal, exit code, out of memory."""

from __future__ import annotations

import signal

from queue_core.runner.outcome import ErrorReport
from queue_core.system.choice import system

_SENTENCES = {
    "SIGSEGV": "native code touched memory that it must not (segmentation fault)",
    "SIGBUS": "native code read memory that is not there (bus error)",
    "SIGABRT": "native code gave up (abort)",
    "SIGFPE": "native code made an impossible calculation",
    "SIGILL": "native code used an instruction that this processor does not have",
    "SIGTERM": "another program asked it to end",
    "SIGINT": "it was interrupted",
    "SIGHUP": "its session was closed",
    "SIGXCPU": "it reached the system's limit of processor time",
    "SIGXFSZ": "it reached the system's limit of file size",
    "SIGPIPE": "it wrote to a closed pipe",
}


def describe_crash(code: int, *, oom: bool) -> tuple[ErrorReport, str | None]:
    """Return the report of a process that ended with *code*, and the signal's name, if any.

    Args:
        code: As `subprocess` gives it: negative for a signal.
        oom: Whether the operating system ended a process for memory meanwhile.
    """
    if code >= 0:
        return ErrorReport(
            "ProcessExit",
            f"The job's process ended by itself with exit code {code} before the job had finished.",
            hint="Something in the job called os._exit or a library gave up; see the log.",
        ), None
    name = _signal_name(-code)
    if name == "SIGKILL":
        if oom:
            message = "The operating system ended the job because memory ran out (SIGKILL)."
        else:
            message = (
                "The job's process was killed from outside (SIGKILL): by the operating system "
                "because memory ran out, or by another program."
            )
        return ErrorReport(
            "ProcessKilled", message, hint="Close other programs, or work on less data at once."
        ), name
    why = _SENTENCES.get(name, "it got a signal")
    hint = "" if name in ("SIGTERM", "SIGINT", "SIGHUP") else (
        "The log ends with the stack of the crash; it is a fault of a library, not of your data "
        "alone. Try other parameters or another version of that library."
    )  # fmt: skip
    return ErrorReport(
        "ProcessCrashed", f"The job's process crashed with {name}: {why}.", hint
    ), name


def unknown_end() -> ErrorReport:
    """Return the report of a process whose end nobody was there to see."""
    return ErrorReport(
        "ProcessLost",
        "The job's process was ended, because the process from which workers are made was gone. "
        "How it would have ended is not known.",
        hint="Retry the job. If this comes again, another program may be ending processes.",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def memory_ran_out() -> bool:
    """Return whether the system has ended a process for memory since last asked, if it tells."""
    global _oom_kills_seen
    seen, _oom_kills_seen = _oom_kills_seen, system().ended_for_memory()
    return _oom_kills_seen > seen


_oom_kills_seen = system().ended_for_memory()
