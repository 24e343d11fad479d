"""From the API's answers to what the core knows: records, results, lines and errors."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any, Final

import httpx

from queue_core.client.backend import ResultInfo
from queue_core.errors import (
    EntityNotFoundError,
    JobNotFoundError,
    JobQueueError,
    MonitorError,
    ParameterError,
)
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.store.clock import from_text
from queue_core.queue.values import LogLine, LogSource

_TIMES: Final = ("enqueued_at", "last_update", "started_at", "finished_at", "not_before")
_TUPLES: Final = ("warnings", "after", "error_causes", "error_frames")
_FIELDS: Final = frozenset(item.name for item in dataclasses.fields(JobRecord))
_ERRORS: Final[Mapping[str, type[MonitorError]]] = {
    "no_such_job": JobNotFoundError,
    "not_found": EntityNotFoundError,
}


def record_of(data: Mapping[str, Any]) -> JobRecord:
    """Return a job as the API tells it as a record; what a newer API adds is left out."""
    values = {name: value for name, value in data.items() if name in _FIELDS}
    values["params"] = data.get("kwargs") or {}
    values["status"] = JobStatus(data["status"])
    for name in _TIMES:
        values[name] = from_text(data.get(name))
    for name in _TUPLES:
        values[name] = tuple(data.get(name) or ())
    return JobRecord(**values)


def with_news(record: JobRecord, data: Mapping[str, Any]) -> JobRecord:
    """Return a record with what an event tells of it; what events leave out stays."""
    news = record_of({**data, "kwargs": record.params})
    names = [name for name in data if name in _FIELDS]
    return dataclasses.replace(record, **{name: getattr(news, name) for name in names})


def result_of(data: Mapping[str, Any]) -> ResultInfo:
    """Return a result."""
    return ResultInfo(data["name"], data["kind"], data["title"], tuple(data["formats"]))


def line_of(data: Mapping[str, Any]) -> LogLine:
    """Return a line of a log."""
    moment = from_text(data["time"])
    assert moment is not None
    return LogLine(
        number=data["number"], time=moment,
        level=logging.getLevelNamesMapping().get(data["level"], logging.INFO),
        source=LogSource(data["source"]), text=data["text"], attempt=data["attempt"],
    )  # fmt: skip


def error_of(answer: httpx.Response) -> MonitorError:
    """Return what an answer that is no success says, as an error with a next step."""
    try:
        body = answer.json()
        message, hint = str(body["message"]), str(body["hint"])
        code, field = str(body["code"]), body.get("field")
    except (ValueError, KeyError, TypeError):
        return JobQueueError(
            f"{answer.url} answered {answer.status_code} {answer.reason_phrase}.",
            hint="Is it the address of `dashai-monitor serve`?",
        )
    if code == "no_token":
        hint = "Give connect() the token: it stands in monitor/api-token of the server's folder."
    if code in _ERRORS:
        return _ERRORS[code](message, hint=hint)
    if answer.status_code == 422:
        return ParameterError(message, parameter=field or "", hint=hint)
    return JobQueueError(message, hint=hint)
