"""The application: routes, guard and the document that describes them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from queue_core.api import shapes
from queue_core.api.context import ApiContext
from queue_core.api.datasets import dataset_routes
from queue_core.api.guard import Guard, Limits
from queue_core.api.orders import order_routes
from queue_core.api.problems import install_handlers
from queue_core.api.questions import event_routes, polled_route, question_routes
from queue_core.api.results import result_routes
from queue_core.api.uploads import sweep_uploads
from queue_core.errors import MonitorError
from queue_core.version import __version__

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

logger = logging.getLogger(__name__)

_SWEEP_S: Final = 3600.0
OPENAPI: Final = "/api/v1/openapi.json"
_BY_HAND: Final[tuple[type[BaseModel], ...]] = (shapes.NewJob, shapes.JobChange, shapes.Retry)
_ABOUT: Final = """\
The queue of this computer for other programs. Every request carries
`Authorization: Bearer …` with what stands in the file `monitor/api-token`.
Jobs are told with the fields of DashAI's own API, and some more. Times are UTC.
"""
_ANSWERS: Final = {
    400: "The request cannot be read, or names a host that is not known.",
    401: "It carries no token, or a wrong one.",
    403: "It names a file of this computer.",
    404: "There is no such thing.",
    408: "The rest of it did not come.",
    409: "That cannot be done now.",
    413: "It is too large.",
    414: "Its address is too long.",
    422: "A parameter cannot be used.",
    503: "The folder cannot be used now.",
    507: "The disk is full.",
}


def make_app(
    context: ApiContext, token: str, *, hosts: Iterable[str] = (), limits: Limits | None = None
) -> Guard:
    """Return the application, guarded.

    Args:
        context: What the routes share.
        token: What clients must send.
        hosts: Names of this computer that clients may use, besides `localhost` and its numbers.
        limits: How much a client may ask for.
    """
    app = _bare_app(context)
    return Guard(app, token, hosts, limits or context.limits)


def _bare_app(context: ApiContext) -> FastAPI:
    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(_sweep_on(context), name="api-uploads")
        yield
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
        context.close()

    answers: dict[int | str, dict[str, Any]] = {
        status: {"model": shapes.Problem, "description": words}
        for status, words in _ANSWERS.items()
    }
    app = FastAPI(
        title="DashAI Monitor", version=__version__, description=_ABOUT, openapi_url=OPENAPI,
        docs_url=None, redoc_url=None, lifespan=life, responses=answers,
    )  # fmt: skip
    install_handlers(app)
    app.router.routes.append(polled_route(context))
    for routes in (question_routes, order_routes, result_routes, dataset_routes, event_routes):
        app.include_router(routes(context))
    app.openapi = _describer(app)  # type: ignore[method-assign]
    return app


async def _sweep_on(context: ApiContext) -> None:
    """Remove uploaded files that no job needs any more, now and each hour."""
    while True:
        try:
            await context.writing.run(sweep_uploads, context.folder.uploads, context.queue)
        except (OSError, MonitorError) as error:  # the next hour is another chance
            logger.info("uploaded files cannot be looked through: %s", error)
        await asyncio.sleep(_SWEEP_S)


def describe(queue: HueyJobQueue) -> dict[str, Any]:
    """Return the OpenAPI document, for those who make clients of it."""
    context = ApiContext(queue, Limits(), trusts_paths=False)
    try:
        return _bare_app(context).openapi()
    finally:
        context.close()


def _describer(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            parts = found["components"]
            _, by_hand = models_json_schema(
                [(shape, "validation") for shape in _BY_HAND],
                ref_template="#/components/schemas/{model}",
            )
            parts["schemas"].update(by_hand["$defs"])
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            found["security"] = [{"token": []}]
            app.openapi_schema = found
        return app.openapi_schema

    return document
