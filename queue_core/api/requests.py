"""Bodies of requests, read by hand: size, form and depth are looked at before anything else."""

from __future__ import annotations

import json
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from queue_core.api.problems import ApiError
from queue_core.plain import storable

Shape = TypeVar("Shape", bound=BaseModel)

_DEEPEST: Final = 50
_MOST_FIELDS: Final = 100


async def read_shape(request: Request, shape: type[Shape]) -> Shape:
    """Return the JSON body of a request.

    Raises:
        ApiError: It is not JSON, or not of this shape.
    """
    return as_shape(parse_json(await request.body()), shape)


def as_shape(data: Any, shape: type[Shape]) -> Shape:
    """Return JSON data as a shape.

    Raises:
        ApiError: It does not fit.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = storable(".".join(str(part) for part in first["loc"]) or "body", 200)
        raise ApiError(
            422, "wrong_parameter", f"“{place}” cannot be used: {first['msg']}.",
            hint="See what it may be in /api/v1/openapi.json.", field=place,
        ) from None  # fmt: skip


def parse_json(text: bytes | str, what: str = "body") -> Any:
    """Return JSON data that can be stored and passed on.

    Raises:
        ApiError: It is no JSON, nested too deeply, or holds half of a sign.
    """
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        reason = "too deep" if isinstance(error, RecursionError) else storable(str(error), 200)
        raise ApiError(
            400, "no_json", f"The {what} is not JSON: {reason}.", field=what,
            hint='Write it as {"key": value, ...}.',
        ) from None  # fmt: skip
    if _is_deeper(found, _DEEPEST):
        raise ApiError(400, "no_json", f"The {what} is nested too deeply.", field=what)
    return found


def parse_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form that is encoded like an address.

    Raises:
        ApiError: It cannot be read.
    """
    try:
        return dict(
            parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        )
    except ValueError as error:
        raise ApiError(
            400, "no_form", f"The form cannot be read: {storable(str(error), 200)}."
        ) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _is_deeper(data: Any, levels: int) -> bool:
    if not isinstance(data, dict | list):
        return False
    if not levels:
        return True
    inner = data.values() if isinstance(data, dict) else data
    return any(_is_deeper(item, levels - 1) for item in inner)
