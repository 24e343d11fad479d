"""What is handed over between the queue and the rows of its jobs, as typed values."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Final

from queue_core.failures.fingerprint import fingerprint
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store.clock import from_text, now_text, to_text
from queue_core.queue.store.connection import Row
from queue_core.queue.store.main_metric import main_metric
from queue_core.queue.store.stored import storable
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome

_CLOSED: Final = "Interrupted: the program was closed while the job ran."
_PLAIN_LIMIT: Final = 2_000


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What is stored of a job at `put`: a field is the column of its name.

    Attributes:
        after_ids: JSON list of the jobs that it waits for; None for none.
        entity_open: Whether something is to be given up if the job ends without its own help.
    """

    id: str
    task_type: str
    job_name: str
    job_blob: bytes
    params: str
    environment: str
    priority: int = 0
    not_before: float | None = None
    after_ids: str | None = None
    after_policy: str = "skip"
    max_attempts: int = 0
    retry_delay_s: float | None = None
    timeout_s: float | None = None
    memory_limit_bytes: int | None = None
    pinned: bool = False
    group_id: str | None = None
    retry_of: str | None = None
    schedule_id: str | None = None
    interruptions: int = 0
    entity_open: bool = False
    reuse_key: str | None = None
    place: str | None = None
    cores: int | None = None
    asked_memory_bytes: int | None = None
    gpus: int | None = None
    labels: str | None = None

    @property
    def after(self) -> tuple[str, ...]:
        """The jobs that it waits for."""
        return tuple(json.loads(self.after_ids)) if self.after_ids else ()


@dataclass(frozen=True)
class Claim:
    """A job that was taken off the queue, and by whom: what its end is checked against.

    Attributes:
        job_id: The job.
        attempt: Which attempt this is, from 1.
        owner: The consumer that runs it.
        started_at: When it was claimed, as stored.
        task_type: Class name of the job.
        blob: The signed errand; of any type where the row is damaged.
        timeout_s: Its own wall-clock limit, as stored.
        memory_limit_bytes: Its own memory limit, as stored.
        max_attempts: How many attempts it may have; 0 where it does not say.
        retry_delay_s: Seconds before its second attempt; None where it does not say.
        reuse_key: Whose used process may run it, by its row; the signed errand has the last word.
        place: Where it is to run, by its row; the same holds.
    """

    job_id: str
    attempt: int
    owner: str
    started_at: str
    task_type: str
    blob: object
    timeout_s: object
    memory_limit_bytes: object
    max_attempts: int
    retry_delay_s: float | None
    reuse_key: str | None
    place: object = None


def claim_of(row: Row, reuse_key: str | None) -> Claim:
    """Return a claimed row as a claim; what cannot be read of it stands as not said."""
    most, delay = row["max_attempts"], row["retry_delay_s"]
    return Claim(
        job_id=row["id"],
        attempt=row["attempt"],
        owner=row["owner"],
        started_at=row["started_at"],
        task_type=str(row["task_type"]),
        blob=row["job_blob"],
        timeout_s=row["timeout_s"],
        memory_limit_bytes=row["memory_limit_bytes"],
        max_attempts=most if isinstance(most, int) else 0,
        retry_delay_s=float(delay) if isinstance(delay, int | float) else None,
        reuse_key=reuse_key,
        place=row["place"],
    )


@dataclass(frozen=True)
class EndedAttempt:
    """The end of an attempt, until it is stored.

    Attributes:
        claim: What was claimed.
        outcome: How it ended.
        retry_at_s: When the next attempt may begin, in seconds since the epoch; None: none comes.
        max_attempts: How many attempts there may be.
        has_begun: Whether it may have run; one that has not waits again as if never claimed.
    """

    claim: Claim
    outcome: Outcome
    retry_at_s: float | None = None
    max_attempts: int = 1
    has_begun: bool = True


def broken_end(claim: Claim) -> EndedAttempt:
    """Return the end of an attempt of which nothing came back: a fault of the program."""
    report = ErrorReport("RunnerError", "The program lost the job; its log may tell more.")
    return EndedAttempt(claim, Outcome(EndReason.NOT_STARTED, error=report))


def plain_end(ended: EndedAttempt, why: str) -> EndedAttempt:
    """Return an end without the values of the job's own, one of which cannot be stored."""
    outcome = ended.outcome
    error = outcome.error and ErrorReport(
        storable(outcome.error.type), storable(outcome.error.message, _PLAIN_LIMIT)
    )
    if outcome.reason is EndReason.FINISHED and outcome.result_json is not None:
        error = ErrorReport("ResultError", f"The job's result cannot be stored: {why}")
        outcome = replace(outcome, reason=EndReason.RAISED)
    return replace(ended, outcome=replace(outcome, result_json=None, error=error))


_STATUS_OF: Final = {
    EndReason.FINISHED: JobStatus.FINISHED,
    EndReason.CANCELLED: JobStatus.CANCELLED,
    EndReason.INTERRUPTED: JobStatus.KILLED,
}


def status_after(outcome: Outcome) -> JobStatus:
    """Return the status that an attempt of this outcome leaves."""
    return _STATUS_OF.get(outcome.reason, JobStatus.ERROR)


def end_values(ended: EndedAttempt, status: JobStatus) -> dict[str, object]:
    """Return what the end of an attempt puts into its row."""
    outcome = ended.outcome
    error = outcome.error if status is not JobStatus.CANCELLED else None
    started = from_text(ended.claim.started_at) or datetime.now(UTC)
    result = outcome.result_json if status is JobStatus.FINISHED else None
    metric, metric_value = main_metric(result)
    return {
        "status": status,
        # Measured, not read off a clock that may have been set meanwhile.
        "finished": to_text(started + timedelta(seconds=outcome.elapsed_s)),
        "now": now_text(),
        "run": outcome.elapsed_s - outcome.paused_s,
        "paused": outcome.paused_s,
        "message": _message(outcome, status),
        "hint": storable(error.hint) if error and error.hint else None,
        "type": storable(error.type) if error else None,
        "causes": json.dumps(error.causes) if error and error.causes else None,
        "frames": json.dumps(error.frames) if error and error.frames else None,
        "traceback": storable(error.traceback) if error and error.traceback else None,
        "fingerprint": _fingerprint(error) if status is JobStatus.ERROR else None,
        "code": outcome.exit_code,
        "signal": outcome.exit_signal,
        "result": result,
        "metric": metric,
        "metric_value": metric_value,
        "peak": outcome.peak_memory_bytes,
        "cpu": outcome.cpu_time_s,
        # What finished or raised has closed its entity itself.
        "own_end": outcome.reason in (EndReason.FINISHED, EndReason.RAISED),
    }


def _fingerprint(error: ErrorReport | None) -> str | None:
    return fingerprint(error.type, error.message, error.traceback) if error else None


def _message(outcome: Outcome, status: JobStatus) -> str | None:
    error = outcome.error
    if status is JobStatus.KILLED:
        return storable(error.message) if error and error.message else _CLOSED
    if status is not JobStatus.ERROR:
        return None
    if error is None:
        return f"The job ended without a word ({outcome.reason})."
    return storable(error.message) or f"{storable(error.type)} was raised without a message."


class Cancelled(Enum):
    """What `cancel` has come to."""

    WAITING = auto()
    """It waited, and is cancelled."""
    ASKED = auto()
    """It runs, and will end as cancelled, whatever it comes to."""
    TOO_LATE = auto()
    """It had ended already."""
