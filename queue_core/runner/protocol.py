"""The messages between a child process and its supervisor: small frozen records, as JSON.

JSON and not pickle, because the child runs code of the user's: what comes back is data and never
opened as code in the program's process. The serialised job follows its `Run` or `CleanUp` record
as raw bytes, in the same packet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Run:
    """To the child: run the job whose bytes come next."""

    job_id: str
    attempt: int
    folder: str
    cwd: str | None
    import_path: list[str]
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class CleanUp:
    """To the child: the job whose bytes come next ended without its own help; clean up after it."""

    job_id: str
    attempt: int
    folder: str
    cwd: str | None
    import_path: list[str]
    changes: Mapping[str, Any]
    cancelled: bool
    ending: str


@dataclass(frozen=True)
class Ready:
    """From the child: it can take a job."""

    pid: int


@dataclass(frozen=True)
class Progress:
    """From the child: how far the job is, 0 to 1, and its phase."""

    fraction: float | None
    message: str


@dataclass(frozen=True)
class Warned:
    """From the child: something was done that the user should know."""

    text: str


@dataclass(frozen=True)
class Entity:
    """From the child: the entity of the main database that the job makes."""

    kind: str
    entity_id: int


@dataclass(frozen=True)
class Finished:
    """From the child: the job is done, its files are complete.

    Attributes:
        result: What `run` returned, as JSON text; None for None.
        reusable: Whether the process is clean enough for another job.
    """

    result: str | None
    reusable: bool


@dataclass(frozen=True)
class Failed:
    """From the child: the job raised. See `outcome.ErrorReport` for the fields."""

    type: str
    message: str
    hint: str
    traceback: str
    causes: list[Mapping[str, str]]
    frames: list[Mapping[str, Any]] = field(default_factory=list)
    is_transient: bool = False
    reusable: bool = False


Message = Run | CleanUp | Ready | Progress | Warned | Entity | Finished | Failed

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Run, CleanUp, Ready, Progress, Warned, Entity, Finished, Failed)
}


def encode(message: Message) -> bytes:
    """Return *message* as bytes."""
    return json.dumps([type(message).__name__, vars(message)]).encode()


def encode_order(order: Run | CleanUp, payload: bytes) -> bytes:
    """Return an order and the serialised job that it is about as one packet."""
    return encode(order) + b"\n" + payload


def decode_order(packet: bytes) -> tuple[Message, bytes]:
    """Return the order and the serialised job in *packet*.

    Raises:
        ValueError: It is not one of ours.
    """
    order, _, payload = packet.partition(b"\n")  # JSON text has no line break of its own
    return decode(order), payload


def decode(data: bytes) -> Message:
    """Return the message in *data*.

    Raises:
        ValueError: It is not one of ours.
    """
    try:
        kind, fields = json.loads(data)
        message: Message = _KINDS[kind](**fields)
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"Not a message of the runner: {data[:80]!r}") from error
    return message
