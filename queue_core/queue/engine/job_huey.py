"""Huey as the carrier of jobs: its tasks, with what a job needs beside its message."""

from __future__ import annotations

import logging
from typing import Protocol, cast

from huey import Huey
from huey import signals as huey_signals
from huey.api import Task
from huey.exceptions import CancelExecution

from queue_core.queue.engine.huey_storage import RowStorage
from queue_core.queue.store import handover
from queue_core.queue.store.database import Database
from queue_core.queue.store.messages import QUEUE_NAME
from queue_core.queue.store.serializer import MessageSerializer
from queue_core.runner.outcome import EndReason


class TaskRunner(Protocol):
    """Who runs a task: a worker with its child processes."""

    def run(self, task: JobTask) -> None:
        """Run one attempt and set `ended` of the task."""


class JobTask(Task):  # type: ignore[misc]
    """Huey's task for one attempt of a job.

    Attributes:
        claim: What was claimed; set before it runs.
        worker: Whose thread runs it; set before it runs.
        ended: How it ended; set when it has run.
    """

    claim: handover.Claim
    worker: TaskRunner
    ended: handover.EndedAttempt | None = None


class JobFailedError(Exception):
    """Tells Huey that a job has ended in error; what happened is in the task's `ended`."""


class _ExpectedFailures(logging.Filter):
    """Keeps Huey from logging the failures of jobs as faults of the program: rows hold them."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        expected = kind is not None and issubclass(kind, JobFailedError | CancelExecution)
        return not expected and "CancelExecution" not in str(record.msg)


logging.getLogger("huey").addFilter(_ExpectedFailures())


def _run(job_id: str, task: JobTask) -> None:
    """Huey's one task: run an attempt of a job. No user code runs in this process."""
    del job_id  # for other tools to read in the message
    task.worker.run(task)
    if task.ended is None or task.ended.outcome.reason.is_failure:
        raise JobFailedError
    if task.ended.outcome.reason is not EndReason.FINISHED:
        raise CancelExecution(retry=False)


class JobHuey(Huey):  # type: ignore[misc]
    """Huey over our tables.

    Huey's signals go out as always; the rows of these moments are written by `store.lifecycle` in
    the transactions around them, for Huey emits `SIGNAL_ENQUEUED` before it stores anything,
    swallows what a receiver raises, and forgets a task when it is dequeued.

    Args:
        database: The queue's database.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(
            QUEUE_NAME,
            results=False,
            storage_class=RowStorage,
            serializer=MessageSerializer(),
            database=database,
        )
        self._run_job = self.task(context=True, name="run_job", task_base=JobTask)(_run)

    def announce(self, job_id: str, priority: int) -> bytes:
        """Emit the signal of a job that is being put, and return Huey's message for it."""
        task = self._task(job_id)
        task.priority = priority
        self._emit(huey_signals.SIGNAL_ENQUEUED, task)
        return cast("bytes", self.serialize_task(task))

    def task_of(self, claim: handover.Claim, worker: TaskRunner) -> JobTask:
        """Return the task of a claimed job, made from its row: a message may be anybody's."""
        task = self._task(claim.job_id)
        task.claim, task.worker = claim, worker
        return task

    def _task(self, job_id: str) -> JobTask:
        return cast("JobTask", self._run_job.s(job_id, id=job_id))
