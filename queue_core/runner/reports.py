"""Turns an exception into a report that says why: sentence, next step, causes, frames."""

from __future__ import annotations

import errno
import linecache
import reprlib
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from queue_core.errors import MonitorError
from queue_core.runner.protocol import Failed
from queue_core.runner.redaction import Redactor

_MESSAGE_LIMIT = 4_000
_TRACEBACK_LIMIT = 200_000
_OWN_FOLDER = str(Path(__file__).parent)
_FRAMES_KEPT = 12
_LOCALS_KEPT = 30
_VALUE_LIMIT = 300
_TRANSIENT = (ConnectionError, TimeoutError, BlockingIOError, InterruptedError)
_TRANSIENT_ERRNO = {errno.EAGAIN, errno.EBUSY, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EIO}


def report_failure(error: BaseException, *, reusable: bool, searched: list[str]) -> Failed:
    """Describe *error* so that a user can act on it.

    Args:
        error: What the job raised.
        reusable: Whether the process can take another job.
        searched: The submitter's import path, named where a module was not found.
    """
    message, hint = _sentence(error, searched)
    return Failed(
        type=type(error).__qualname__,
        message=message[:_MESSAGE_LIMIT],
        hint=hint,
        traceback=_format(error),
        causes=[
            {"type": type(cause).__qualname__, "message": safe_str(cause)[:_MESSAGE_LIMIT]}
            for cause in _causes(error)
        ],
        frames=_frames(error.__traceback__),
        is_transient=_is_transient(error),
        reusable=reusable,
    )


def safe_str(error: BaseException) -> str:
    """Return the exception's text, whatever its `__str__` does."""
    try:
        return str(error)
    except Exception as inner:  # noqa: BLE001 - a user's __str__ may raise anything
        return f"(its text cannot be shown: {type(inner).__name__} in __str__)"


def _sentence(error: BaseException, searched: list[str]) -> tuple[str, str]:
    if isinstance(error, MonitorError):
        return error.message or type(error).__qualname__, error.hint
    text = safe_str(error).strip()
    if isinstance(error, ModuleNotFoundError) and error.name:
        places = ", ".join(searched) or "the program's own packages only"
        return (
            f"The module “{error.name}” that this job needs was not found. Looked in: {places}.",
            "Put the module beside the script that submits the job, or install it in the "
            "environment of this program.",
        )
    if isinstance(error, MemoryError):
        return (
            f"The job ran out of memory{': ' + text if text else ''}.",
            "Close other programs, or work on fewer rows or columns.",
        )
    if isinstance(error, RecursionError):
        return (
            f"A function called itself too often: {text or 'maximum depth exceeded'}.",
            "Look at the repeated lines in the traceback.",
        )
    if isinstance(error, SystemExit):
        return (
            f"The job left by sys.exit({error.code!r}) before it had finished.",
            "Return from run() instead.",
        )
    if isinstance(error, OSError):
        known = _os_error(error)
        if known:
            return known
    if isinstance(error, KeyError) and error.args:
        text = f"there is no {error.args[0]!r}"
    name = type(error).__qualname__
    return (f"{name}: {text}" if text else f"{name} was raised without a message."), ""


def _os_error(error: OSError) -> tuple[str, str] | None:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full{where}.", "Free some space and retry the job."
    if error.errno in (errno.EACCES, errno.EPERM) and error.filename:
        return f"{error.filename} may not be read or written.", "Check the file's permissions."
    if error.errno == errno.ENOENT and error.filename:
        return f"{error.filename} does not exist.", "Check the path; it may have been moved."
    return None


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, FileNotFoundError | PermissionError | MonitorError):
        return bool(getattr(error, "is_transient", False))
    if isinstance(error, OSError) and error.errno in _TRANSIENT_ERRNO:
        return True
    return isinstance(error, _TRANSIENT)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    current: BaseException | None = error
    while current is not None:
        if current.__cause__ is not None:
            current = current.__cause__
        elif not current.__suppress_context__:
            current = current.__context__
        else:
            current = None
        if current is None or id(current) in seen:
            return
        seen.add(id(current))
        yield current


def _format(error: BaseException) -> str:
    """Return the traceback as Python prints it, without the runner's own frame."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        trace = trace.tb_next
    error = error.with_traceback(trace) if trace is not None else error
    try:
        text = "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001 - a user's exception may break the formatter too
        text = "".join(traceback.format_tb(error.__traceback__))
        text += f"{type(error).__qualname__}: {safe_str(error)}\n"
    if len(text) > _TRACEBACK_LIMIT:
        half = _TRACEBACK_LIMIT // 2
        text = f"{text[:half]}\n... {len(text) - 2 * half:,} characters cut ...\n{text[-half:]}"
    return text


def _frames(trace: TracebackType | None) -> list[Mapping[str, Any]]:
    """Return the innermost frames, outermost first, with their local variables."""
    walked = list(traceback.walk_tb(trace))[-_FRAMES_KEPT:]
    redactor = Redactor()
    return [
        {
            "file": frame.f_code.co_filename,
            "line": line,
            "function": frame.f_code.co_qualname,
            "code": redactor.text(linecache.getline(frame.f_code.co_filename, line).strip()),
            "locals": _locals(frame),
        }
        for frame, line in walked
    ]


def _locals(frame: FrameType) -> dict[str, str]:
    redactor = Redactor()
    return {
        name: redactor.named(name, redactor.text(_short(value)))
        for name, value in list(frame.f_locals.items())[:_LOCALS_KEPT]
        if not name.startswith("__")
    }


class _Brief(reprlib.Repr):
    """Shows values without formatting large data first, subclasses of containers included."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 20
        self.maxdeque = self.maxarray = 20
        self.maxstring = self.maxother = _VALUE_LIMIT

    def repr1(self, x: Any, level: int) -> str:
        """Show one value."""
        kind = type(x).__qualname__
        if isinstance(x, _SIZED):
            if len(x) > _ITEMS_SHOWN and not isinstance(x, str):
                return f"<{kind} of length {len(x):,}>"
            base = next(base for base in _SIZED if isinstance(x, base))
            if type(x) is not base and base in (dict, list, tuple):
                return f"{kind}({getattr(self, f'repr_{base.__name__}')(x, level)})"
        try:
            shape = getattr(x, "shape", None)
            if isinstance(shape, tuple):
                return f"<{kind} of shape {shape}>"
            return super().repr1(x, level)
        except Exception as error:  # noqa: BLE001 - a user's methods may raise anything
            return f"<{kind}: {type(error).__name__} in __repr__>"

    def repr_instance(self, x: Any, level: int) -> str:
        """Show an object in its own way, cut."""
        del level
        text = repr(x)
        return text if len(text) <= self.maxother else text[: self.maxother] + "…"


_SIZED = (dict, list, tuple, set, frozenset, str, bytes, bytearray)
_ITEMS_SHOWN = 1_000
_brief = _Brief()


def _short(value: Any) -> str:
    """Return a short text of *value*, whatever its methods do."""
    text = _brief.repr(value)
    return text if len(text) <= _VALUE_LIMIT else text[:_VALUE_LIMIT] + "…"
