"""What is kept of a job when it is put: its name, its parameters, where its submitter works."""

from __future__ import annotations

import json
import logging
import os
import site
import sys
import sysconfig
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queue_core.queue.base import JobOptions

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

logger = logging.getLogger(__name__)


def stored_options(options: JobOptions) -> dict[str, Any]:
    """Return the options as fields of `task_copy.NewJob`."""
    not_before = options.not_before.timestamp() if options.not_before else None
    if options.delay_s is not None:
        not_before = time.time() + options.delay_s
    return {
        "priority": options.priority,
        "not_before": not_before,
        "after": options.after,
        "after_policy": options.after_policy.value,
        "max_attempts": options.max_attempts or 0,
        "retry_delay_s": options.retry_delay_s,
        "timeout_s": options.timeout_s,
        "memory_limit_bytes": options.memory_limit_bytes,
        "pinned": options.pinned,
        "group_id": options.group_id,
    }


def name_of(job: BaseJob) -> str:
    """Return the job's name; a method that fails is not worth a lost job."""
    try:
        return job.get_job_name() or type(job).__name__
    except Exception as error:  # noqa: BLE001 - a user's method
        logger.info("%s.get_job_name failed: %s", type(job).__name__, error)
        return type(job).__name__


def params_of(job: BaseJob) -> dict[str, Any]:
    """Return the job's parameters to show; a method that fails is not worth a lost job."""
    try:
        return job.get_params()
    except Exception as error:  # noqa: BLE001 - a user's method
        logger.info("%s.get_params failed: %s", type(job).__name__, error)
        return {}


@cache
def _installed_places() -> frozenset[str]:
    places = {str(Path(path).resolve()) for path in sysconfig.get_paths().values()}
    places |= {str(Path(path).resolve()) for path in site.getsitepackages()}
    places.add(str(Path(site.getusersitepackages()).resolve()))
    return frozenset(places)


def environment() -> str:
    """Return where the submitter works, as JSON: its folder and its own import path entries."""
    cwd = os.getcwd()  # noqa: PTH109 - a gone folder raises the same, and this is the hot path
    path = []
    for entry in sys.path:
        absolute = os.path.join(cwd, entry)  # noqa: PTH118
        if absolute not in _installed_places() and not absolute.endswith((".zip", "lib-dynload")):
            path.append(absolute)
    return json.dumps({"cwd": cwd, "path": path})
