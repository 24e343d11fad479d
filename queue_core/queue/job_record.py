"""One job as the queue knows it: its status and its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from queue_core.queue.store.stored import (
    Stored,
    at_least_one,
    epoch,
    flag,
    identifier,
    json_object,
    json_objects,
    json_texts,
    json_value,
    moment,
    number,
    text,
    whole,
)

OUR_ORIGIN = "dashai-monitor"
_TIME_OF_CREATION = "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP"


class JobStatus(StrEnum):
    """The six states of a job, with the words stored in `task_copy`."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    FINISHED = "finished"
    ERROR = "error"
    CANCELLED = "cancelled"
    KILLED = "killed"

    @property
    def is_final(self) -> bool:
        """Whether a job in this state will not change any more."""
        return self not in (JobStatus.NOT_STARTED, JobStatus.STARTED)


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One row of `task_copy`. Times are aware datetimes in UTC.

    This is the one description of the columns that people see: the table, the queries and the
    reading of rows are made from the annotations. What only the queue needs is in
    `store.columns`.

    Attributes:
        id: Identifier, a UUID whose order is the order of creation.
        task_type: Class name of the job.
        job_name: What the user sees.
        status: Where the job stands.
        enqueued_at: When it was put.
        last_update: When its row last changed.
        started_at: When the (last) attempt began.
        finished_at: When the (last) attempt ended.
        progress: 0 to 100; None where the total work is unknown.
        progress_message: The phase, in words.
        error_msg: Why it failed, one sentence; never empty on `error`.
        error_hint: What to do next; empty where the message says it all.
        error_type: Class name of the exception, e.g. `DataError`.
        error_causes: The chain of causes, nearest first: `{"type": ..., "message": ...}`.
        error_frames: Calls on the way to the error, with their local variables; see
            `failures.traceback_text`.
        solved_by: The later job that did what this failed one did not.
        traceback: The traceback with its causes, as Python prints it.
        exit_code: How its process ended, where it ended by itself.
        exit_signal: Name of the signal that ended its process, e.g. `SIGSEGV`.
        pid: Its process, while it runs.
        attempt: Which attempt this is, from 1.
        max_attempts: How many there may be.
        params: Its parameters, as JSON data.
        result: What `run` returned, as JSON data (None where it returned nothing).
        warnings: What was done that the user should know.
        retry_of: The job that this one repeats.
        origin: Which program put it; `dashai-monitor` for ours.
        priority: Higher runs first.
        not_before: The earliest start.
        after: The jobs that this one waits for.
        group_id: What it was submitted together with.
        requested: An order that its owner has not carried out yet, e.g. `cancel`.
        paused: Whether it is suspended.
        pinned: Whether clean-up must keep it.
        timeout_s: Wall-clock limit of an attempt.
        memory_limit_bytes: Limit of the memory of its process tree.
        memory_bytes: Memory of its process tree, now.
        peak_memory_bytes: The most it ever was.
        cpu_time_s: Processor time of its process tree.
        interruptions: How often its program or the computer went down while it ran, the runs
            that it repeats included.
        place: Where it is to run; None: on this computer.
        cores: Processor cores that it asks its place for.
        asked_memory_bytes: Memory that it asks its place for.
        gpus: Graphics processors that it asks its place for.
        node: The machine of its place that runs it, or ran it last.
        place_note: What there is to say of it at its place now, e.g. why it waits there.
        worker: Who runs it on this or another computer, or ran it last; see `queue.worker_name`.
        metric: What its result is judged by, e.g. `accuracy`: the first metric that it names.
        metric_value: The value of that.
        damage: What cannot be read of its row, one sentence; empty where all can.
    """

    id: Annotated[str, Stored("TEXT PRIMARY KEY", identifier)]
    task_type: Annotated[str, Stored("TEXT NOT NULL", text)]
    job_name: Annotated[str, Stored("TEXT", text)]
    status: Annotated[JobStatus, Stored("TEXT NOT NULL", JobStatus)]
    enqueued_at: Annotated[datetime, Stored(_TIME_OF_CREATION, moment)]
    last_update: Annotated[datetime, Stored(_TIME_OF_CREATION, moment)]
    started_at: Annotated[datetime | None, Stored("TEXT", moment)] = None
    finished_at: Annotated[datetime | None, Stored("TEXT", moment)] = None
    progress: Annotated[float | None, Stored("REAL", number)] = None
    progress_message: Annotated[str | None, Stored("TEXT", text)] = None
    error_msg: Annotated[str | None, Stored("TEXT", text)] = None
    error_hint: Annotated[str | None, Stored("TEXT", text)] = None
    error_type: Annotated[str | None, Stored("TEXT", text)] = None
    error_causes: Annotated[tuple[Mapping[str, str], ...], Stored("TEXT", json_objects)] = ()
    error_frames: Annotated[
        tuple[Mapping[str, Any], ...], Stored("TEXT", json_objects, is_heavy=True)
    ] = ()
    solved_by: Annotated[str | None, Stored("TEXT", text)] = None
    traceback: Annotated[str | None, Stored("TEXT", text, is_heavy=True)] = None
    exit_code: Annotated[int | None, Stored("INTEGER", whole)] = None
    exit_signal: Annotated[str | None, Stored("TEXT", text)] = None
    pid: Annotated[int | None, Stored("INTEGER", whole)] = None
    attempt: Annotated[int, Stored("INTEGER NOT NULL DEFAULT 1", whole)] = 1
    max_attempts: Annotated[int, Stored("INTEGER NOT NULL DEFAULT 1", at_least_one)] = 1
    params: Annotated[Mapping[str, Any], Stored("TEXT", json_object)] = field(default_factory=dict)
    result: Annotated[Any, Stored("TEXT", json_value, is_heavy=True)] = None
    warnings: Annotated[tuple[str, ...], Stored("TEXT", json_texts)] = ()
    retry_of: Annotated[str | None, Stored("TEXT", text)] = None
    origin: Annotated[str | None, Stored("TEXT", text)] = None
    priority: Annotated[int, Stored("INTEGER NOT NULL DEFAULT 0", whole)] = 0
    not_before: Annotated[datetime | None, Stored("REAL", epoch)] = None
    after: Annotated[tuple[str, ...], Stored("TEXT", json_texts, column="after_ids")] = ()
    group_id: Annotated[str | None, Stored("TEXT", text)] = None
    requested: Annotated[str | None, Stored("TEXT", text)] = None
    paused: Annotated[bool, Stored("INTEGER NOT NULL DEFAULT 0", flag)] = False
    pinned: Annotated[bool, Stored("INTEGER NOT NULL DEFAULT 0", flag)] = False
    timeout_s: Annotated[float | None, Stored("REAL", number)] = None
    memory_limit_bytes: Annotated[int | None, Stored("INTEGER", whole)] = None
    memory_bytes: Annotated[int | None, Stored("INTEGER", whole)] = None
    peak_memory_bytes: Annotated[int | None, Stored("INTEGER", whole)] = None
    cpu_time_s: Annotated[float | None, Stored("REAL", number)] = None
    interruptions: Annotated[int, Stored("INTEGER NOT NULL DEFAULT 0", whole)] = 0
    place: Annotated[str | None, Stored("TEXT", text)] = None
    cores: Annotated[int | None, Stored("INTEGER", whole)] = None
    asked_memory_bytes: Annotated[int | None, Stored("INTEGER", whole)] = None
    gpus: Annotated[int | None, Stored("INTEGER", whole)] = None
    node: Annotated[str | None, Stored("TEXT", text)] = None
    place_note: Annotated[str | None, Stored("TEXT", text)] = None
    worker: Annotated[str | None, Stored("TEXT", text)] = None
    metric: Annotated[str | None, Stored("TEXT", text)] = None
    metric_value: Annotated[float | None, Stored("REAL", number)] = None
    damage: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether this program put it; DashAI's jobs are shown and left alone."""
        return self.origin == OUR_ORIGIN

    def duration(self, *, now: datetime | None = None) -> timedelta | None:
        """Return how long it ran (until *now* while it runs); None before it starts."""
        if self.started_at is None:
            return None
        end = self.finished_at or now
        if end is None:
            return None
        return max(end - self.started_at, timedelta(0))
