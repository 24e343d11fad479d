"""A queue that another program serves over HTTP."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx

from queue_core.client.backend import Backend, ResultInfo
from queue_core.client.http_records import error_of, line_of, record_of, result_of, with_news
from queue_core.client.retrying import Patience, unreachable
from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.jobs.registry import get_job_type, job_types
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import JobFilter, JobOptions, LogLine

if TYPE_CHECKING:
    import pandas as pd

    from queue_core.jobs.base import BaseJob

_JOB: Final = "/api/v1/job/"
# Longer than the server is ever silent on a stream.
_STREAM_S: Final = 45.0
_ANSWER_S: Final = httpx.Timeout(10.0, read=120.0, write=120.0)
_OPTIONS: Final = (
    "priority", "delay_s", "after", "after_policy", "max_attempts", "retry_delay_s", "timeout_s",
    "memory_limit_bytes", "pinned", "group_id", "place", "cores", "asked_memory_bytes", "gpus",
    "labels",
)  # fmt: skip


class HttpBackend(Backend):
    """A queue behind the HTTP API.

    Args:
        url: Where it is served.
        token: What the server wants to be told.
        is_local: Whether it is this computer: then no proxy of the environment is asked.
    """

    def __init__(self, url: str, token: str, *, is_local: bool) -> None:
        self.place = url
        self._settings: dict[str, Any] = {
            "base_url": url,
            "headers": {"Authorization": f"Bearer {token}"},
            "trust_env": not is_local,
        }
        self._client = httpx.Client(timeout=_ANSWER_S, **self._settings)

    def submit(
        self, job: BaseJob | str, params: Mapping[str, Any], options: JobOptions | None
    ) -> str:
        """Put a job; files that it names are uploaded. See `Backend.submit`."""
        name, given = (job, params) if isinstance(job, str) else _type_and_params(job)
        body = {
            "job_type": name,
            "kwargs": self._with_uploads(name, given),
            "options": _options(options),
        }
        made: str = self._ask("POST", _JOB, content=_json(body))["id"]
        return made

    def _with_uploads(self, type_name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(params)
        schema = get_job_type(type_name).parameters or {}
        for name, described in schema.get("properties", {}).items():
            value = found.get(name)
            if described.get("format") != "path" or not isinstance(value, str | Path):
                continue
            path = Path(value).expanduser()
            if path.is_file():
                with path.open("rb") as file:
                    answer = self._ask(
                        "POST", "/api/v1/uploads/", params={"filename": path.name}, content=file
                    )
                found[name] = answer["file"]
        return found

    def get(self, job_id: str) -> JobRecord:
        """Return a job."""
        return record_of(self._ask("GET", _job(job_id)))

    def list(self, where: JobFilter, limit: int) -> Sequence[JobRecord]:
        """Return the newest jobs that match."""
        asked = {
            "status": sorted(where.statuses), "task_type": sorted(where.task_types),
            "search": where.search, "limit": limit,
        }  # fmt: skip
        return [record_of(item) for item in self._ask("GET", _JOB, params=asked)]

    def cancel(self, job_id: str) -> bool:
        """Stop a job."""
        return bool(self._ask("POST", f"{_job(job_id)}/cancel")["cancelled"])

    def retry(self, job_id: str, changes: Mapping[str, Any]) -> str:
        """Put an ended job again."""
        body = _json({"changes": dict(changes)})
        made: str = self._ask("POST", f"{_job(job_id)}/retry", content=body)["id"]
        return made

    def logs(self, job_id: str, after: int) -> Sequence[LogLine]:
        """Return what a job has written after a line."""
        found: list[LogLine] = []
        while True:
            asked = {"after": found[-1].number if found else after, "limit": 10_000}
            lines = self._ask("GET", f"{_job(job_id)}/logs", params=asked)
            found += [line_of(item) for item in lines]
            if len(lines) < asked["limit"]:
                return found

    def results(self, record: JobRecord) -> Sequence[ResultInfo]:
        """Return what a job has made."""
        return [result_of(item) for item in self._ask("GET", f"{_job(record.id)}/artifacts")]

    def read(self, record: JobRecord, name: str, file_format: str | None) -> bytes:
        """Return a result as a file."""
        asked = {"format": file_format} if file_format else {}
        path = f"{_job(record.id)}/artifacts/{quote(name, safe='')}"
        with self._explained():
            answer = self._client.get(path, params=asked)
        if not answer.is_success:
            raise error_of(answer)
        return answer.content

    def frame(self, record: JobRecord, name: str) -> pd.DataFrame:
        """Return a table."""
        import pyarrow.parquet as parquet

        from queue_core.components.pandas_frame import to_frame

        return to_frame(parquet.read_table(io.BytesIO(self.read(record, name, "parquet"))))

    def follow(self, job_id: str, deadline: float | None) -> Iterator[JobRecord | None]:
        """Yield the job at each change; see `Backend.follow`."""
        known = self.get(job_id)
        yield known
        if known.status.is_final:
            return
        patience, read = Patience(self.place), _Reader(known)
        while True:
            try:
                with self._client.stream(
                    "GET", "/api/v1/events", params={"job_id": job_id}, timeout=_silence(deadline)
                ) as answer:
                    if not answer.is_success:
                        answer.read()
                        raise error_of(answer)
                    for record in map(read, answer.iter_lines()):
                        patience.renew()
                        yield record
                        if record is not None and record.status.is_final:
                            yield self.get(job_id)
                            return
                raise httpx.ReadError("the stream has ended")
            except httpx.TransportError as error:
                if deadline is None or time.monotonic() < deadline:
                    patience.sleep(error)
                else:
                    yield None

    async def async_follow(
        self, job_id: str, deadline: float | None
    ) -> AsyncIterator[JobRecord | None]:
        """Yield the job at each change; see `Backend.async_follow`."""
        known = await asyncio.to_thread(self.get, job_id)
        yield known
        if known.status.is_final:
            return
        patience, read = Patience(self.place), _Reader(known)
        async with httpx.AsyncClient(timeout=_ANSWER_S, **self._settings) as client:
            while True:
                try:
                    async with client.stream(
                        "GET",
                        "/api/v1/events",
                        params={"job_id": job_id},
                        timeout=_silence(deadline),
                    ) as answer:
                        if not answer.is_success:
                            await answer.aread()
                            raise error_of(answer)
                        async for line in answer.aiter_lines():
                            patience.renew()
                            record = read(line)
                            yield record
                            if record is not None and record.status.is_final:
                                whole = await client.get(_job(job_id))
                                yield record_of(whole.json()) if whole.is_success else None
                                return
                    raise httpx.ReadError("the stream has ended")
                except httpx.TransportError as error:
                    if deadline is None or time.monotonic() < deadline:
                        await patience.async_sleep(error)
                    else:
                        yield None

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        with self._explained():
            answer = self._client.request(method, path, **request)
        if not answer.is_success:
            raise error_of(answer)
        return answer.json()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except httpx.InvalidURL as error:
            raise JobQueueError(f"{self.place} is no address: {error}.") from error
        except httpx.TransportError as error:
            raise unreachable(self.place, error) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class _Reader:
    """Makes records of the lines of an event stream; None where a line tells nothing new."""

    def __init__(self, record: JobRecord) -> None:
        self._record = record
        self._event = ""

    def __call__(self, line: str) -> JobRecord | None:
        name, _, value = line.partition(": ")
        if name == "event":
            self._event = value
        if name != "data":
            return None
        if self._event == "deleted":
            raise JobNotFoundError(f"“{self._record.job_name}” was removed meanwhile.")
        if self._event != "change":
            return None
        self._record = with_news(self._record, json.loads(value))
        return self._record


def _silence(deadline: float | None) -> httpx.Timeout:
    """Return how long a stream may be silent before somebody looks at the clock."""
    left_s = _STREAM_S if deadline is None else deadline - time.monotonic()
    return httpx.Timeout(10.0, read=min(_STREAM_S, max(0.05, left_s)))


def _job(job_id: str) -> str:
    return f"{_JOB}{quote(job_id, safe='')}"


def _json(data: Any) -> bytes:
    return json.dumps(data, default=str).encode()


def _type_and_params(job: BaseJob) -> tuple[str, Mapping[str, Any]]:
    for item in job_types().values():
        if item.task_type == type(job).__name__ and item.load() is type(job):
            return item.name, job.kwargs
    raise JobQueueError(
        f"{type(job).__name__} is code of your own, which is not sent over HTTP.",
        hint="Install it there as a job type, or connect to the folder instead.",
    )


def _options(options: JobOptions | None) -> dict[str, Any]:
    if options is None:
        return {}
    if options.not_before is not None:
        raise JobQueueError("Over HTTP a job is put off with delay_s, not with not_before.")
    default = JobOptions()
    return {
        name: value
        for name in _OPTIONS
        if (value := getattr(options, name)) != getattr(default, name)
    }
