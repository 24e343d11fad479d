"""What a query can ask of a job: the one list behind parser, SQL, completion and help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from queue_core.queue.finding import quantities
from queue_core.queue.job_record import JobStatus


class KeyKind(StrEnum):
    """What a key's values are."""

    WORDS = "words"
    TEXT = "text"
    CHOICE = "choice"
    QUANTITY = "quantity"
    MOMENT = "moment"


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key.

    Attributes:
        name: What stands before the colon.
        kind: What its values are.
        column: The column of the index that it looks at.
        sentence: What it finds, for people.
        example: A value as one would write it.
        read: Makes a number of what was written, where the values are quantities.
    """

    name: str
    kind: KeyKind
    column: str
    sentence: str
    example: str
    read: Callable[[str], float] | None = None


# The words of people beside those that are stored.
STATUS_WORDS: Final = {
    **{status.value: status.value for status in JobStatus},
    "waiting": JobStatus.NOT_STARTED.value,
    "running": JobStatus.STARTED.value,
    "failed": JobStatus.ERROR.value,
    "interrupted": JobStatus.KILLED.value,
}
PARAMETER: Final = "param."

_ALL: Final = (
    Key(name="status", kind=KeyKind.CHOICE, column="status", example="failed",
        sentence="The status: waiting, running, finished, failed, cancelled, interrupted."),
    Key(name="type", kind=KeyKind.CHOICE, column="task_type", example="model",
        sentence="The type, e.g. dataset or model."),
    Key(name="name", kind=KeyKind.WORDS, column="name", example="iris",
        sentence="Words of the job's name."),
    Key(name="error", kind=KeyKind.WORDS, column="error", example="memory",
        sentence="Words of why it failed."),
    Key(name="log", kind=KeyKind.WORDS, column="log", example='"no space"',
        sentence="Words of the job's log."),
    Key(name="age", kind=KeyKind.MOMENT, column="enqueued_at", example="<2d",
        sentence="How long ago it was put: 30m, 12h, 2d, 1w.", read=quantities.duration),
    Key(name="created", kind=KeyKind.MOMENT, column="enqueued_at", example="today",
        sentence="The day on which it was put."),
    Key(name="started", kind=KeyKind.MOMENT, column="started_at", example=">2026-01-31",
        sentence="The day on which it began to run."),
    Key(name="ended", kind=KeyKind.MOMENT, column="finished_at", example="yesterday",
        sentence="The day on which it ended."),
    Key(name="took", kind=KeyKind.QUANTITY, column="duration", example=">5m",
        sentence="How long it ran: 90s, 5m, 1h30m.", read=quantities.duration),
    Key(name="memory", kind=KeyKind.QUANTITY, column="peak_memory_bytes", example=">1G",
        sentence="The most memory that it used: 500M, 2G.", read=quantities.size),
    Key(name="cpu", kind=KeyKind.QUANTITY, column="cpu_time_s", example=">1m",
        sentence="The processor time that it used.", read=quantities.duration),
    Key(name="attempts", kind=KeyKind.QUANTITY, column="attempt", example=">1",
        sentence="How often it was tried.", read=quantities.number),
    Key(name="priority", kind=KeyKind.QUANTITY, column="priority", example=">0",
        sentence="Its priority.", read=quantities.number),
    Key(name="progress", kind=KeyKind.QUANTITY, column="progress", example=">50",
        sentence="How far it is, in percent.", read=quantities.number),
    Key(name="component", kind=KeyKind.TEXT, column="component", example="random_forest",
        sentence="The model, explorer, converter, explainer or loader that it uses."),
    Key(name="dataset", kind=KeyKind.TEXT, column="dataset", example="12",
        sentence="The number of the dataset that it works on."),
    Key(name="metric", kind=KeyKind.QUANTITY, column="metric_value", example=">0.9",
        sentence="The value of the metric that the model is judged by.", read=quantities.number),
    Key(name="measure", kind=KeyKind.TEXT, column="metric", example="accuracy",
        sentence="The metric that the model is judged by."),
    Key(name="worker", kind=KeyKind.TEXT, column="worker", example="2",
        sentence="Who runs it or ran it: the number of a worker, a computer, a place, a node."),
    Key(name="failure", kind=KeyKind.TEXT, column="fingerprint", example="1f0c5a9e8b7d6c43",
        sentence="The kind of failure, as the page of failures folds them."),
    Key(name="id", kind=KeyKind.TEXT, column="id", example="0198f3",
        sentence="The beginning of its identifier."),
)  # fmt: skip

KEYS: Final = {key.name: key for key in _ALL}


def parameter_key(name: str) -> Key:
    """Return the key of a parameter, e.g. `param.max_depth`."""
    return Key(
        name=name, kind=KeyKind.TEXT, column="params", example=">8",
        sentence="The value of this parameter.",
    )  # fmt: skip
