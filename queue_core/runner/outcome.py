"""How an attempt ended, as values that the queue stores and the window shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EndReason(StrEnum):
    """Why an attempt is over."""

    FINISHED = "finished"
    RAISED = "raised"
    CRASHED = "crashed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    TIMED_OUT = "timed_out"
    MEMORY_LIMIT = "memory_limit"
    MEMORY_FLOOR = "memory_floor"
    OUT_OF_STEP = "out_of_step"
    NOT_STARTED = "not_started"

    @property
    def is_failure(self) -> bool:
        """Whether the job counts as failed: neither done nor stopped by anybody's wish."""
        return self not in (EndReason.FINISHED, EndReason.CANCELLED, EndReason.INTERRUPTED)


@dataclass(frozen=True)
class ErrorReport:
    """What went wrong, made in the child: pickling would drop traceback and causes.

    Attributes:
        type: Class name of the exception.
        message: One sentence; never empty.
        hint: What to do next; may be empty.
        traceback: As Python prints it, with causes.
        causes: The chain, nearest first: `{"type": ..., "message": ...}`.
        frames: The innermost calls and the user's own, with their local variables, shortened;
            `error` says which error of the chain a call is of, 0 for the last one.
        is_transient: Whether trying again may help (a broken connection, not a bad file).
    """

    type: str
    message: str
    hint: str = ""
    traceback: str = ""
    causes: tuple[Mapping[str, str], ...] = ()
    frames: tuple[Mapping[str, Any], ...] = ()
    is_transient: bool = False


@dataclass(frozen=True)
class Outcome:
    """The end of one attempt.

    Attributes:
        reason: Why it is over.
        elapsed_s: Seconds it ran, by the monotonic clock, pauses included.
        result_json: What `run` returned, as JSON text.
        error: Set on every failure.
        exit_code: How the process ended, where it ended by itself.
        exit_signal: Name of the signal that ended it.
        paused_s: Seconds of these that it was suspended.
        peak_memory_bytes: The most memory that its process tree held.
        cpu_time_s: Processor time of its process tree.
    """

    reason: EndReason
    elapsed_s: float = 0.0
    result_json: str | None = None
    error: ErrorReport | None = None
    exit_code: int | None = None
    exit_signal: str | None = None
    paused_s: float = 0.0
    peak_memory_bytes: int | None = None
    cpu_time_s: float | None = None


@dataclass(frozen=True)
class RunOrder:
    """What a child process needs to run one attempt of a job.

    Attributes:
        job_id: Identifier of the job.
        payload: The serialised job; its signature has been verified.
        cwd: The submitter's working folder; None where it is unknown.
        import_path: The submitter's own import path entries.
        changes: Parameters that a retry changes.
        attempt: Which attempt this is, from 1.
        timeout_s: Wall-clock limit; None means none.
        memory_limit_bytes: Limit of the process tree; None means none.
        log_limit_bytes: How much of the output is kept.
        reuse_key: Which jobs may run in one process after each other; None: it has one of its own.
        log_after: Number of the last line that the job's log has already, elsewhere.
    """

    job_id: str
    payload: bytes
    cwd: str | None = None
    import_path: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    timeout_s: float | None = None
    memory_limit_bytes: int | None = None
    log_limit_bytes: int = 32 * 1024 * 1024
    reuse_key: str | None = None
    log_after: int = 0
