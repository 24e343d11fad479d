"""Turns the end of a process into the outcome of its job."""

from __future__ import annotations

import logging
from dataclasses import replace

from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.log.logs import read_log
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome
from queue_core.runner.protocol import Failed
from queue_core.runner.snapshots.crash_stack import crash_stack
from queue_core.runner.supervision.attempt import Attempt
from queue_core.runner.supervision.crashes import describe_crash, memory_ran_out, unknown_end

logger = logging.getLogger(__name__)

_CRASH_LINES = 2_000
_TYPES = {
    EndReason.TIMED_OUT: "TimeLimitExceeded",
    EndReason.MEMORY_LIMIT: "MemoryLimitExceeded",
    EndReason.MEMORY_FLOOR: "MemoryShort",
    EndReason.INTERRUPTED: "Interrupted",
}


def as_report(answer: Failed) -> ErrorReport:
    """Return what a job's process has said of its failure."""
    return ErrorReport(
        type=answer.type,
        message=answer.message,
        hint=answer.hint,
        traceback=answer.traceback,
        causes=tuple(answer.causes),
        frames=tuple(answer.frames),
        is_transient=answer.is_transient,
    )


def stopped(attempt: Attempt, elapsed_s: float) -> Outcome:
    """Return the outcome of an attempt that somebody has ended."""
    reason = attempt.reason
    assert reason is not None
    error = None
    if reason.is_failure or attempt.detail:
        error = ErrorReport(_TYPES.get(reason, reason.value), attempt.detail, attempt.hint)
    return Outcome(reason, elapsed_s, error=error)


def out_of_step(problem: Exception, elapsed_s: float, log: LogWriter) -> Outcome:
    """Return the outcome of an attempt whose process and this program did not agree any more."""
    why = getattr(problem, "message", "") or f"{type(problem).__name__}: {problem}"
    error = ErrorReport(
        "OutOfStep",
        f"The job's process said something that it must not say, so it was ended. {why}",
        hint="Something in the job writes to descriptors that are not its own, or runs a copy of "
        "its process; see the log.",
    )
    _note(log, error.message)
    return Outcome(EndReason.OUT_OF_STEP, elapsed_s, error=error)


def process_ended(code: int | None, elapsed_s: float, log: LogWriter) -> Outcome:
    """Return the outcome of an attempt whose process has ended by itself."""
    if code is None:
        error = unknown_end()
        _note(log, error.message)
        return Outcome(EndReason.CRASHED, elapsed_s, error=error)
    error, signal_name = describe_crash(code, oom=memory_ran_out())
    error = replace(error, traceback=_stack(log))
    _note(log, error.message)
    return Outcome(
        EndReason.CRASHED, elapsed_s, error=error,
        exit_code=code if code >= 0 else None, exit_signal=signal_name,
    )  # fmt: skip


def _stack(log: LogWriter) -> str:
    try:
        return crash_stack(read_log(log.path, limit=_CRASH_LINES), attempt=log.attempt)
    except Exception:
        logger.exception("the log %s cannot be read", log.path.name)
        return ""


def _note(log: LogWriter, text: str) -> None:
    try:
        log.note(text)
    except Exception:
        logger.exception("the log %s takes no note", log.path.name)
