"""Turns an exception into a report that says why: sentence, next step, causes, frames.

The exception is a job's own: its methods may raise, leave the program, return nonsense, or never
return. Each part of a report is therefore made apart, within a limit of time; all that is in it is
plain text of bounded size.
"""

from __future__ import annotations

import contextlib
import linecache
import traceback
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from queue_core.errors import ScriptError
from queue_core.failures.calls import Origin, origin_of
from queue_core.plain import plain_text, storable, type_name
from queue_core.runner.job_process.brief import brief
from queue_core.runner.job_process.exceptions import as_kind, causes_of, traceback_of
from queue_core.runner.job_process.failure_sentence import (
    MESSAGE_LIMIT,
    error_text,
    failure_sentence,
    is_transient,
)
from queue_core.runner.job_process.redaction import Redactor
from queue_core.runner.job_process.time_budget import within
from queue_core.runner.protocol import Failed

_TRACEBACK_LIMIT = 200_000
_OWN_FOLDER = str(Path(__file__).parents[1])
_FRAMES_KEPT = 12
# Calls of the user's own code are kept from further out, and some of each error on the way.
_OWN_KEPT = 8
_FRAMES_OF_CAUSE = 4
_CAUSES_WITH_FRAMES = 3
_LOCALS_KEPT = 30
_VALUE_LIMIT = 300
_CODE_LIMIT = 500
_PATH_LIMIT = 1_000
_PART_S = 2.0


def report_failure(error: BaseException, *, reusable: bool, searched: Sequence[str]) -> Failed:
    """Describe *error* so that a user can act on it. Never raises.

    Args:
        error: What the job raised.
        reusable: Whether the process can take another job.
        searched: The submitter's import path, named where a module was not found.
    """
    try:
        return _report(error, reusable=reusable, searched=searched)
    except Exception as inner:  # noqa: BLE001 - a job may have changed Python itself
        name = type_name(error)
        why = f"{type_name(inner)} while its report was made"
        return Failed(name, f"{name} was raised; more cannot be told: {why}.", "", "", [])


def _report(error: BaseException, *, reusable: bool, searched: Sequence[str]) -> Failed:
    script = as_kind(error, ScriptError)
    name = plain_text(script.kind, _PATH_LIMIT) if script else type_name(error)
    message, hint = within(
        _PART_S,
        lambda: failure_sentence(error, searched),
        lambda why: (f"{name} was raised; its text cannot be shown: {why}.", ""),
    )
    return Failed(
        type=name,
        message=message,
        hint=hint,
        traceback=within(
            _PART_S, lambda: _format(error), lambda why: _bare_traceback(error, message, why)
        ),
        causes=_causes(error),
        frames=script_frames(script.frames) if script else _frames(error),
        is_transient=within(_PART_S, lambda: is_transient(error), lambda _why: False),
        reusable=reusable,
    )


def _causes(error: BaseException) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []

    def make() -> list[Mapping[str, str]]:
        found.extend(
            {"type": type_name(cause), "message": error_text(cause, MESSAGE_LIMIT)}
            for cause in causes_of(error)
        )
        return found

    return within(_PART_S, make, lambda _why: list(found))


def _format(error: BaseException) -> str:
    """Return the traceback as Python prints it, without the runner's own frames."""
    if (script := as_kind(error, ScriptError)) and script.traceback:
        return plain_text(script.traceback, _TRACEBACK_LIMIT)
    trace = _of_the_job(traceback_of(error)) or traceback_of(error)
    text = "".join(traceback.format_exception(type(error), error, trace))
    if len(text) > _TRACEBACK_LIMIT:
        half = _TRACEBACK_LIMIT // 2
        text = f"{text[:half]}\n... {len(text) - 2 * half:,} characters cut ...\n{text[-half:]}"
    return storable(text, _TRACEBACK_LIMIT + _PATH_LIMIT)


def _of_the_job(trace: TracebackType | None) -> TracebackType | None:
    """Return the traceback without the frames of what runs the job; None where it has no others."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        trace = trace.tb_next
    return trace


def _bare_traceback(error: BaseException, message: str, why: str) -> str:
    """Return the calls and the message alone, where Python's own way to print them fails."""
    lines = ["Traceback (most recent call last):"]
    for frame, number in list(traceback.walk_tb(traceback_of(error)))[-_FRAMES_KEPT:]:
        code = frame.f_code
        if not code.co_filename.startswith(_OWN_FOLDER):
            lines.append(f'  File "{code.co_filename}", line {number}, in {code.co_qualname}')
    lines += [message, f"(The full traceback cannot be shown: {why}.)", ""]
    return storable("\n".join(lines), _TRACEBACK_LIMIT)


def _frames(error: BaseException) -> list[Mapping[str, Any]]:
    """Return calls with their local variables, as the traceback has them: the first cause first.

    Kept are the innermost ones of each error, and of those further out the user's own. Where the
    values take too long to be shown, those of the outer calls are left out.
    """
    walked: list[tuple[int, FrameType, int]] = []
    chain = (error, *islice(causes_of(error), _CAUSES_WITH_FRAMES))
    for number, one in reversed(list(enumerate(chain))):
        calls = list(traceback.walk_tb(_of_the_job(traceback_of(one))))
        most = _FRAMES_OF_CAUSE if number else _FRAMES_KEPT
        outer, inner = calls[:-most], calls[-most:]
        own = [call for call in outer if _is_own(call[0])][-_OWN_KEPT:]
        walked += [(number, frame, line) for frame, line in (*own, *inner)]
    shown: list[dict[str, Any]] = [
        {**_place(frame, line), "error": number} for number, frame, line in walked
    ]

    def show_values() -> bool:
        redactor = Redactor()
        for place, (_number, frame, line) in reversed(list(zip(shown, walked, strict=True))):
            code = linecache.getline(frame.f_code.co_filename, line)
            place["code"] = redactor.text(storable(code.strip(), _CODE_LIMIT))
            # A frame of `exec` may have a mapping of the job's own for its variables.
            with contextlib.suppress(BaseException):
                _show_locals(frame, place["locals"], redactor)
        return True

    if not within(_PART_S, show_values, lambda _why: False):
        # What is still being made goes on changing; the report keeps what is there now.
        shown = [{**place, "locals": dict(list(place["locals"].items()))} for place in shown]
    return list(shown)


def script_frames(told: Sequence[object]) -> list[Mapping[str, Any]]:
    """Return the calls that another Python told of, in the form of our own, secrets hidden."""
    redactor = Redactor()
    shown: list[Mapping[str, Any]] = []
    for frame in list(told)[-_FRAMES_KEPT:]:
        if not isinstance(frame, Mapping):
            continue
        text = {
            name: plain_text(frame.get(name, ""), _PATH_LIMIT)
            for name in ("file", "function", "code")
        }
        line, values = frame.get("line"), frame.get("locals")
        pairs = list(values.items())[:_LOCALS_KEPT] if isinstance(values, Mapping) else []
        plain = ((str(name), plain_text(value, _VALUE_LIMIT)) for name, value in pairs)
        shown.append({
            **text, "code": redactor.text(text["code"]), "error": 0,
            "line": line if isinstance(line, int) else 0,
            "locals": {name: redactor.named(name, redactor.text(value)) for name, value in plain},
        })  # fmt: skip
    return shown


def _is_own(frame: FrameType) -> bool:
    return origin_of(storable(frame.f_code.co_filename, _PATH_LIMIT)) is Origin.OWN


def _place(frame: FrameType, line: int) -> dict[str, Any]:
    code = frame.f_code
    return {
        "file": storable(code.co_filename, _PATH_LIMIT),
        "line": line,
        "function": storable(code.co_qualname, _PATH_LIMIT),
        "code": "",
        "locals": {},
    }


def _show_locals(frame: FrameType, shown: dict[str, str], redactor: Redactor) -> None:
    for name, value in list(frame.f_locals.items())[:_LOCALS_KEPT]:
        if type(name) is not str or name.startswith("__"):
            continue
        plain_name = storable(name, _VALUE_LIMIT)
        shown[plain_name] = redactor.named(plain_name, redactor.text(brief(value, _VALUE_LIMIT)))
