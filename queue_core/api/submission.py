"""From what a client names to a job: its type, its parameters, and which files it may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from queue_core.api.problems import ApiError
from queue_core.api.shapes import NewJob, Options
from queue_core.api.uploads import MARK, find_upload
from queue_core.components.registry import ComponentKind, components
from queue_core.errors import MonitorError, ParameterError
from queue_core.jobs.registry import get_job_type
from queue_core.queue.values import JobOptions

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob
    from queue_core.jobs.job_type import JobType

_FILE_FORMATS: Final = frozenset(("path", "folder", "file"))
# Under which names a job may name a file although its form does not say so.
_FILE_NAMES: Final = frozenset(("file_path", "path", "url", "script"))
_RUNS_CODE: Final = "PythonJob"


def make_job(new: NewJob, uploads: Path, *, trusts_paths: bool) -> BaseJob:
    """Return the job that a client asks for; nothing is stored yet.

    Args:
        new: What is asked for.
        uploads: Where uploaded files lie.
        trusts_paths: Whether a client may name files of this computer, and run scripts.

    Raises:
        ParameterError: There is no such type, or a parameter is wrong.
        ApiError: It names a file that it may not.
    """
    job_type = get_job_type(new.job_type)
    kwargs = checked_files(job_type, new.kwargs, uploads, trusts_paths=trusts_paths)
    if "kwargs" in kwargs or "self" in kwargs:
        raise ParameterError("A parameter cannot be called so.", parameter="kwargs")
    try:
        return job_type.make(kwargs)
    except MonitorError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError) as error:
        # A class of another package need not check what it is given.
        raise ParameterError(f"The parameters cannot be used: {error}.") from error


def checked_files(
    job_type: JobType, given: Mapping[str, Any], uploads: Path, *, trusts_paths: bool
) -> dict[str, Any]:
    """Return the parameters with uploaded files as paths.

    Raises:
        ParameterError: There is no such uploaded file.
        ApiError: A file of this computer is named, and may not be.
    """
    if job_type.task_type == _RUNS_CODE and not trusts_paths:
        raise _refused("Scripts are not run for clients of the API.", "job_type")
    found = dict(given)
    named = _FILE_NAMES | set(_file_parameters(job_type.parameters or {}))
    for name in named & found.keys():
        value = found[name]
        if isinstance(value, str) and value.startswith(MARK):
            found[name] = str(find_upload(uploads, value))
        elif value not in (None, "") and not trusts_paths:
            raise _refused("Clients of the API cannot name files of this computer.", name)
    if not trusts_paths and _names_model_file(found):
        raise _refused("Clients of the API cannot name model files of this computer.", "model")
    return found


def _refused(sentence: str, field: str) -> ApiError:
    return ApiError(
        403, "files_not_allowed", sentence, field=field,
        hint="Upload the file to /api/v1/uploads/, or start the program with: "
        "dashai-monitor serve --allow-local-files",
    )  # fmt: skip


def _file_parameters(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, described in schema.get("properties", {}).items():
        if described.get("format") in _FILE_FORMATS:
            yield name


def _names_model_file(params: Mapping[str, Any]) -> bool:
    """Return whether the chosen generator reads a model from a file that the client names."""
    chosen = components(ComponentKind.GENERATOR).get(str(params.get("generator")))
    return chosen is not None and chosen.options.get("model") in _FILE_FORMATS


def job_options(options: Options) -> JobOptions:
    """Return how the job is to be run."""
    given = {name: value for name, value in options.model_dump().items() if value is not None}
    if "after" in given:
        given["after"] = tuple(given["after"])
    return JobOptions(**given)
