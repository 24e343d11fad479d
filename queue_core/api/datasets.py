"""Routes for files that come in, and for the datasets made of them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from queue_core.api import shapes
from queue_core.api.context import ApiContext
from queue_core.api.orders import put_job
from queue_core.api.problems import json_response
from queue_core.api.questions import LARGEST
from queue_core.api.uploads import Upload
from queue_core.database.status import EntityKind
from queue_core.jobs.registry import job_types
from queue_core.library.entities import EntityFilter, get_entity, list_entities

FileName = Annotated[str, Query(min_length=1, max_length=500, examples=["iris.csv"])]
_FILE: Final = {"type": "string", "format": "binary", "minLength": 1}
_BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "minLength": 1}
            }
        },
    }
}


def dataset_routes(context: ApiContext) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/api/v1", tags=["datasets"])
    _add_uploads(router, context)
    _add_library(router, context)
    return router


async def _receive(context: ApiContext, request: Request, filename: str) -> Upload:
    most = context.limits.upload_bytes
    upload = Upload(context.folder.uploads, filename, context.writing, most)
    await upload.receive(request.stream())
    return upload


def _add_uploads(router: APIRouter, context: ApiContext) -> None:
    @router.post("/uploads/", response_model=shapes.Uploaded, status_code=201, openapi_extra=_BYTES)
    async def upload(request: Request, filename: FileName) -> Response:
        """Keep a file for a job that is put later; the body is the file itself."""
        kept = await _receive(context, request, filename)
        return json_response({"file": kept.reference, "bytes": kept.size}, 201)

    @router.post(
        "/datasets/", response_model=shapes.UploadedDataset, status_code=201, openapi_extra=_BYTES
    )
    async def upload_dataset(
        request: Request,
        filename: FileName,
        name: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        """Keep a file and put the job that loads it; the body is the file itself."""
        kept = await _receive(context, request, filename)
        kwargs = {"file_path": kept.reference, **({"name": name} if name else {})}
        new = shapes.NewJob(job_type="dataset", kwargs=kwargs)
        try:
            job_id = await context.writing.run(put_job, context, new)
        except BaseException:
            await kept.give_up()
            raise
        answer = {"id": job_id, "file": kept.reference, "bytes": kept.size}
        return json_response(answer, 201)


def _add_library(router: APIRouter, context: ApiContext) -> None:
    folder = context.folder

    @router.get("/datasets/", response_model=list[dict[str, Any]])
    async def datasets(
        search: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
        offset: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    ) -> Response:
        """The datasets, newest first."""

        def read() -> Response:
            where = EntityFilter(text=search)
            found = list_entities(folder, EntityKind.DATASET, where, limit=limit, offset=offset)
            return json_response([record.to_json() for record in found])

        return await context.reading.run(read)

    @router.get("/datasets/{dataset_id}", response_model=dict[str, Any])
    async def dataset(dataset_id: Annotated[int, Path(ge=1, le=LARGEST)]) -> Response:
        """One dataset: its rows, columns, and the job that made it."""

        def read() -> Response:
            return json_response(get_entity(folder, EntityKind.DATASET, dataset_id).to_json())

        return await context.reading.run(read)

    @router.get("/job-types/", response_model=list[dict[str, Any]])
    async def types() -> Response:
        """The types of job, each with its parameters as a JSON Schema."""
        return await context.reading.run(
            lambda: json_response([item.to_json() for item in job_types().values()])
        )
