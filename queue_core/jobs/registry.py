"""The one list of what can be submitted: the built-in job types, and those of other packages.

A type is described by a record. The classes of built-in types are imported when they are first
used. Another package adds a type by an entry point of the group `dashai_monitor.jobs`, whose name
is the type's name and whose value is the class; see docs/writing-a-job-type.md.
"""

from __future__ import annotations

import difflib
import inspect
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from queue_core.entry_points import declared
from queue_core.errors import MonitorError, ParameterError
from queue_core.jobs.base import BaseJob
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.jobs.job_type import JobType

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP: Final = "dashai_monitor.jobs"
_NAME = re.compile(r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")


@dataclass(frozen=True)
class JobTypeProblem:
    """A job type of another package that cannot be used.

    Attributes:
        name: Name of the entry point; empty where those of a package cannot be read.
        package: The package that declares it.
        message: Why, one sentence.
    """

    name: str
    package: str
    message: str


def job_types() -> Mapping[str, JobType]:
    """Return all types that can be submitted, by name: built-in ones first, then by title.

    The first call imports the classes of other packages, which may take time; what cannot be
    imported is left out and told by `job_type_problems`.
    """
    return _discovered()[0]


def known_job_types() -> Mapping[str, JobType]:
    """Return what `job_types` does, at once: before its first call, the built-in types only."""
    return job_types() if _discovered.cache_info().currsize else BUILT_IN


def job_type_problems() -> tuple[JobTypeProblem, ...]:
    """Return what other packages declare and cannot be used, with the reason."""
    return _discovered()[1]


def get_job_type(name: str) -> JobType:
    """Return the type of this name, or of this class name (`dataset` or `DatasetJob`).

    Raises:
        ParameterError: There is none; the message says why, or names the nearest ones.
    """
    found = _find(BUILT_IN, name) or _find(job_types(), name)
    if found is not None:
        return found
    for problem in job_type_problems():
        if problem.name == name:
            raise ParameterError(
                problem.message, parameter="type", hint=f"Repair or update {problem.package}."
            )
    near = difflib.get_close_matches(name, job_types(), n=3, cutoff=0.5)
    raise ParameterError(
        f"There is no job type “{name}”.",
        parameter="type",
        hint=f"Did you mean {' or '.join(near)}?"
        if near
        else f"There are {', '.join(job_types())}.",
    )


def _find(types: Mapping[str, JobType], name: str) -> JobType | None:
    if name in types:
        return types[name]
    return next((item for item in types.values() if item.task_type == name), None)


@cache
def _discovered() -> tuple[Mapping[str, JobType], tuple[JobTypeProblem, ...]]:
    found = dict(BUILT_IN)
    problems: list[JobTypeProblem] = []
    others: list[JobType] = []
    for item in declared(ENTRY_POINT_GROUP):
        package, point = item.package, item.point
        if point is None:
            problem = f"What the package {package} declares cannot be read: {item.problem}."
            problems.append(JobTypeProblem("", package, problem))
            continue
        try:
            others.append(_of_entry_point(point, package, found))
        except MonitorError as error:
            problems.append(JobTypeProblem(point.name, package, error.message))
            logger.info("job type %s of %s: %s", point.name, package, error.message)
        else:
            found[others[-1].name] = others[-1]
    ordered = sorted(others, key=lambda item: item.title.casefold())
    return {**BUILT_IN, **{item.name: item for item in ordered}}, tuple(problems)


def _of_entry_point(point: EntryPoint, package: str, known: Mapping[str, JobType]) -> JobType:
    """Return the type that an entry point declares.

    Raises:
        MonitorError: It cannot be used.
    """
    whose = f"The job type “{point.name}” of the package {package}"
    if not _NAME.match(point.name):
        raise MonitorError(f"{whose} needs a name of small letters, digits and hyphens.")
    if point.name in known:
        owner = known[point.name].package or "this program"
        raise MonitorError(f"{whose} has a name that {owner} uses already.")
    try:
        job_class = point.load()
    except (Exception, SystemExit) as error:  # a border: what another package does when imported
        logger.debug("%s could not be imported", point.value, exc_info=True)
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise MonitorError(f"{whose} cannot be imported: {reason}.") from error
    problem = _unfit(job_class)
    if problem:
        raise MonitorError(f"{whose} cannot be used: {point.value} {problem}.")
    title = job_class.TYPE if job_class.TYPE != BaseJob.TYPE else _words(point.name)
    return JobType(
        name=point.name, title=title, noun=title, description=_first_sentence(job_class),
        factory=f"{point.module}:{point.attr}", package=package,
    )  # fmt: skip


def _unfit(job_class: Any) -> str:
    """Return why a class cannot be a job type; empty where it can."""
    if not isinstance(job_class, type) or not issubclass(job_class, BaseJob):
        return "is not a subclass of queue_core.BaseJob"
    if inspect.isabstract(job_class):
        return "has no method run()"
    schema = job_class.PARAMETERS
    if schema is None:
        return ""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not all(
        isinstance(item, Mapping) for item in properties.values()
    ):
        return "has PARAMETERS that are not a JSON Schema object with properties"
    unknown = [name for name in _names(schema.get("required", ())) if name not in properties]
    return f"requires the parameter “{unknown[0]}”, which it does not describe" if unknown else ""


def _names(value: Any) -> Iterable[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else ()


def _words(name: str) -> str:
    return re.sub(r"[-_.]+", " ", name).capitalize()


def _first_sentence(job_class: type[BaseJob]) -> str:
    text = inspect.cleandoc(job_class.__doc__ or "").partition("\n\n")[0]
    return " ".join(text.split())
