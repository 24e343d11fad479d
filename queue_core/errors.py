"""The exception tree: every message is a sentence a user can act on."""

from __future__ import annotations

from collections.abc import Sequence

from queue_core.extras import install_command
from queue_core.plain import sentence

_SENTENCE_LIMIT = 4_000


class MonitorError(Exception):
    """Base of every error that the program raises on purpose.

    What a job gives where a sentence belongs (a number, another exception, a list) becomes one.

    Attributes:
        message: What happened, one sentence that names the file, column or parameter.
        hint: What to do next, one sentence; empty where the message says it all.
    """

    # On the class, so that a subclass that forgets super().__init__() still has them.
    message: str = ""
    hint: str = ""

    def __init__(self, message: object = "", *, hint: object = "") -> None:
        told = sentence(message, _SENTENCE_LIMIT)
        super().__init__(told)
        self.message = told
        self.hint = sentence(hint, _SENTENCE_LIMIT)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep every attribute across processes (the default drops keyword arguments)."""
        return (_rebuild, (type(self), self.__dict__.copy()))


def _rebuild(kind: type[MonitorError], state: dict[str, object]) -> MonitorError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state.get("message", ""),)
    return error


class JobQueueError(MonitorError):
    """The queue cannot do what was asked."""


class JobNotFoundError(JobQueueError):
    """There is no job with this id."""


class JobError(MonitorError):
    """A job ended in error for a reason that it can explain."""


class DataError(JobError):
    """The data does not allow it: a bad file, a wrong column, no rows left.

    Attributes:
        line: The line of the file that is at fault, from 1; 0 where that is not known.
        remedies: Options with values that would let the file be read, the likelier ones first.
    """

    line: int = 0
    remedies: Sequence[tuple[str, object]] = ()

    def __init__(
        self,
        message: object = "",
        *,
        hint: object = "",
        line: int = 0,
        remedies: Sequence[tuple[str, object]] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.remedies = tuple(remedies)


class ParameterError(JobError):
    """A parameter is missing, unknown or out of its bounds.

    Attributes:
        parameter: Name of the parameter.
    """

    def __init__(self, message: object = "", *, parameter: str = "", hint: object = "") -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter


class ScriptError(JobError):
    """A script raised, in an interpreter of its own.

    Attributes:
        kind: Class name of what it raised.
        traceback: As that Python printed it.
        frames: The innermost calls with their variables, as that Python told of them.
    """

    kind: str = ""
    traceback: str = ""
    frames: Sequence[object] = ()

    def __init__(
        self, message: object = "", *, kind: str, traceback: str, frames: Sequence[object] = ()
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.traceback = traceback
        self.frames = frames


class MissingPackageError(JobError):
    """An optional package is not installed.

    Attributes:
        package: Name of the package to import.
        extra: The extra of this project that brings it.
    """

    def __init__(self, package: str, *, extra: str, feature: str) -> None:
        super().__init__(
            f"{feature} needs the package {package}, which is not installed.",
            hint=f"Install it with: {install_command(extra)}",
        )
        self.package = package
        self.extra = extra


class EntityNotFoundError(MonitorError):
    """There is no dataset, run, ... with this id in the main database."""


class EntityInUseError(MonitorError):
    """An entity cannot be deleted: others hang on it, or a job works with it."""


class LocalFolderError(MonitorError):
    """The local folder cannot be used: missing, read-only, full, or of a newer version."""


class UntrustedBlobError(JobQueueError):
    """A stored job does not carry our signature and was not opened."""
