"""Routes for what jobs have made: tables, figures, texts, models, as files."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from queue_core.api import shapes
from queue_core.api.context import ApiContext
from queue_core.api.problems import ApiError, json_response
from queue_core.api.questions import JobId
from queue_core.artifacts.export import export_artifact, export_formats
from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.errors import DataError
from queue_core.library.job_results import ROWS, entity_place, results_of
from queue_core.paths import ENVIRONMENT_VARIABLE

if TYPE_CHECKING:
    from queue_core.queue.job_record import JobRecord

_MEDIA: Final = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "svg": "image/svg+xml",
    "png": "image/png", "pdf": "application/pdf", "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}  # fmt: skip
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {"application/octet-stream": {"schema": {"type": "string"}}}
        | {kind.partition(";")[0]: {} for kind in _MEDIA.values()},
    }
}
Format = Literal[
    "parquet", "csv", "xlsx", "feather", "svg", "png", "pdf", "json", "txt", "md", "skops", "onnx"
]
ArtifactName = Annotated[str, PathParameter(min_length=1, max_length=200, examples=[ROWS])]


# What takes libraries that are slow to import, and draws in Python.
_DRAWN: Final = frozenset(("png", "pdf", "svg", "xlsx"))
_EXPORT_S: Final = 600.0


@dataclass(frozen=True)
class Result:
    """A file to send.

    Attributes:
        path: The file.
        name: What to call it.
        is_made: Whether it was made for this answer, and goes with it.
    """

    path: Path
    name: str
    is_made: bool


def result_routes(context: ApiContext) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/api/v1/job", tags=["results"])
    room = context.reading

    @router.get("/{job_id}/artifacts", response_model=list[shapes.ArtifactShape])
    async def artifacts(job_id: JobId) -> Response:
        """What a finished job has made; the rows of a dataset are called `rows`."""

        def read() -> Response:
            found = results_of(context.folder, context.queue.get(job_id).result)
            return json_response([_described(item) for item in found])

        return await room.run(read)

    @router.get("/{job_id}/artifacts/{name}", responses=_FILE, response_class=Response)
    async def artifact(
        job_id: JobId,
        name: ArtifactName,
        file_format: Annotated[Format | None, Query(alias="format")] = None,
        theme: Literal["light", "dark"] = "light",
    ) -> Response:
        """One of them as a file; without `format` as it is stored."""
        # Large tables take a while to write: that must not hold up short questions.
        made = await context.writing.run(_file_of, context, job_id, name, file_format, theme)
        ending = made.path.suffix[1:].lower()
        return FileResponse(
            made.path, media_type=_MEDIA.get(ending, "application/octet-stream"),
            filename=made.name,
            background=BackgroundTask(made.path.unlink, missing_ok=True) if made.is_made else None,
            headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
        )  # fmt: skip

    return router


def _described(item: Artifact) -> dict[str, Any]:
    return {
        "name": item.name, "kind": item.kind, "title": item.title,
        "formats": export_formats(item),
    }  # fmt: skip


def _file_of(
    context: ApiContext, job_id: str, name: str, file_format: str | None, theme: str
) -> Result:
    record = context.queue.get(job_id)
    # Names are compared with what is there, and never become part of a path.
    found = {item.name: item for item in results_of(context.folder, record.result)}
    if name not in found:
        raise ApiError(
            404, "no_such_result", "The job has no such result.", field="name",
            hint=f"It has: {', '.join(found) or 'none yet'}.",
        )  # fmt: skip
    item = found[name]
    stored = item.path.suffix[1:].lower()
    if file_format in (None, stored) and item.path.is_file():
        return Result(item.path, f"{name}.{stored}", is_made=False)
    ending = file_format or export_formats(item)[0]
    is_drawn = item.kind is ArtifactKind.FIGURE and ending == "svg" and theme != "dark"
    if is_drawn and item.light_svg.is_file():
        return Result(item.light_svg, f"{name}.svg", is_made=False)
    target = context.folder.temporary / f"api-{secrets.token_hex(16)}.{ending}"
    if ending in _DRAWN and ending in export_formats(item):
        _export_apart(context, record, item, target, theme)
    else:
        export_artifact(item, target, theme=theme)
    return Result(target, f"{name}.{ending}", is_made=True)


def _export_apart(
    context: ApiContext, record: JobRecord, item: Artifact, target: Path, theme: str
) -> None:
    """Write a file in a process of its own: drawing holds the interpreter, and so all answers.

    Raises:
        DataError: It could not be written.
    """
    place = entity_place(record.result)
    assert place is not None
    name = [] if item.name == ROWS else [item.name]
    words = [place[0].value.replace("_", "-"), str(place[1]), *name, str(target)]
    ended = subprocess.run(
        [sys.executable, "-m", "queue_core", "export", *words, "--theme", theme],
        env={**os.environ, ENVIRONMENT_VARIABLE: str(context.folder.root)},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=_EXPORT_S, check=False,
    )  # fmt: skip
    if ended.returncode:
        target.unlink(missing_ok=True)
        told = ended.stderr.decode("utf-8", "replace").strip()
        raise DataError(f"The file cannot be written: {told or 'the export has failed'}")
