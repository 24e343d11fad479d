"""What is kept of a job when it is put: checked options, its name, its parameters, its errand."""

from __future__ import annotations

import json
import logging
import math
import os
import site
import sys
import sysconfig
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from queue_core.errors import JobQueueError, ParameterError
from queue_core.queue.store import labels
from queue_core.queue.store.handover import NewJob
from queue_core.queue.store.serializer import Errand, one_line
from queue_core.queue.store.stored import LAST_MOMENT_S, storable
from queue_core.queue.values import AfterPolicy, JobOptions
from queue_core.runner.job_process.job_pickle import NotStorableError, dump_job

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

logger = logging.getLogger(__name__)

_PARAMS_LIMIT: Final = 64 * 1024
_NAME_LIMIT: Final = 500
_TYPE_LIMIT: Final = 200
_LONGEST_RETRY_S: Final = 3600.0
_LARGEST_INTEGER: Final = (1 << 63) - 1
_MOST_ATTEMPTS: Final = 1_000_000
_MOST_PRIORITY: Final = 1_000_000_000
_MOST_CORES: Final = 1_000_000


# Options -----------------------------------------------------------------------------------------


def stored_options(options: JobOptions) -> dict[str, Any]:
    """Return checked options as fields of `NewJob`.

    Raises:
        JobQueueError: One is of a wrong type or out of its bounds; the message names it.
    """
    return {
        "priority": _whole(options.priority, "priority", -_MOST_PRIORITY, _MOST_PRIORITY),
        "not_before": _earliest_start(options),
        "after_ids": json.dumps(_after(options.after)) if options.after else None,
        "after_policy": _policy(options.after_policy),
        "max_attempts": _whole(options.max_attempts or 0, "max_attempts", 0, _MOST_ATTEMPTS),
        "retry_delay_s": _retry_delay(options.retry_delay_s),
        "timeout_s": _limit_s(options.timeout_s),
        "memory_limit_bytes": _memory(options.memory_limit_bytes),
        "pinned": bool(options.pinned),
        "group_id": None if options.group_id is None else _text(options.group_id, "group_id"),
        "labels": _labels(options),
        **_demand(options),
    }


def _labels(options: JobOptions) -> str | None:
    given: object = options.labels
    if isinstance(given, str) or not isinstance(given, tuple | list | set | frozenset):
        raise _refused("labels", given, "must be a list of texts")
    asked = [_text(label, "labels") for label in given]
    if asked and options.place is not None:
        raise JobQueueError(
            "The option labels is only for a job that a worker of this list runs.",
            hint="Leave out the place or the labels.",
        )
    try:
        return labels.to_text(asked)
    except ParameterError as error:
        raise JobQueueError(f"The option labels: {error.message}", hint=error.hint) from error


def _demand(options: JobOptions) -> dict[str, Any]:
    asked = {
        "cores": None if options.cores is None else _whole(options.cores, "cores", 1, _MOST_CORES),
        "asked_memory_bytes": _memory(options.asked_memory_bytes, "asked_memory_bytes") or None,
        "gpus": None if options.gpus is None else _whole(options.gpus, "gpus", 0, _MOST_CORES),
    }
    if options.place is None:
        for name, value in asked.items():
            if value:
                raise JobQueueError(
                    f"The option {name} is only for a job that runs at another place.",
                    hint="Say at which place it is to run, or give it a memory limit.",
                )
        return {}
    return {"place": _text(options.place, "place"), **asked}


def _refused(name: str, value: object, what: str) -> JobQueueError:
    return JobQueueError(
        f"The option {name} {what}; it is {_shown(value)[:60]}.",
        hint="Change it and put the job again.",
    )


def _whole(value: object, name: str, least: int, most: int) -> int:
    number = getattr(value, "item", lambda: value)() if hasattr(value, "dtype") else value
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise _refused(name, value, f"must be a whole number from {least:,} to {most:,}")
    return number


def _number(value: object, name: str, what: str) -> float:
    number = getattr(value, "item", lambda: value)() if hasattr(value, "dtype") else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _refused(name, value, what)
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _earliest_start(options: JobOptions) -> float | None:
    if options.delay_s is not None and options.not_before is not None:
        raise JobQueueError(
            "A job has either a delay or an earliest start, not both.",
            hint="Leave out delay_s or not_before.",
        )
    if options.delay_s is not None:
        what = "must be a number of seconds that ends before the year 10000"
        moment = time.time() + _number(options.delay_s, "delay_s", what)
        if not moment <= LAST_MOMENT_S:
            raise _refused("delay_s", options.delay_s, what)
        return max(0.0, moment)
    if options.not_before is None:
        return None
    if not isinstance(options.not_before, datetime):
        raise _refused("not_before", options.not_before, "must be a date with time")
    try:
        return min(LAST_MOMENT_S, max(0.0, options.not_before.timestamp()))
    except (ValueError, OverflowError) as error:
        raise _refused("not_before", options.not_before, "must be after 1970") from error


def _after(value: object) -> list[str]:
    if isinstance(value, str) or not isinstance(value, tuple | list | set | frozenset):
        raise _refused("after", value, "must be a list of ids of jobs")
    return [_text(item, "after") for item in value]


def _policy(value: object) -> str:
    try:
        return AfterPolicy(value).value  # type: ignore[arg-type]
    except ValueError as error:
        choices = " or ".join(AfterPolicy)
        raise _refused("after_policy", value, f"must be {choices}") from error


def _retry_delay(value: object) -> float | None:
    """Return a delay within its bounds: longer than an hour is an hour, before now is now."""
    if value is None:
        return None
    seconds = _number(value, "retry_delay_s", "must be a number of seconds")
    return None if math.isnan(seconds) else min(_LONGEST_RETRY_S, max(0.0, seconds))


def _limit_s(value: object) -> float | None:
    if value is None:
        return None
    what = "must be a number of seconds, 0 for no limit"
    seconds = _number(value, "timeout_s", what)
    if math.isnan(seconds) or seconds < 0:
        raise _refused("timeout_s", value, what)
    return 0.0 if math.isinf(seconds) else seconds


def _memory(value: object, name: str = "memory_limit_bytes") -> int | None:
    if value is None:
        return None
    what = "must be a number of bytes, 0 for none"
    size = _number(value, name, what)
    if math.isnan(size) or size < 0:
        raise _refused(name, value, what)
    return 0 if size > _LARGEST_INTEGER else int(size)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _refused(name, value, "must be text")
    return storable(value, _NAME_LIMIT)


# The job -----------------------------------------------------------------------------------------


def new_job(
    job: BaseJob, job_id: str, options: JobOptions, blob: bytes, own_code: tuple[str, ...] = ()
) -> NewJob:
    """Return what is stored of a job; see `errand_of`.

    Raises:
        JobQueueError: An option is wrong.
    """
    return NewJob(
        id=job_id,
        task_type=storable(type(job).__name__, _TYPE_LIMIT),
        job_name=name_of(job),
        job_blob=blob,
        params=params_json(params_of(job)),
        environment=json.dumps({"cwd": working_folder(), "path": [*import_path(), *own_code]}),
        entity_open=has_clean_up(job),
        reuse_key=reuse_key_of(job),
        **stored_options(options),
    )


def errand_of(job: BaseJob, place: str | None = None, own_code: tuple[str, ...] = ()) -> Errand:
    """Return what is executed of a job: the job itself, and where its submitter works.

    Args:
        job: The job.
        place: Where it is to run.
        own_code: Folders of code that it brings besides those of the submitter.

    Raises:
        JobQueueError: It holds something that cannot be serialised; the message names it.
    """
    try:
        payload = dump_job(job)
    except NotStorableError as error:
        raise JobQueueError(
            f"{type(job).__name__} cannot be stored: {error}.",
            hint="Give the job plain data, paths and functions; open files, locks, connections "
            "and threads cannot go to another process.",
        ) from error
    return Errand(
        payload=payload,
        cwd=working_folder(),
        import_path=(*import_path(), *own_code),
        reuse_key=reuse_key_of(job),
        place=place,
    )


def reuse_key_of(job: BaseJob) -> str | None:
    """Return whose used process may run the job; None where it wants a fresh one.

    Jobs share a process only where all of it would be the same anyway: class, folder, import path.
    """
    kind = type(job)
    if kind.reuses_process is not True:
        return None
    place = "\x1f".join((working_folder() or "", *import_path()))
    return storable(f"{kind.__module__}.{kind.__qualname__}\x1f{place}")


def has_clean_up(job: BaseJob) -> bool:
    """Return whether the job's class wants to clean up after an end that is not its own."""
    from queue_core.jobs.base import BaseJob

    kind = type(job)
    return (
        kind.on_cancel is not BaseJob.on_cancel
        or kind.set_status_as_error is not BaseJob.set_status_as_error
    )


def name_of(job: BaseJob) -> str:
    """Return the job's name; a method that fails is not worth a lost job."""
    try:
        name: object = job.get_job_name()
        text = name if isinstance(name, str) else "" if name is None else str(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a user's method
        logger.info("%s.get_job_name failed: %s", type(job).__name__, one_line(error))
        text = ""
    return storable(text.strip() or type(job).__name__, _NAME_LIMIT)


def params_of(job: BaseJob) -> Mapping[str, object]:
    """Return the job's parameters to show; a method that fails is not worth a lost job."""
    try:
        params: object = job.get_params()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a user's method
        logger.info("%s.get_params failed: %s", type(job).__name__, one_line(error))
        return {}
    if not isinstance(params, Mapping):
        return {}
    return {key if isinstance(key, str) else _shown(key): value for key, value in params.items()}


def params_json(params: Mapping[str, object]) -> str:
    """Return parameters as JSON text for people; what JSON cannot hold becomes its repr."""
    small = {key: _cut(value) for key, value in params.items()}
    try:
        text = json.dumps(small, default=_shown, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError, MemoryError):
        text = json.dumps({key: _shown(value) for key, value in small.items()})
    if len(text) > _PARAMS_LIMIT:
        share = _PARAMS_LIMIT // max(1, len(small))
        text = json.dumps({key: _shown(value)[:share] for key, value in small.items()})
    # Half a surrogate pair, out of a file name that is not UTF-8, stands as its escape.
    return text if text.isascii() or storable(text) == text else json.dumps(json.loads(text))


def _cut(value: object) -> object:
    """Shorten what is far too long to be shown, before it is written out."""
    if isinstance(value, str) and len(value) > _PARAMS_LIMIT:
        return f"{value[:1000]}… ({len(value):,} characters)"
    if isinstance(value, bytes | bytearray | memoryview) and len(value) > _PARAMS_LIMIT:
        return f"{bytes(value[:100])!r}… ({len(value):,} bytes)"
    return value


def _shown(value: object) -> str:
    try:
        text = str(value) if hasattr(value, "__fspath__") else repr(value)
    except BaseException as error:  # noqa: BLE001 - a user's __repr__ may raise anything
        return f"<{type(value).__qualname__}: {type(error).__name__} in __repr__>"
    return text if len(text) <= _PARAMS_LIMIT else f"{text[:1000]}…"


def give_up_entity(job: BaseJob) -> None:
    """Mark the entity of a job that could not be put; what the job's method raises is not why."""
    try:
        job.set_status_as_error()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a user's method
        logger.info("set_status_as_error failed: %s", one_line(error))


# Where the submitter works -----------------------------------------------------------------------


@cache
def _installed_places() -> frozenset[str]:
    found = [*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages()]
    return frozenset(os.path.realpath(path) for path in found)


def working_folder() -> str | None:
    """Return the folder that the submitter works in; None where it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109 - the hot path
    except OSError:
        return None


def import_path() -> tuple[str, ...]:
    """Return the submitter's own entries of the import path, absolute."""
    cwd = working_folder()
    path = []
    for entry in sys.path:
        if not isinstance(entry, str) or (cwd is None and not os.path.isabs(entry)):  # noqa: PTH117
            continue
        absolute = os.path.join(cwd or "", entry)  # noqa: PTH118 - the hot path
        if absolute not in _installed_places() and not absolute.endswith((".zip", "lib-dynload")):
            path.append(absolute)
    return tuple(path)
