"""What goes in and comes out, as OpenAPI tells it; DashAI's fields first, under its names."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from queue_core.queue.job_record import JobStatus
from queue_core.queue.store.labels import MOST_LABELS
from queue_core.queue.values import AfterPolicy, Move

JOB_ID = "0198f3a1-6c1e-7b52-9d57-6c3f0f9f1a2b"
MOMENT = "2026-03-01 09:30:12.000345"
ITEM: dict[str, Any] = {
    "id": JOB_ID, "task_type": "DatasetJob", "job_name": "iris", "enqueued_at": MOMENT,
    "status": "started", "last_update": MOMENT, "error_msg": None, "progress": 50.0,
    "progress_message": "Reading the file", "started_at": MOMENT, "finished_at": None,
    "attempt": 1, "priority": 0, "paused": False, "origin": "dashai-monitor",
}  # fmt: skip


def example(
    value: dict[str, Any], *, extra: Literal["allow", "forbid", "ignore"] = "ignore"
) -> ConfigDict:
    """Return the configuration of a shape that is shown with an example."""
    return ConfigDict(json_schema_extra={"examples": [value]}, extra=extra)


class Problem(BaseModel):
    """Why something was not done."""

    code: str = Field(description="For programs, e.g. `no_such_job`.")
    message: str = Field(description="What happened, one sentence.")
    hint: str = Field(description="What to do next; empty where the message says it all.")
    field: str | None = Field(description="The parameter or header that is meant.")
    detail: str = Field(description="The message once more, where DashAI has it.")
    model_config = example(
        {
            "code": "no_such_job",
            "message": f"There is no job with the id {JOB_ID}.",
            "hint": "List the jobs with `dashai-monitor jobs`.",
            "field": None,
            "detail": f"There is no job with the id {JOB_ID}.",
        }
    )


class Status(BaseModel):
    """What a front end polls. Times are UTC."""

    status: JobStatus
    updated: str | None
    error: str | None
    job_name: str
    progress: float | None = Field(description="0 to 100; null where it is unknown.")
    progress_message: str | None
    model_config = example(
        {
            "status": "started",
            "updated": MOMENT,
            "error": None,
            "job_name": "iris",
            "progress": 50.0,
            "progress_message": "Reading the file",
        }
    )


class JobItem(BaseModel):
    """A job as lists have it: DashAI's nine fields, and what else a table shows."""

    id: str
    task_type: str
    job_name: str
    enqueued_at: str
    status: JobStatus
    last_update: str
    error_msg: str | None
    progress: float | None
    progress_message: str | None
    started_at: str | None
    finished_at: str | None
    attempt: int
    priority: int
    paused: bool
    origin: str | None
    model_config = example(ITEM)


class Job(JobItem):
    """All about one job: the fields of `JobItem`, and every other one of its record."""

    kwargs: dict[str, Any] = Field(description="Its parameters.")
    result: Any = Field(description="What it returned.")
    error_hint: str | None
    traceback: str | None
    warnings: list[str]
    model_config = example(
        {
            **ITEM, "kwargs": {"file_path": "iris.csv"}, "result": None, "error_hint": None,
            "traceback": None, "warnings": [],
        },
        extra="allow",
    )  # fmt: skip


class Details(BaseModel):
    """The entity that a job makes, with where the job stands; without one, `no_entity`."""

    id: str
    no_entity: bool | None = None
    entity_type: str | None = None
    entity_id: int | None = None
    entity_name: str | None = None
    created_at: str | None = None
    last_modified: str | None = None
    status: JobStatus | None = None
    updated: str | None = None
    error: str | None = None
    job_name: str | None = None
    progress: float | None = None
    progress_message: str | None = None
    model_config = example(
        {
            "id": JOB_ID,
            "entity_type": "dataset",
            "entity_id": 1,
            "entity_name": "iris",
            "created_at": MOMENT,
            "last_modified": MOMENT,
            "status": "finished",
            "updated": MOMENT,
            "error": None,
            "job_name": "iris",
            "progress": 100.0,
            "progress_message": None,
        }
    )


class Changes(BaseModel):
    """What changed since the last question.

    `cursor` and `server_now` are DashAI's times. `sequence` is the number that misses nothing:
    give it back as `after`.
    """

    jobs: list[JobItem]
    cursor: str
    server_now: str
    queue_empty: bool
    recently_completed: bool
    sequence: int
    deleted: list[str] = Field(description="Jobs that are gone; known with `after` only.")
    reset: bool = Field(description="Too much changed: read the list again.")
    model_config = example(
        {
            "jobs": [ITEM],
            "cursor": MOMENT,
            "server_now": MOMENT,
            "queue_empty": False,
            "recently_completed": False,
            "sequence": 412,
            "deleted": [],
            "reset": False,
        }
    )


class IsEmpty(BaseModel):
    """Whether no job waits or runs."""

    is_empty: bool


class Made(BaseModel):
    """The id of a new job."""

    id: str
    model_config = example({"id": JOB_ID})


class Cancelled(BaseModel):
    """How many jobs were stopped."""

    cancelled: int


class Options(BaseModel):
    """How a job is to be run; what is left out is as the settings say."""

    priority: int | None = Field(default=None, ge=-1_000_000, le=1_000_000)
    delay_s: float | None = Field(default=None, ge=0, le=10**9)
    after: list[str] | None = Field(default=None, max_length=1_000)
    after_policy: AfterPolicy | None = None
    max_attempts: int | None = Field(default=None, ge=1, le=100)
    retry_delay_s: float | None = Field(default=None, ge=0, le=86_400)
    timeout_s: float | None = Field(default=None, ge=0, le=10**9)
    memory_limit_bytes: int | None = Field(default=None, ge=0, le=2**53)
    pinned: bool | None = None
    group_id: str | None = Field(default=None, max_length=200)
    place: str | None = Field(default=None, max_length=100)
    cores: int | None = Field(default=None, ge=1, le=1_000_000)
    asked_memory_bytes: int | None = Field(default=None, ge=0, le=2**53)
    gpus: int | None = Field(default=None, ge=0, le=1_000_000)
    labels: tuple[str, ...] | None = Field(default=None, max_length=MOST_LABELS)
    model_config = ConfigDict(extra="forbid")


class NewJob(BaseModel):
    """A job to put. DashAI's form has the same fields, `kwargs` as JSON text."""

    job_type: str = Field(
        description="A name or class, e.g. `explorer` or `ExplorerJob`; see /api/v1/job-types/.",
        min_length=1, max_length=200,
    )  # fmt: skip
    kwargs: dict[str, Any] = Field(description="The job's parameters.")
    options: Options = Options()
    model_config = example(
        {
            "job_type": "ExplorerJob",
            "kwargs": {"dataset_id": 1, "explorer": "describe"},
            "options": {"priority": 5},
        },
        extra="forbid",
    )


class JobChange(BaseModel):
    """What to change of a job.

    Of a waiting one its priority and place, of a running one whether it is suspended, of any
    whether clean-up keeps it.
    """

    id: str = Field(min_length=1, max_length=200)
    priority: int | None = Field(default=None, ge=-1_000_000, le=1_000_000)
    move: Move | None = None
    paused: bool | None = None
    pinned: bool | None = None
    model_config = example({"id": JOB_ID, "priority": 10}, extra="forbid")


class Retry(BaseModel):
    """Parameters that differ in the repeated job."""

    changes: dict[str, Any] = Field(default_factory=dict)
    model_config = example({"changes": {"delimiter": ";"}}, extra="forbid")


class LogLineShape(BaseModel):
    """One line that a job has written."""

    number: int = Field(description="From 1; give the last one back as `after`.")
    time: str
    level: str
    source: Literal["stdout", "stderr", "logging", "warnings", "output", "monitor"]
    text: str
    attempt: int


class ArtifactShape(BaseModel):
    """One result of a job."""

    name: str
    kind: str
    title: str
    formats: list[str]
    model_config = example(
        {"name": "rows", "kind": "table", "title": "Rows", "formats": ["parquet", "csv"]}
    )


class Uploaded(BaseModel):
    """A file that is kept for a job."""

    file: str = Field(description="Give it to a job in the place of a path.")
    bytes: int
    model_config = example({"file": "upload:8c1f…/iris.csv", "bytes": 4821})


class UploadedDataset(Uploaded):
    """A file that is kept, and the job that loads it."""

    id: str
