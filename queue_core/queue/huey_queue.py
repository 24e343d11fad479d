"""The job queue over Huey and SQLite: put, change and order jobs, and run them."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from huey import Huey

from queue_core.errors import JobQueueError, UntrustedBlobError
from queue_core.paths import LocalFolder
from queue_core.queue import dependencies, schedules, state, submission, task_copy
from queue_core.queue.base import (
    JobFilter,
    JobOptions,
    JobStatus,
    Schedule,
    WaitReason,
)
from queue_core.queue.clock import new_id, now_text, owner_id
from queue_core.queue.editing import QueueEditor
from queue_core.queue.engine import Engine
from queue_core.queue.engine_options import EngineOptions
from queue_core.queue.maintenance import close_entity
from queue_core.queue.opening import open_database
from queue_core.queue.reading import not_found
from queue_core.queue.recovery import Recovered
from queue_core.queue.serializer import SignedSerializer, load_key
from queue_core.queue.storage import WakingStorage
from queue_core.queue.waiting import COLUMNS as WAITING_COLUMNS
from queue_core.queue.waiting import why_waiting
from queue_core.runner.context import JobContext

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

_CANCEL_WAIT_S = 1.0
_ACTIVE = frozenset({JobStatus.NOT_STARTED, JobStatus.STARTED})


class HueyJobQueue(QueueEditor):
    """A durable queue in a SQLite file, consumed by this process after `start`.

    Any number of processes may put jobs and read them; as a context manager it runs jobs while
    the block runs.

    Args:
        local_path: The local folder; None means `$DASHAI_LOCAL_PATH` or `~/.DashAI`.
        url: Room for other databases; only None is known.

    Raises:
        LocalFolderError: The folder or a file in it cannot be used.
    """

    def __init__(
        self, local_path: str | os.PathLike[str] | None = None, url: str | None = None
    ) -> None:
        if url is not None:
            raise JobQueueError(
                f"This version cannot keep its queue at {url}.",
                hint="Leave url out: the queue is then a file in the local folder.",
            )
        folder = LocalFolder.resolve(local_path).create()
        database, self._opening_notices = open_database(folder.queue_db)
        super().__init__(database, folder)
        self._serializer = SignedSerializer(load_key(folder.secret_key))
        self._huey = Huey(
            task_copy.QUEUE_NAME,
            results=False,
            storage_class=WakingStorage,
            serializer=self._serializer,
            database=database,
        )
        self._storage: WakingStorage = self._huey.storage
        self._storage.trusted_message = self._trusted_message
        self._storage.on_problem = database.on_problem = self._note_problem
        self._run_job = self._huey.task(context=True, name="run_job")(self._execute)
        self._engine: Engine | None = None
        self._state_lock = threading.RLock()
        self._problem: str | None = None

    # Putting -------------------------------------------------------------------------------------

    def put(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Store *job* durably and return its id at once; see `BaseJobQueue.put`."""
        options = options or JobOptions()
        self._check_options(options)
        job_id = new_id()
        job.bind(JobContext(job_id, self.folder))
        job.set_status_as_delivered()
        try:
            self._insert(
                task_copy.NewJob(
                    id=job_id,
                    task_type=type(job).__name__,
                    name=submission.name_of(job),
                    blob=self._serializer.dump_job(job),
                    message=b"",
                    params=submission.params_of(job),
                    environment=submission.environment(),
                    **submission.stored_options(options),
                )
            )
        except BaseException:
            job.set_status_as_error()
            raise
        return job_id

    def put_chain(self, jobs: Iterable[BaseJob], options: JobOptions | None = None) -> list[str]:
        """Put jobs that run one after another, each when the one before has finished."""
        options = options or JobOptions()
        group = options.group_id or new_id()
        ids: list[str] = []
        for job in jobs:
            after = (*options.after, *ids[-1:])
            ids.append(self.put(job, replace(options, after=after, group_id=group)))
        return ids

    def put_group(self, jobs: Iterable[BaseJob], options: JobOptions | None = None) -> list[str]:
        """Put jobs that belong together and run in any order."""
        options = options or JobOptions()
        options = replace(options, group_id=options.group_id or new_id())
        return [self.put(job, options) for job in jobs]

    def _check_options(self, options: JobOptions) -> None:
        for after_id in options.after:
            self._row(after_id, "id")
        if options.delay_s is not None and options.not_before is not None:
            raise JobQueueError("A job has either a delay or an earliest start, not both.")

    def _insert(self, new: task_copy.NewJob) -> None:
        task = self._run_job.s(new.id)  # how often it is tried is decided when it has failed
        task.id = new.id
        task.priority = new.priority
        self._storage.stage(new)
        self._huey.enqueue(task)

    def _trusted_message(self, job_id: str, stored: bytes | None) -> bytes:
        """Return Huey's message for a job; see `WakingStorage.trusted_message`."""
        if stored is not None:
            with contextlib.suppress(UntrustedBlobError):
                return self._serializer.verify(stored)
        task = self._run_job.s(job_id)
        task.id = job_id
        message: bytes = self._huey.serialize_task(task)
        return message

    # Changing ------------------------------------------------------------------------------------

    def cancel(self, job_id: str) -> bool:
        """Stop a waiting or running job; see `BaseJobQueue.cancel`."""
        with self._database.transaction() as connection:
            row = self._own_row(job_id, "status, message_id, owner")
            if row["status"] == JobStatus.NOT_STARTED:
                now = now_text()
                connection.execute("DELETE FROM task WHERE id = ?", (row["message_id"],))
                connection.execute(
                    "UPDATE task_copy SET status = 'cancelled', message_id = NULL, "
                    "finished_at = ?, last_update = ? WHERE id = ?",
                    (now, now, job_id),
                )
                dependencies.release(connection, job_id, "cancelled")
            elif row["status"] == JobStatus.STARTED:
                self._request(job_id, "cancel")
            else:
                return False
        if row["status"] == JobStatus.NOT_STARTED:
            self._clean_up_cancelled(job_id)
        elif row["owner"] == owner_id() and self._engine is not None:
            self._engine.running_jobs.cancel(job_id)
            self.wait_until(lambda: self._status(job_id).is_final, _CANCEL_WAIT_S)
        return True

    def cancel_all(self, where: JobFilter | None = None) -> Sequence[str]:
        """Stop all waiting and running jobs of ours that match; return their ids."""
        where = where or JobFilter()
        chosen = where.statuses & _ACTIVE if where.statuses else _ACTIVE
        active = JobFilter(frozenset(chosen), where.task_types, where.search)
        records = [r for r in self.list(active) if r.is_ours] if chosen else []
        # Waiting ones first: none of them may take the place of a running one that ends.
        records.sort(key=lambda record: record.status is JobStatus.STARTED)
        return [record.id for record in records if self.cancel(record.id)]

    def pause(self, job_id: str) -> bool:
        """Suspend a running job with all its processes; its clock stops. False if it does not run.

        Raises:
            JobNotFoundError: There is no such job.
            JobQueueError: The job belongs to DashAI.
        """
        return self._order_owner(job_id, "pause")

    def resume(self, job_id: str) -> bool:
        """Let a suspended job go on; False if it was not suspended."""
        return self._order_owner(job_id, "resume")

    def _order_owner(self, job_id: str, order: str) -> bool:
        row = self._own_row(job_id, "status, owner, paused")
        if row["status"] != JobStatus.STARTED or bool(row["paused"]) == (order == "pause"):
            return False
        if row["owner"] == owner_id() and self._engine is not None:
            running = self._engine.running_jobs
            return running.pause(job_id) if order == "pause" else running.resume(job_id)
        self._request(job_id, order)
        return True

    def resume_queue(self) -> None:
        """Start jobs again."""
        state.set_paused(self._database, paused=False)
        self._storage.wake(everybody=True)

    def retry(self, job_id: str, changes: Mapping[str, Any] | None = None) -> str:
        """Put an ended job again; see `BaseJobQueue.retry`.

        The stored job is copied and not opened: its code may be importable in a child process
        only, and the changes are applied there.
        """
        row = self._own_row(job_id, "*")
        if not JobStatus(row["status"]).is_final:
            raise JobQueueError(
                f"“{row['job_name']}” has not ended yet.", hint="Cancel it first, or wait."
            )
        new = self._copy(row, retry_of=job_id, changes=changes)
        with self._database.transaction() as connection:
            self._insert(new)
            dependencies.follow_retry(connection, job_id, new.id)
        return new.id

    def _copy(
        self, row: Any, *, retry_of: str | None = None, changes: Mapping[str, Any] | None = None,
        schedule_id: str | None = None,
    ) -> task_copy.NewJob:  # fmt: skip
        """Return a new job that is a copy of a stored one, with *changes* to its parameters."""
        self._serializer.verify(row["job_blob"])
        known = row.keys()
        environment = json.loads(row["environment"] or "{}")
        params = json.loads(row["params"] or "{}")
        if changes:
            environment["changes"] = {**environment.get("changes", {}), **changes}
            params.update(changes)
        kept = ("priority", "max_attempts", "retry_delay_s", "timeout_s", "memory_limit_bytes")
        repeats_killed = retry_of is not None and row["status"] == JobStatus.KILLED
        return task_copy.NewJob(
            id=new_id(),
            task_type=row["task_type"],
            name=str((changes or {}).get("name") or row["job_name"]),
            blob=row["job_blob"],
            message=b"",
            params=params,
            environment=json.dumps(environment),
            retry_of=retry_of,
            schedule_id=schedule_id,
            interruptions=row["interruptions"] if repeats_killed else 0,
            **{name: row[name] for name in kept if name in known},
        )

    # Schedules -----------------------------------------------------------------------------------

    def add_schedule(self, job: BaseJob, cron: str, *, name: str | None = None) -> str:
        """Put a copy of *job* whenever *cron* says so; return the schedule's id.

        Args:
            job: The job; it is stored as it is now.
            cron: Five fields (minute, hour, day of month, month, day of week), in local time.
            name: Name of the jobs; None means the job's own.

        Raises:
            ParameterError: *cron* is not one that is known.
        """
        schedule = Schedule(
            id=new_id(),
            name=name or submission.name_of(job),
            task_type=type(job).__name__,
            cron=cron,
            enabled=True,
            next_run=schedules.next_run(cron, datetime.now(UTC)),
            params=submission.params_of(job),
        )
        blob = self._serializer.dump_job(job)
        with self._database.transaction() as connection:
            schedules.insert(
                connection, schedule, blob=blob, environment=submission.environment(),
                now=now_text(),
            )  # fmt: skip
        return schedule.id

    def _put_scheduled(self, row: Any) -> str:
        new = self._copy({**dict(row), "job_name": row["name"]}, schedule_id=row["id"])
        self._insert(new)
        return new.id

    # Running -------------------------------------------------------------------------------------

    @property
    def is_consuming(self) -> bool:
        """Whether this process runs jobs."""
        return self._engine is not None

    def running_here(self) -> Sequence[str]:
        """Return the ids of the jobs that run in children of this process."""
        return tuple(self._engine.supervisor.running()) if self._engine is not None else ()

    @property
    def recovered(self) -> Recovered:
        """What recovery found at the last start."""
        return self._engine.recovered if self._engine is not None else Recovered()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know: a damaged file put aside, a schedule that cannot be put."""
        return (*self._opening_notices, *schedules.problems(self._database))

    @property
    def problem(self) -> str | None:
        """What keeps the queue from working now, one sentence; None where nothing does."""
        if self._problem is None and self._engine is not None:
            return self._engine.supervisor.start_problem
        return self._problem

    def _note_problem(self, error: JobQueueError | None) -> None:
        self._problem = None if error is None else f"{error.message} {error.hint}".strip()

    def why_waiting(self, job_id: str) -> WaitReason | None:
        """Return why a job waits, in a sentence; None where it does not wait.

        Raises:
            JobNotFoundError: There is no such job.
        """
        engine = self._engine
        missing = 0
        if engine is not None and engine.memory_is_short:
            missing = engine.options.floor_bytes - engine.available_bytes
        return why_waiting(
            self._database, self._row(job_id, WAITING_COLUMNS), memory_missing_bytes=missing,
            problem=self.problem,
        )  # fmt: skip

    def start(self, workers: int = 1, options: EngineOptions | None = None) -> Self:
        """Run jobs in this process's children, *workers* at once; again: change their number."""
        with self._state_lock:
            if self._engine is not None:
                self._engine.resize(workers)
                return self
            engine = Engine(
                folder=self.folder, database=self._database, huey=self._huey,
                serializer=self._serializer, watcher=self._watcher,
                options=options or EngineOptions(), put_again=self._put_scheduled,
            )  # fmt: skip
            self._engine = engine
            engine.start(workers)
        return self

    def stop(self) -> None:
        """Run no more jobs; running ones are interrupted (`killed`), waiting ones keep waiting."""
        with self._state_lock:
            if self._engine is not None:
                self._engine.stop()
                self._engine = None

    def close(self) -> None:
        """Stop, and close the database."""
        self.stop()
        self._watcher.stop()
        self._database.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _execute(self, job_id: str, task: Any = None) -> None:
        """Huey's task; see `Engine.execute`."""
        if self._engine is None:
            raise not_found(job_id)
        self._engine.execute(job_id, task)

    def _clean_up_cancelled(self, job_id: str) -> None:
        """Let a cancelled waiting job clean up; where no child can do it, close its entity."""
        if self._engine is not None:
            with contextlib.suppress(UntrustedBlobError):
                self._engine.clean_up(self._engine.order(job_id), cancelled=True)
        else:
            close_entity(self.folder, job_id)
