"""The one sentence that says why a job failed, and what to do next."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import Final

from queue_core.errors import MonitorError
from queue_core.plain import plain_repr, plain_text, sentence, type_name
from queue_core.runner.job_process.exceptions import arguments_of, as_kind, slot

MESSAGE_LIMIT: Final = 4_000
_DETAIL_LIMIT = 1_000
_TRANSIENT = (ConnectionError, TimeoutError, BlockingIOError, InterruptedError)
_LASTING = (FileNotFoundError, PermissionError, MonitorError)
_TRANSIENT_ERRNO = {errno.EAGAIN, errno.EBUSY, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EIO}


def failure_sentence(error: BaseException, searched: Sequence[str]) -> tuple[str, str]:
    """Return why the job failed, and a next step where there is one.

    Args:
        error: What the job raised.
        searched: The submitter's import path, named where a module was not found.
    """
    if own := as_kind(error, MonitorError):
        message, hint = _given(own, "message").strip(), _given(own, "hint").strip()
        if message:
            return message, hint
        return _general(error)[0], hint
    if missing := as_kind(error, ModuleNotFoundError):
        told = _missing_module(missing, searched)
        if told:
            return told
    for kind, tell in _KINDS.items():
        if issubclass(type(error), kind) and (told := tell(error)):
            return told
    return _general(error)


def error_text(error: BaseException, limit: int) -> str:
    """Return the exception's text, whatever its `__str__` does; empty where it has none."""
    try:
        text = str(error)
    except BaseException as inner:  # noqa: BLE001 - a user's __str__ may raise or exit
        # What it was made with tells more than nothing.
        made_with = ", ".join(plain_repr(item, limit) for item in arguments_of(error)[:10])
        shown = f"; made with {made_with}" if made_with else ""
        return f"(its text cannot be shown: {type_name(inner)} in __str__{shown})"
    return plain_text(text, limit).strip()


def is_transient(error: BaseException) -> bool:
    """Return whether trying again may help (a broken connection, not a bad file)."""
    if issubclass(type(error), _LASTING):
        return getattr(error, "is_transient", False) is True
    number = slot(error, OSError, "errno") if as_kind(error, OSError) else None
    if type(number) is int and number in _TRANSIENT_ERRNO:
        return True
    return issubclass(type(error), _TRANSIENT)


def _given(error: MonitorError, name: str) -> str:
    """Return what an error of ours says; a subclass may have made anything of the attribute."""
    try:
        return sentence(getattr(error, name), MESSAGE_LIMIT)
    except BaseException:  # noqa: BLE001 - a property of a subclass may raise or exit
        # What BaseException keeps is what the constructor was given.
        given = arguments_of(error)
        return sentence(given[0], MESSAGE_LIMIT) if name == "message" and given else ""


def _general(error: BaseException) -> tuple[str, str]:
    name, text = type_name(error), error_text(error, MESSAGE_LIMIT)
    return (f"{name}: {text}" if text else f"{name} was raised without a message."), ""


def _missing_module(error: ModuleNotFoundError, searched: Sequence[str]) -> tuple[str, str] | None:
    name = slot(error, ImportError, "name")
    if not name:
        return None
    places = ", ".join(plain_text(place, _DETAIL_LIMIT) for place in searched)
    return (
        f"The module “{plain_text(name, _DETAIL_LIMIT)}” that this job needs was not found. "
        f"Looked in: {places or 'the program’s own packages only'}.",
        "Put the module beside the script that submits the job, or install it in the "
        "environment of this program.",
    )


def _no_memory(error: BaseException) -> tuple[str, str]:
    text = error_text(error, MESSAGE_LIMIT)
    return (
        f"The job ran out of memory{': ' + text if text else ''}.",
        "Close other programs, or work on fewer rows or columns.",
    )


def _recursion(error: BaseException) -> tuple[str, str]:
    return (
        "A function called itself too often: "
        f"{error_text(error, MESSAGE_LIMIT) or 'maximum depth exceeded'}.",
        "Look at the repeated lines in the traceback.",
    )


def _left(error: BaseException) -> tuple[str, str]:
    code = plain_repr(slot(error, SystemExit, "code"), MESSAGE_LIMIT)
    return (
        f"The job left by sys.exit({code}) before it had finished.",
        "Return from run() instead.",
    )


def _system(error: BaseException) -> tuple[str, str] | None:
    number, file = slot(error, OSError, "errno"), slot(error, OSError, "filename")
    if type(number) is not int:
        return None
    name = "" if file is None else plain_text(file, _DETAIL_LIMIT)
    if number == errno.ENOSPC:
        where = f" ({name})" if name else ""
        return f"The disk is full{where}.", "Free some space and retry the job."
    if number in (errno.EACCES, errno.EPERM) and name:
        return f"{name} may not be read or written.", "Check the file's permissions."
    if number == errno.ENOENT and name:
        return f"{name} does not exist.", "Check the path; it may have been moved."
    return None


def _no_key(error: BaseException) -> tuple[str, str] | None:
    given = arguments_of(error)
    if not given:
        return None
    return f"{type_name(error)}: there is no {plain_repr(given[0], MESSAGE_LIMIT)}", ""


_KINDS: Final[dict[type[BaseException], Callable[[BaseException], tuple[str, str] | None]]] = {
    MemoryError: _no_memory,
    RecursionError: _recursion,
    SystemExit: _left,
    OSError: _system,
    KeyError: _no_key,
}
