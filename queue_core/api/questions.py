"""Routes that ask: where jobs stand, what changed, what they wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.routing import Route

from queue_core.api import shapes
from queue_core.api.answers import details_of, job_item, status_of, whole_job
from queue_core.api.context import ApiContext
from queue_core.api.event_response import EventResponse
from queue_core.api.problems import ApiError, json_bytes, json_response
from queue_core.queue.job_record import JobStatus
from queue_core.queue.plain_data import line_to_json
from queue_core.queue.store.clock import from_text, now_text
from queue_core.queue.values import JobFilter

LARGEST: Final = 2**53
MOST_JOBS: Final = 10_000
JobId = Annotated[str, Path(min_length=1, max_length=200, examples=[shapes.JOB_ID])]
_TIME: Final = (
    r"^(19[7-9]|20\d)\d-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|[12]\d))[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$"
)
Since = Annotated[
    str,
    Query(
        max_length=100, examples=["2026-03-01T09:30:12.000345Z"],
        json_schema_extra={"pattern": _TIME},
        description="A time in UTC: `2026-03-01 09:30:12.000345`, or ISO 8601.",
    ),
]  # fmt: skip
# A row says when it was changed before that is to be seen: so much earlier is looked at again.
_OVERLAP: Final = timedelta(seconds=2)
_BEGINNING: Final = "1970-01-01 00:00:00.000000"


def question_routes(context: ApiContext) -> APIRouter:
    """Return the routes; the one that is polled comes first."""
    router = APIRouter(prefix="/api/v1/job", tags=["job"])
    _add_polled(router, context)
    _add_lists(router, context)
    _add_jobs(router, context)
    return router


def _add_polled(router: APIRouter, context: ApiContext) -> None:
    queue, room = context.queue, context.reading

    @router.get("/status/{job_id}", response_model=shapes.Status)
    async def status(job_id: JobId) -> Response:
        """Where a job stands: what a front end polls."""
        return _status(context, job_id)

    @router.get("/is_empty", response_model=shapes.IsEmpty)
    async def is_empty() -> Response:
        """Whether no job waits or runs."""
        return json_response({"is_empty": await room.run(queue.is_empty)})

    @router.get("/changes", response_model=shapes.Changes)
    async def changes(
        since: Since = _BEGINNING,
        after: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    ) -> Response:
        """What changed: since a time, as DashAI asks, or after a `sequence`, which misses none."""
        return await room.run(lambda: json_response(_changes(context, since, after)))


def _add_lists(router: APIRouter, context: ApiContext) -> None:
    queue, room = context.queue, context.reading

    @router.get("/", response_model=list[shapes.JobItem])
    async def jobs(
        status: Annotated[list[JobStatus] | None, Query()] = None,
        task_type: Annotated[list[str] | None, Query(max_length=100)] = None,
        search: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_JOBS)] = 1_000,
        offset: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    ) -> Response:
        """The jobs, newest first."""
        where = JobFilter(frozenset(status or ()), frozenset(task_type or ()), search)

        def read() -> Response:
            found = queue.list(where, limit=limit, offset=offset)
            return json_response([job_item(record) for record in found])

        return await room.run(read)


def _add_jobs(router: APIRouter, context: ApiContext) -> None:
    queue, room = context.queue, context.reading

    @router.get("/{job_id}", response_model=shapes.Job)
    async def job(job_id: JobId) -> Response:
        """All about one job."""
        return await room.run(lambda: json_response(whole_job(queue.get(job_id))))

    @router.get(
        "/{job_id}/details", response_model=shapes.Details, response_model_exclude_none=True
    )
    async def details(job_id: JobId) -> Response:
        """The entity that a job has made, with where the job stands."""

        def read() -> Response:
            record = queue.get(job_id)
            return json_response(details_of(record, context.entity_of(record)))

        return await room.run(read)

    @router.get("/{job_id}/logs", response_model=list[shapes.LogLineShape])
    async def logs(
        job_id: JobId,
        after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
        limit: Annotated[int, Query(ge=1, le=100_000)] = 1_000,
        tail: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    ) -> Response:
        """What a job has written after a line's number; with `tail` the last lines."""

        def read() -> Response:
            lines = queue.logs(job_id, after=after, limit=tail)
            chosen = lines if tail is not None else lines[:limit]
            return json_response([line_to_json(line) for line in chosen])

        return await room.run(read)


def polled_route(context: ApiContext) -> Route:
    """Return the route that is polled, without what FastAPI does for each request.

    Looking at one text takes it as long as all the rest; its own route only describes this one.
    """

    async def status(request: Request) -> Response:
        return _status(context, request.path_params["job_id"])

    return Route("/api/v1/job/status/{job_id}", status, include_in_schema=False)


def _status(context: ApiContext, job_id: str) -> Response:
    context.look_after()
    # On the loop itself: one row by its key takes less than the way to a thread and back.
    found = status_of(context.queue.glance(job_id))
    return Response(json_bytes(found), 200, None, "application/json")


def event_routes(context: ApiContext) -> APIRouter:
    """Return the route of the event stream."""
    router = APIRouter(prefix="/api/v1", tags=["events"])
    stream: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "`hello`, `change` (a job), `deleted`, `reset` (read the list again)",
            "content": {"text/event-stream": {"schema": {"type": "object"}}},
        }
    }

    @router.get("/events", responses=stream, response_class=Response)
    async def events(
        request: Request,
        job_id: Annotated[str, Query(max_length=200)] = "",
        after: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    ) -> Response:
        """What changes, as it happens, until the client closes; of one job, until it has ended."""
        told, leave = await context.events.listen(job_id, _last_event(request, after))
        return EventResponse(told, leave, context.limits.send_s)

    return router


def _last_event(request: Request, after: int | None) -> int | None:
    """Return the number of the last event that a client has had; browsers send it as a header."""
    text = request.headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else after


def _changes(context: ApiContext, since: str, after: int | None) -> dict[str, Any]:
    queue = context.queue
    server_now = now_text()
    sequence = queue.cursor()  # before the rows: what changes meanwhile comes once more
    deleted: tuple[str, ...] = ()
    reset = False
    if after is None:
        jobs = list(queue.changed_after(_moment(since), limit=MOST_JOBS))
    else:
        batch = queue.changes_since(after)
        sequence, deleted, reset = batch.cursor, batch.deleted, batch.reset
        jobs = list(queue.get_many(batch.changed).values())
    return {
        "jobs": [job_item(record) for record in jobs],
        "cursor": server_now,
        "server_now": server_now,
        "queue_empty": queue.is_empty(),
        "recently_completed": any(record.status.is_final for record in jobs),
        "sequence": sequence,
        "deleted": deleted,
        "reset": reset,
    }


def _moment(since: str) -> datetime:
    # In an address a plus is a space: a zone's may have been lost on its way.
    moment = from_text(since) or from_text("+".join(since.rsplit(" ", 1)))
    if moment is None:
        raise ApiError(
            422, "wrong_parameter", "“since” is no time.", field="since",
            hint="Write it as 2026-03-01 09:30:12.000345, in UTC.",
        )  # fmt: skip
    try:
        return max(moment - _OVERLAP, datetime(1970, 1, 1, tzinfo=UTC))
    except OverflowError:
        return datetime(1970, 1, 1, tzinfo=UTC)
