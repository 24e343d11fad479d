"""The queue and the jobs: everything that works without a window."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from queue_core.version import __version__

if TYPE_CHECKING:
    from queue_core.client.connecting import connect
    from queue_core.errors import JobError, JobNotFoundError, JobQueueError
    from queue_core.jobs.base import BaseJob
    from queue_core.jobs.converter_job import ConverterJob
    from queue_core.jobs.dataset_job import DatasetJob
    from queue_core.jobs.explainer_job import ExplainerJob
    from queue_core.jobs.explorer_job import ExplorerJob
    from queue_core.jobs.generative_job import GenerativeJob
    from queue_core.jobs.job_type import JobType
    from queue_core.jobs.model_job import ModelJob
    from queue_core.jobs.predict_job import PredictJob
    from queue_core.jobs.registry import get_job_type, job_types
    from queue_core.queue.contract import BaseJobQueue
    from queue_core.queue.huey_queue import HueyJobQueue
    from queue_core.queue.job_record import JobRecord, JobStatus
    from queue_core.queue.values import AfterPolicy, JobFilter, JobOptions, JobOrder, Move

# Imported when first asked for: a child process and the window need only a few of them.
_PLACES = {
    "AfterPolicy": "queue_core.queue.values",
    "BaseJob": "queue_core.jobs.base",
    "BaseJobQueue": "queue_core.queue.contract",
    "ConverterJob": "queue_core.jobs.converter_job",
    "DatasetJob": "queue_core.jobs.dataset_job",
    "ExplainerJob": "queue_core.jobs.explainer_job",
    "ExplorerJob": "queue_core.jobs.explorer_job",
    "GenerativeJob": "queue_core.jobs.generative_job",
    "HueyJobQueue": "queue_core.queue.huey_queue",
    "JobError": "queue_core.errors",
    "JobFilter": "queue_core.queue.values",
    "JobNotFoundError": "queue_core.errors",
    "JobQueueError": "queue_core.errors",
    "JobOptions": "queue_core.queue.values",
    "JobOrder": "queue_core.queue.values",
    "JobRecord": "queue_core.queue.job_record",
    "JobStatus": "queue_core.queue.job_record",
    "JobType": "queue_core.jobs.job_type",
    "ModelJob": "queue_core.jobs.model_job",
    "Move": "queue_core.queue.values",
    "PredictJob": "queue_core.jobs.predict_job",
    "connect": "queue_core.client.connecting",
    "get_job_type": "queue_core.jobs.registry",
    "job_types": "queue_core.jobs.registry",
}

__all__ = [
    "AfterPolicy",
    "BaseJob",
    "BaseJobQueue",
    "ConverterJob",
    "DatasetJob",
    "ExplainerJob",
    "ExplorerJob",
    "GenerativeJob",
    "HueyJobQueue",
    "JobError",
    "JobFilter",
    "JobNotFoundError",
    "JobOptions",
    "JobOrder",
    "JobQueueError",
    "JobRecord",
    "JobStatus",
    "JobType",
    "ModelJob",
    "Move",
    "PredictJob",
    "__version__",
    "connect",
    "get_job_type",
    "job_types",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
