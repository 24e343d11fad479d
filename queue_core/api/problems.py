"""What the API answers when it cannot do what was asked: one shape, for people and programs."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from queue_core.errors import (
    EntityInUseError,
    EntityNotFoundError,
    JobNotFoundError,
    JobQueueError,
    LocalFolderError,
    MissingPackageError,
    MonitorError,
    ParameterError,
)
from queue_core.plain import finite, storable
from queue_core.queue.store.sqlite_errors import (
    DamagedDatabaseError,
    DatabaseBusyError,
    DiskFullError,
    MissingTableError,
)

logger = logging.getLogger(__name__)

_LONGEST_NAME: Final = 200
# Made once: `json.dumps` makes one for each call.
_dumped: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str
).encode
# The nearest class of an error decides.
_CODES: Final[Mapping[type[BaseException], tuple[int, str]]] = {
    JobNotFoundError: (404, "no_such_job"),
    EntityNotFoundError: (404, "not_found"),
    EntityInUseError: (409, "in_use"),
    ParameterError: (422, "wrong_parameter"),
    MissingPackageError: (422, "missing_package"),
    LocalFolderError: (503, "folder_unusable"),
    DatabaseBusyError: (503, "busy"),
    DiskFullError: (507, "disk_full"),
    DamagedDatabaseError: (503, "folder_unusable"),
    MissingTableError: (503, "folder_unusable"),
    JobQueueError: (409, "refused"),
    MonitorError: (422, "refused"),
}
_WORDS: Final = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}


class ApiError(Exception):
    """A request that cannot be carried out.

    Attributes:
        status: The HTTP status.
        body: What is answered.
        headers: Headers that belong to the status.
    """

    def __init__(
        self, status: int, code: str, message: str, *, hint: str = "", field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        # `detail` is where DashAI's front end looks.
        self.body = {
            "code": code, "message": message, "hint": hint, "field": field, "detail": message,
        }  # fmt: skip
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return it as an answer."""
        return json_response(self.body, self.status, self.headers)


def json_response(
    data: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return JSON that any reader reads: numbers that JSON does not know are texts."""
    return Response(json_bytes(data), status, dict(headers or {}), "application/json")


def json_bytes(data: Any) -> bytes:
    """Return *data* as compact, strict JSON in UTF-8."""
    try:
        text = _dumped(data)
    except ValueError:
        text = _dumped(finite(data))
    # Half of a surrogate pair, e.g. of a file name that is not UTF-8, is shown as its code.
    return text.encode("utf-8", "backslashreplace")


def problem_of(error: BaseException) -> ApiError:
    """Return what to answer after *error*."""
    if isinstance(error, ApiError):
        return error
    for kind in type(error).__mro__:
        if kind in _CODES:
            status, code = _CODES[kind]
            assert isinstance(error, MonitorError)
            field = getattr(error, "parameter", "") or None
            return ApiError(status, code, error.message, hint=error.hint, field=field)
    if isinstance(error, ClientDisconnect):  # nobody is left to read the answer
        return ApiError(400, "gone", "The client has gone before all was sent.")
    logger.error("a request failed", exc_info=error)
    return ApiError(
        500, "our_fault", "The program has a fault.",
        hint="Its log says more: report what stands there.",
    )  # fmt: skip


def install_handlers(app: FastAPI) -> None:
    """Let every error of *app* be answered in the one shape."""

    async def told(_request: Request, error: Exception) -> Response:
        return problem_of(error).response()

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _validation_problem(error).response()

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code, headers = _WORDS.get(error.status_code, "refused"), dict(error.headers or {})
        if error.status_code == 405:  # the framework names the methods of one route alone
            headers["Allow"] = ", ".join(_methods_of(app, request.url.path))
        return ApiError(error.status_code, code, f"{error.detail}.", headers=headers).response()

    app.add_exception_handler(ApiError, told)
    app.add_exception_handler(MonitorError, told)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(ClientDisconnect, told)
    app.add_exception_handler(Exception, told)


def _methods_of(app: FastAPI, path: str) -> list[str]:
    """Return what can be done with an address; one without variables is meant before others."""
    paths = app.openapi()["paths"]
    for template in sorted(paths, key=lambda text: "{" in text):
        pattern = re.sub(r"\\{[^/]*\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return [method.upper() for method in paths[template]]
    return []


def _validation_problem(error: RequestValidationError) -> ApiError:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    name = storable(".".join(place[1:]) or place[0], _LONGEST_NAME)
    return ApiError(
        422, "wrong_parameter", f"“{name}” cannot be used: {first['msg']}.",
        hint="See what it may be in /api/v1/openapi.json.", field=name,
    )  # fmt: skip
