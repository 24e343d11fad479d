"""Routes that order: put jobs, change them, stop them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from queue_core.api import shapes
from queue_core.api.answers import whole_job
from queue_core.api.context import ApiContext
from queue_core.api.multipart import FormReader
from queue_core.api.problems import ApiError, json_response
from queue_core.api.questions import JobId
from queue_core.api.requests import as_shape, parse_form, parse_json, read_shape
from queue_core.api.submission import checked_files, job_options, make_job
from queue_core.api.uploads import Upload
from queue_core.jobs.registry import job_types

_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"


def order_routes(context: ApiContext) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/api/v1/job", tags=["job"])
    _add_putting(router, context)
    _add_stopping(router, context)
    return router


def _add_putting(router: APIRouter, context: ApiContext) -> None:
    room = context.writing

    @router.post(
        "/", response_model=shapes.Made, status_code=201,
        openapi_extra=body_of("NewJob", with_form=True),
    )  # fmt: skip
    async def put(request: Request) -> Response:
        """Put a job: JSON, or a form as DashAI sends it, with or without a file."""
        new, uploaded = await _read_new_job(request, context)
        try:
            job_id = await room.run(put_job, context, new)
        except BaseException:
            if uploaded is not None:
                await uploaded.give_up()
            raise
        return json_response({"id": job_id}, 201)

    @router.patch("/", response_model=shapes.Job, openapi_extra=body_of("JobChange"))
    async def change(request: Request) -> Response:
        """Change priority, place, pause or pin of a job; answers the job as it is then."""
        wanted = await read_shape(request, shapes.JobChange)
        return await room.run(lambda: json_response(_change(context, wanted)))

    @router.post(
        "/{job_id}/retry", response_model=shapes.Made, status_code=201,
        openapi_extra=body_of("Retry"),
    )  # fmt: skip
    async def retry(job_id: JobId, request: Request) -> Response:
        """Put an ended job again, with changes to its parameters."""
        wanted = await read_shape(request, shapes.Retry)
        return json_response({"id": await room.run(_retry, context, job_id, wanted.changes)}, 201)


def _add_stopping(router: APIRouter, context: ApiContext) -> None:
    queue, room = context.queue, context.writing

    @router.delete("/all", response_model=shapes.Cancelled)
    async def cancel_all() -> Response:
        """Stop every waiting and running job."""
        stopped = await room.run(queue.cancel_all)
        return json_response({"cancelled": len(stopped)})

    @router.delete("/{job_id}", status_code=204, response_class=Response)
    async def cancel(job_id: JobId) -> Response:
        """Stop a waiting or running job; take an ended one off the list, as DashAI does."""
        await room.run(_cancel_or_remove, context, job_id)
        return Response(status_code=204)

    @router.post(
        "/{job_id}/cancel", response_model=shapes.Cancelled,
    )  # fmt: skip
    async def only_cancel(job_id: JobId) -> Response:
        """Stop a waiting or running job; an ended one stays as it is, and 0 is answered."""
        stopped = await room.run(queue.cancel, job_id)
        return json_response({"cancelled": int(stopped)})


def body_of(shape: str, *, with_form: bool = False) -> dict[str, Any]:
    """Return how OpenAPI tells of a body that is read by hand."""
    content: dict[str, Any] = {
        "application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}
    }
    if with_form:
        properties: dict[str, Any] = {
            "job_type": {"type": "string", "minLength": 1, "maxLength": 200},
            "kwargs": {"type": "string", "contentMediaType": "application/json", "minLength": 2},
        }
        required = list(properties)
        content[_FORM] = {
            "schema": {"type": "object", "properties": properties, "required": required},
            "example": {
                "job_type": "ExplorerJob",
                "kwargs": '{"dataset_id": 1, "explorer": "describe"}',
            },
        }
        file = {"file": {"type": "string", "format": "binary"}}
        content[_MULTIPART] = {
            "schema": {"type": "object", "properties": properties | file, "required": required}
        }
    return {"requestBody": {"required": True, "content": content}}


def put_job(context: ApiContext, new: shapes.NewJob) -> str:
    """Make the job that a client asks for and put it; return its id."""
    uploads = context.folder.uploads
    job = make_job(new, uploads, trusts_paths=context.trusts_paths)
    return context.queue.put(job, job_options(new.options))


async def _read_new_job(
    request: Request, context: ApiContext
) -> tuple[shapes.NewJob, Upload | None]:
    """Return what is asked for, and the file that came with it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _MULTIPART:
        return await _read_multipart(request, context)
    if kind == _FORM:
        return _of_form(parse_form(await request.body())), None
    return await read_shape(request, shapes.NewJob), None


async def _read_multipart(
    request: Request, context: ApiContext
) -> tuple[shapes.NewJob, Upload | None]:
    # DashAI's front end names the file in a header of its own, too.
    named = request.headers.get("filename")

    def start(name: str) -> Upload:
        most = context.limits.upload_bytes
        return Upload(context.folder.uploads, named or name, context.writing, most)

    reader = FormReader(request.headers["content-type"], start)
    await reader.read(request.stream())
    if reader.upload is None:
        return _of_form(reader.fields), None
    try:
        return _of_form(reader.fields, file=reader.upload.reference), reader.upload
    except BaseException:
        await reader.upload.give_up()
        raise


def _of_form(fields: Mapping[str, str], file: str | None = None) -> shapes.NewJob:
    for name in ("job_type", "kwargs"):
        if not fields.get(name):
            raise ApiError(
                422, "wrong_parameter", f"The form has no field “{name}”.", field=name,
                hint="Send job_type, and kwargs as JSON.",
            )  # fmt: skip
    kwargs = parse_json(fields["kwargs"], "kwargs")
    if file is not None and isinstance(kwargs, dict):
        kwargs["file_path"] = file
    asked = {"job_type": fields["job_type"], "kwargs": kwargs}
    if fields.get("options"):
        asked["options"] = parse_json(fields["options"], "options")
    return as_shape(json.loads(json.dumps(asked)), shapes.NewJob)


def _change(context: ApiContext, wanted: shapes.JobChange) -> dict[str, Any]:
    queue = context.queue
    record = queue.get(wanted.id)
    if not record.is_ours:
        raise ApiError(409, "refused", "This job belongs to DashAI; it is left alone.")
    done = []
    if wanted.priority is not None:
        done.append(queue.set_priority(record.id, wanted.priority))
    if wanted.move is not None:
        done.append(bool(queue.move([record.id], wanted.move)))
    if wanted.paused is not None:
        order = queue.pause if wanted.paused else queue.resume
        done.append(order(record.id) or record.paused == wanted.paused)
    if wanted.pinned is not None:
        queue.pin([record.id], pinned=wanted.pinned)
    if not all(done):
        state = record.status.replace("_", " ")
        raise ApiError(
            409, "refused", f"This cannot be changed: the job is {state}.",
            hint="Priority and place are those of a waiting job, a pause that of a running one.",
        )  # fmt: skip
    return whole_job(queue.get(record.id))


def _cancel_or_remove(context: ApiContext, job_id: str) -> None:
    queue = context.queue
    if not queue.cancel(job_id) and not queue.remove([job_id]):
        raise ApiError(
            409, "refused", "The job cannot be removed now.", hint="Look at it, and try again."
        )


def _retry(context: ApiContext, job_id: str, changes: Mapping[str, Any]) -> str:
    queue = context.queue
    record = queue.get(job_id)
    if not changes:
        return queue.retry(job_id)
    # What may not be named in a new job may not be named in a repeated one either.
    kinds = {item.task_type: item for item in job_types().values()}
    kind = kinds.get(record.task_type)
    if kind is None:
        if context.trusts_paths:
            return queue.retry(job_id, changes)
        raise ApiError(
            403, "files_not_allowed", "The parameters of this job are not known here.",
            hint="Repeat it unchanged, or with: dashai-monitor retry",
        )  # fmt: skip
    whole = {**{k: v for k, v in record.params.items() if k not in changes}, **changes}
    checked = checked_files(
        kind, {k: v for k, v in whole.items() if k in changes or k == "generator"},
        context.folder.uploads, trusts_paths=context.trusts_paths,
    )  # fmt: skip
    return queue.retry(job_id, {name: checked[name] for name in changes})
