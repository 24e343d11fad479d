"""What is asked of the queue and what it answers: filters, options, reasons; plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from queue_core.queue.job_record import JobStatus


@dataclass(frozen=True)
class JobFilter:
    """Which jobs to list.

    Attributes:
        statuses: Only these; empty means all.
        task_types: Only these class names; empty means all.
        search: Words that name, type, error or phase must contain, case-insensitive.
        query: A query in the language of `finding.language`, e.g. `took:>5m -iris`.
    """

    statuses: frozenset[JobStatus] = frozenset()
    task_types: frozenset[str] = frozenset()
    search: str = ""
    query: str = ""


@dataclass(frozen=True)
class JobOrder:
    """In which order to list them.

    Attributes:
        column: A column of `task_copy`, or `duration`.
        descending: Largest (newest) first.
    """

    column: str = "enqueued_at"
    descending: bool = True


@dataclass(frozen=True)
class JobPage:
    """A part of a list of jobs.

    Attributes:
        total: How many jobs the list has.
        start: The row of the first one that stands here.
        ids: Theirs, in order.
        is_indexed: Whether the index answered; logs are searched by it only.
        is_counted: Whether *total* is all, or only what was counted in haste.
    """

    total: int
    start: int
    ids: tuple[str, ...]
    is_indexed: bool = True
    is_counted: bool = True


@dataclass(frozen=True)
class JobCounts:
    """How many jobs there are, for the sidebar.

    Attributes:
        by_status: Jobs in each status.
        by_type: Jobs of each class name.
    """

    by_status: Mapping[JobStatus, int]
    by_type: Mapping[str, int]

    @property
    def total(self) -> int:
        """All jobs."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class Glance:
    """What somebody who asks again and again wants to know of a job, read by one small query.

    Attributes:
        status: Where the job stands.
        last_update: When its row last changed, as it is stored.
        error_msg: Why it failed.
        job_name: What the user sees.
        progress: 0 to 100; None where the total work is unknown.
        progress_message: The phase, in words.
    """

    status: JobStatus
    last_update: str | None
    error_msg: str | None
    job_name: str
    progress: float | None
    progress_message: str | None


@dataclass(frozen=True)
class ChangeBatch:
    """What happened to `task_copy` after a cursor.

    Attributes:
        cursor: Where the next call goes on.
        changed: Ids inserted or updated, each once.
        deleted: Ids that are gone.
        reset: The cursor is older than the feed remembers: read everything again.
    """

    cursor: int
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    reset: bool = False

    def __bool__(self) -> bool:
        return bool(self.changed or self.deleted or self.reset)


class LogSource(StrEnum):
    """Where a line of a job's log came from.

    `OUTPUT` is what the job streams as its result, piece by piece: `"".join` makes it whole.
    """

    STDOUT = "stdout"
    STDERR = "stderr"
    LOGGING = "logging"
    WARNINGS = "warnings"
    OUTPUT = "output"
    MONITOR = "monitor"


@dataclass(frozen=True)
class LogLine:
    """One line of a job's log.

    Attributes:
        number: Its place in the log, from 1, increasing.
        time: When it was written, UTC.
        level: A level of `logging`: 10, 20, 30, 40, 50.
        source: Where it came from.
        text: The line, without its end.
        attempt: The attempt that wrote it, from 1.
    """

    number: int
    time: datetime
    level: int
    source: LogSource
    text: str
    attempt: int = 1


class AfterPolicy(StrEnum):
    """What a job that waits for others does when one of them fails or is cancelled."""

    SKIP = "skip"
    RUN_ANYWAY = "run_anyway"


class Move(StrEnum):
    """Where to move waiting jobs in the queue."""

    UP = "up"
    DOWN = "down"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True)
class Before:
    """A place in the queue: just before another waiting job.

    Attributes:
        job_id: That job; None: behind all of them.
    """

    job_id: str | None


class WaitKind(StrEnum):
    """Why a job waits."""

    POSITION = "position"
    PAUSED = "paused"
    NO_WORKER = "no_worker"
    AFTER = "after"
    AFTER_INTERRUPTED = "after_interrupted"
    NOT_BEFORE = "not_before"
    RETRY = "retry"
    MEMORY = "memory"
    STARTING = "starting"
    PROBLEM = "problem"
    PLACE = "place"


@dataclass(frozen=True)
class WaitReason:
    """Why a job waits, for people and for programs.

    Attributes:
        kind: Which reason it is.
        text: The sentence, in English.
        values: What the sentence names: `position`, `names`, `moment`, `bytes`, ...
    """

    kind: WaitKind
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One ended attempt of a job; see `JobRecord` for the fields."""

    attempt: int
    status: JobStatus
    started_at: datetime | None = None
    finished_at: datetime | None = None
    run_seconds: float | None = None
    error_msg: str | None = None
    traceback: str | None = None
    exit_code: int | None = None
    exit_signal: str | None = None
    peak_memory_bytes: int | None = None
    cpu_time_s: float | None = None


@dataclass(frozen=True)
class Sample:
    """What a job used at a moment.

    Attributes:
        elapsed_s: Seconds since its attempt began.
        memory_bytes: Memory of its process tree.
        cpu_time_s: Processor time of its process tree since the attempt began.
        attempt: The attempt, from 1.
    """

    elapsed_s: float
    memory_bytes: int
    cpu_time_s: float
    attempt: int = 1


@dataclass(frozen=True)
class Phase:
    """What a job did from a moment on.

    Attributes:
        attempt: The attempt, from 1.
        began_s: Seconds since the attempt began.
        name: What it is called.
    """

    attempt: int
    began_s: float
    name: str


# How many days back failures are counted day by day.
DAYS_SHOWN = 14


class FailureState(StrEnum):
    """What became of failures that are alike."""

    OPEN = "open"
    SOLVED = "solved"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class FailureGroup:
    """Failures that are alike.

    Attributes:
        fingerprint: What they share, as a short text.
        state: What became of them.
        error_type: Class name of the error.
        message: What the last one says, one sentence.
        hint: What to do next; may be empty.
        place: The innermost call of the user's own code; may be empty.
        count: How many there are.
        open_count: How many of them no later success has put right.
        first_seen: When the first one ended; None where that is unknown.
        last_seen: When the last one ended; None where that is unknown.
        by_day: How many ended on each of the last days (UTC), today last.
        latest_id: The last job that failed so.
        latest_name: Its name.
        task_type: Its class name.
    """

    fingerprint: str
    state: FailureState
    error_type: str
    message: str
    hint: str
    place: str
    count: int
    open_count: int
    first_seen: datetime | None
    last_seen: datetime | None
    by_day: tuple[int, ...]
    latest_id: str
    latest_name: str
    task_type: str


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job that is put again and again.

    Attributes:
        id: Identifier.
        name: Name of the jobs that it puts.
        task_type: Class name of these.
        cron: When: five fields, minute, hour, day of the month, month, day of the week.
        enabled: Whether it puts jobs.
        next_run: When it puts the next one, UTC; None while it is off.
        last_job_id: The job that it put last.
        params: The parameters of the jobs.
        problem: Why it was not put when it was due, or cannot be; None where all is well.
    """

    id: str
    name: str
    task_type: str
    cron: str
    enabled: bool
    next_run: datetime | None = None
    last_job_id: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetentionPolicy:
    """What clean-up removes: ended jobs, oldest first. None means no such limit.

    Attributes:
        max_age_days: Jobs that ended longer ago go.
        max_count: How many ended jobs are kept of each status.
        max_bytes: How much their logs may take together.
    """

    max_age_days: float | None = None
    max_count: int | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class JobOptions:
    """How a job is to be run. None means: as the settings say.

    Attributes:
        priority: Higher runs first.
        delay_s: Seconds until the earliest start.
        not_before: The earliest start; excludes `delay_s`.
        after: Ids of jobs that must have ended before.
        after_policy: What happens when one of these did not finish.
        max_attempts: How often it may be tried.
        retry_delay_s: Seconds before the second attempt; doubled before each further one.
        timeout_s: Wall-clock limit of an attempt; 0 means none.
        memory_limit_bytes: Limit of the memory of its process tree; 0 means none.
        pinned: Whether clean-up must keep it.
        group_id: What it belongs to.
        place: Where it runs, e.g. `slurm:main`, as the settings name it; None: on this computer.
        cores: Processor cores that it asks its place for.
        asked_memory_bytes: Memory that it asks its place for.
        gpus: Graphics processors that it asks its place for.
        labels: What it asks of the worker that runs it, e.g. `gpu` or `zone=b`.
    """

    priority: int = 0
    delay_s: float | None = None
    not_before: datetime | None = None
    after: tuple[str, ...] = ()
    after_policy: AfterPolicy = AfterPolicy.SKIP
    max_attempts: int | None = None
    retry_delay_s: float | None = None
    timeout_s: float | None = None
    memory_limit_bytes: int | None = None
    pinned: bool = False
    group_id: str | None = None
    place: str | None = None
    cores: int | None = None
    asked_memory_bytes: int | None = None
    gpus: int | None = None
    labels: tuple[str, ...] = ()
