"""Outcomes and states as JSON, and back: whatever another machine writes is checked here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from queue_core.plain import storable
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome

_TEXT_LIMIT = 1 << 20
_SHORT_LIMIT = 4_000
_MOST_WARNINGS = 1_000
# The database holds no more, and a job whose end cannot be stored would never end.
_MOST = 2**63 - 1


@dataclass(frozen=True)
class State:
    """What a running job says of itself.

    Attributes:
        beat: Counts up at each writing: a sign of life.
        fraction: How far it is, 0 to 1.
        message: What it does now.
        has_progress: Whether it has said so.
        warnings: What the user should know.
        entity: The entity that it makes.
        memory_bytes: Memory of its process tree.
        peak_bytes: The most that ever was.
        cpu_s: Processor time.
        elapsed_s: How long it runs.
    """

    beat: int = 0
    fraction: float | None = None
    message: str = ""
    has_progress: bool = False
    warnings: tuple[str, ...] = ()
    entity: tuple[str, int] | None = None
    memory_bytes: int = 0
    peak_bytes: int = 0
    cpu_s: float = 0.0
    elapsed_s: float = 0.0


def outcome_data(outcome: Outcome, digest: str) -> dict[str, Any]:
    """Return an outcome as JSON data, bound to the ticket of this digest."""
    return {"ticket": digest, "outcome": asdict(outcome)}


def read_outcome(data: Mapping[str, Any], digest: str) -> Outcome | None:
    """Return the outcome in *data*; None where it is none, or that of another start."""
    given = data.get("outcome")
    if data.get("ticket") != digest or not isinstance(given, Mapping):
        return None
    try:
        reason = EndReason(given["reason"])
        result = given.get("result_json")
        if result is not None:
            json.loads(result)
        error = _error(given.get("error"))
        if error is None and reason.is_failure:
            error = ErrorReport("UnknownError", "The job failed and did not say why.")
        return Outcome(
            reason,
            _seconds(given.get("elapsed_s") or 0.0),
            result_json=result,
            error=error,
            exit_code=_whole(given.get("exit_code")),
            exit_signal=_short(given["exit_signal"]) if given.get("exit_signal") else None,
            peak_memory_bytes=_whole(given.get("peak_memory_bytes")),
            cpu_time_s=_seconds(given["cpu_time_s"]) if given.get("cpu_time_s") else None,
        )
    except (KeyError, TypeError, ValueError, RecursionError, OverflowError):
        return None


def _error(given: object) -> ErrorReport | None:
    if not isinstance(given, Mapping):
        return None
    return ErrorReport(
        type=_short(given.get("type")) or "UnknownError",
        message=_short(given.get("message")) or "The job failed without a message.",
        hint=_short(given.get("hint")),
        traceback=storable(str(given.get("traceback") or ""), _TEXT_LIMIT),
        causes=tuple(
            {str(name): _short(text) for name, text in cause.items()}
            for cause in given.get("causes") or ()
            if isinstance(cause, Mapping)
        ),
        frames=tuple(frame for frame in given.get("frames") or () if isinstance(frame, Mapping)),
        is_transient=given.get("is_transient") is True,
    )


def state_data(state: State, digest: str) -> dict[str, Any]:
    """Return a state as JSON data, bound to the ticket of this digest."""
    return {"ticket": digest, **asdict(state)}


def read_state(data: Mapping[str, Any], digest: str) -> State | None:
    """Return the state in *data*; None where it is none, or that of another start."""
    if data.get("ticket") != digest:
        return None
    try:
        fraction = data.get("fraction")
        entity = data.get("entity")
        return State(
            beat=int(data["beat"]),
            fraction=None if fraction is None else min(1.0, max(0.0, float(fraction))),
            message=_short(data.get("message")),
            has_progress=data.get("has_progress") is True,
            warnings=tuple(map(_short, data.get("warnings") or ()))[:_MOST_WARNINGS],
            entity=None if entity is None else (_short(entity[0]), _size(entity[1])),
            memory_bytes=_size(data["memory_bytes"]),
            peak_bytes=_size(data["peak_bytes"]),
            cpu_s=_seconds(data["cpu_s"]),
            elapsed_s=_seconds(data["elapsed_s"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return None


def _short(value: object) -> str:
    return storable(str(value), _SHORT_LIMIT) if value else ""


def _whole(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) <= _MOST else None


def _size(value: Any) -> int:
    return min(max(0, int(value)), _MOST)


def _seconds(value: Any) -> float:
    number = float(value)
    return max(0.0, number) if math.isfinite(number) else 0.0
