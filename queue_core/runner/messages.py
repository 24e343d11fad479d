"""Packs messages and opens them: whatever is not exactly a message of ours is out of step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from queue_core.errors import MonitorError
from queue_core.plain import storable
from queue_core.runner.protocol import (
    CleanUp,
    Ended,
    Entity,
    Failed,
    Finished,
    Message,
    Progress,
    Ready,
    Run,
    Setup,
    Warned,
)

# What a child may send at once. Its answers are cut to fit.
PACKET_LIMIT_BYTES = 8 << 20
_RESULT_LIMIT = 1 << 20
_ID_LIMIT = 1 << 62
_DEPTH_LIMIT = 6


class OutOfStepError(MonitorError):
    """What arrived is not what this order, this process and this moment allow."""


@dataclass(frozen=True)
class Envelope:
    """A message and where it is from.

    Attributes:
        order_id: The order that it belongs to.
        pid: The process that has sent it.
        message: What it says.
    """

    order_id: str
    pid: int
    message: Message


def encode(message: Message, *, order_id: str, pid: int) -> bytes:
    """Return *message* in its envelope as bytes."""
    return json.dumps([type(message).__name__, order_id, pid, vars(message)]).encode()


def encode_order(order: Run | CleanUp, payload: bytes, *, order_id: str, pid: int) -> bytes:
    """Return an order and the serialised job that it is about as one packet."""
    return encode(order, order_id=order_id, pid=pid) + b"\n" + payload


def decode_order(packet: bytes) -> tuple[Envelope, bytes]:
    """Return the order and the serialised job in *packet*.

    Raises:
        OutOfStepError: It is not one of ours.
    """
    order, _, payload = packet.partition(b"\n")  # JSON text has no line break of its own
    return _open(order, _PARAMETERS), payload


def decode(data: bytes) -> Envelope:
    """Return the message in *data*, every field of it checked.

    Raises:
        OutOfStepError: It is not one of ours.
    """
    return _open(data, _STRICT)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Made once: `json.loads` makes a decoder for each call that asks for anything special.
_STRICT = json.JSONDecoder(parse_constant=_no_constant)
_PARAMETERS = json.JSONDecoder()  # a parameter may be infinite


def _open(data: bytes, decoder: json.JSONDecoder) -> Envelope:
    try:
        value = decoder.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise OutOfStepError(f"{_shown(data)} is no message.") from error
    if not (isinstance(value, list) and len(value) == 4):
        raise OutOfStepError(f"{_shown(data)} is no message.")
    kind, order_id, pid, given = value
    checks = _CHECKS.get(kind) if isinstance(kind, str) else None
    if checks is None or not isinstance(given, dict) or given.keys() != checks[1].keys():
        raise OutOfStepError(f"{_shown(data)} is no message.")
    if not isinstance(order_id, str) or not _is_count(pid):
        raise OutOfStepError(f"{_shown(data)} belongs to no order.")
    for name, check in checks[1].items():
        if not check(given[name]):
            raise OutOfStepError(f"The field {name} of a message {kind} is {_shown(given[name])}.")
    message: Message = checks[0](**{name: _storable(item) for name, item in given.items()})
    return Envelope(order_id, pid, message)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _storable(value: Any) -> Any:
    """Return the value with text that the database can hold."""
    if isinstance(value, str):
        return storable(value, len(value))
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(name, len(name)): _storable(item) for name, item in value.items()}
    return value


# What each field may hold -------------------------------------------------------------------------


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _ID_LIMIT


def _is_fraction(value: object) -> bool:
    if value is None:
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value <= 1  # type: ignore[operator]


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def _is_text_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_environment(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text_or_none, value.values()))


def _is_times(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(item, int) and not isinstance(item, bool) and abs(item) < _ID_LIMIT * 2
        for item in value.values()
    )


def _is_text_mappings(value: object) -> bool:
    return isinstance(value, list) and all(_is_text_mapping(item) for item in value)


def _is_frames(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and _is_shallow(item, _DEPTH_LIMIT) for item in value
    )


def _is_shallow(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value)
    return True


def _is_result(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, str) or len(value) > _RESULT_LIMIT:
        return False
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


_Checks = Mapping[str, Callable[[object], bool]]
_ORDER: _Checks = {
    "job_id": _is_text, "attempt": _is_count, "folder": _is_text, "cwd": _is_text_or_none,
    "import_path": _is_texts, "changes": _is_mapping,
}  # fmt: skip
_CHECKS: dict[str, tuple[type[Any], _Checks]] = {
    kind.__name__: (kind, checks)
    for kind, checks in (
        (
            Setup,
            {"folder": _is_text, "program_pid": _is_count, "changes": _is_environment},
        ),
        (Run, {**_ORDER, "reuse_key": _is_text_or_none}),
        (CleanUp, {**_ORDER, "cancelled": _is_bool, "ending": _is_text}),
        (Ready, {}),
        (Progress, {"fraction": _is_fraction, "message": _is_text}),
        (Warned, {"text": _is_text}),
        (Entity, {"kind": _is_text, "entity_id": _is_count}),
        (Finished, {"result": _is_result, "reusable": _is_bool, "modules": _is_times}),
        (
            Failed,
            {
                "type": _is_text, "message": _is_text, "hint": _is_text, "traceback": _is_text,
                "causes": _is_text_mappings, "frames": _is_frames, "is_transient": _is_bool,
                "reusable": _is_bool,
            },
        ),
        (Ended, {"leaves_processes": _is_bool}),
    )
}  # fmt: skip
assert all(
    {item.name for item in fields(kind)} == checks.keys() for kind, checks in _CHECKS.values()
)
