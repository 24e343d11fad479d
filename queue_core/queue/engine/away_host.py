"""What a place needs of the engine that it works for, and what it notes in the rows of its jobs."""

from __future__ import annotations

from typing import Protocol

from queue_core.places.contract import sentence
from queue_core.places.words import State
from queue_core.queue.engine.away_job import AwayJob
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store import away, reports
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.store.handover import Claim, EndedAttempt
from queue_core.queue.values import Sample
from queue_core.runner.outcome import Outcome


class AwayHost(Protocol):
    """What a place needs of the engine that it works for."""

    database: Database
    owner_text: str

    def may_start_away(self) -> bool:
        """Return whether jobs may be started now."""

    def with_next_attempt(self, claim: Claim, outcome: Outcome) -> EndedAttempt:
        """Return the end of an attempt, and whether another one comes."""

    def on_end(self, status: JobStatus | None) -> None:
        """An end was stored."""


def note_waiting(job_id: str, why: str, connection: Connection) -> None:
    """Note why a job waits for its place."""
    away.note(connection, job_id, None, why)


def note_running(job_id: str, node: str | None, text: str | None, connection: Connection) -> None:
    """Note where a job is, and what there is to say of it."""
    away.note(connection, job_id, node, text)


def note_usage(job: AwayJob, state: State, connection: Connection) -> None:
    """Note what a job uses."""
    claim = job.claim
    sample = Sample(state.elapsed_s, state.memory_bytes, state.cpu_s, attempt=claim.attempt)
    job.samples = reports.add_sample(connection, claim.job_id, sample, job.samples)
    reports.set_usage(
        connection, claim.job_id, memory_bytes=state.memory_bytes, peak_bytes=state.peak_bytes,
        cpu_time_s=state.cpu_s,
    )  # fmt: skip


def trouble_text(name: str, error: Exception, *, is_storage: bool) -> str:
    """Return what keeps the place of this name, or its storage, from answering."""
    said = sentence(error)
    return f"The storage of {name} says: {said}" if is_storage else f"The place {name} says: {said}"
