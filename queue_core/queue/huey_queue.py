"""The job queue over Huey and SQLite: put, change and order jobs, and run them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.queue import placing, schedules, submission
from queue_core.queue.editing import QueueEditor
from queue_core.queue.engine.engine import Engine
from queue_core.queue.engine.huey_storage import ReadyBell
from queue_core.queue.engine.job_huey import JobHuey
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.engine.problems import Problems
from queue_core.queue.engine.recovery import Recovered
from queue_core.queue.estimates import Forecast
from queue_core.queue.job_record import JobStatus
from queue_core.queue.repeating import Retried, copy_of, readable, retry_each
from queue_core.queue.store import dependencies, doubts, lifecycle, state
from queue_core.queue.store.choice import open_list
from queue_core.queue.store.clock import new_id, now_text
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import PATIENCE_S, CommitUnknownError
from queue_core.queue.store.handover import Cancelled, NewJob
from queue_core.queue.store.resigning import sign_anew
from queue_core.queue.store.serializer import Signer, load_key, one_line
from queue_core.queue.upkeep.entities import close_entity
from queue_core.queue.upkeep.forecasting import Forecaster
from queue_core.queue.upkeep.waiting import COLUMNS as WAITING_COLUMNS
from queue_core.queue.upkeep.waiting import why_waiting, with_start
from queue_core.queue.values import JobFilter, JobOptions, Schedule, WaitKind, WaitReason
from queue_core.runner.job_process.context import JobContext
from queue_core.settings import Settings
from queue_core.settings.known import WORKERS

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
        url: Where a team shares its list, `postgresql://user@host/database`; None means
            `$DASHAI_QUEUE_URL`, and where that is empty, a file in the local folder.

    Raises:
        LocalFolderError: The folder or a file in it cannot be used.
        JobQueueError: The server does not answer, or does not let us in.
    """

    def __init__(
        self, local_path: str | os.PathLike[str] | None = None, url: str | None = None
    ) -> None:
        folder = LocalFolder.resolve(local_path).create()
        database, self._opening_notices, version = open_list(folder, url)
        super().__init__(database, folder)
        submission.import_path()  # it reads files: now, while there are descriptors for that
        self._signer = Signer(load_key(folder.secret_key))
        if version:
            sign_anew(database, self._signer, version)
        self._problems = Problems()
        database.on_problem = self._problems.of("database")
        self._bell = ReadyBell(database)
        self._huey = JobHuey(database)
        self._storage = self._huey.storage
        self._engine: Engine | None = None
        self._state_lock = threading.RLock()
        self._forecaster = Forecaster(database)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know: a damaged file put aside, a schedule that cannot be put."""
        return (*self._opening_notices, *schedules.problems(self._database))

    # Putting -------------------------------------------------------------------------------------

    def put(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Store *job* durably and return its id at once; see `BaseJobQueue.put`."""
        options = options or JobOptions()
        options = placing.placed(self.folder, job, options)
        submission.stored_options(options)  # nothing is made of a job whose options are wrong
        for after_id in options.after:
            self._row(after_id, "id")
        job_id = new_id()
        job.bind(JobContext(job_id, self.folder))
        job.set_status_as_delivered()
        try:
            code = placing.own_code(self.folder, job, options.place)
            blob = self._signer.sign(submission.errand_of(job, options.place, code), job_id)
            self._insert(submission.new_job(job, job_id, options, blob, code))
        except BaseException:
            _give_up_entity(job)
            raise
        return job_id

    def put_chain(self, jobs: Iterable[BaseJob], options: JobOptions | None = None) -> list[str]:
        """Put jobs that run one after another, each when the one before has finished."""
        group = (options := options or JobOptions()).group_id or new_id()
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

    def _insert(self, new: NewJob) -> None:
        """Store a job so that a power cut cannot take it; wake a worker meanwhile.

        Raises:
            JobQueueError: It cannot be stored; then it is not.
        """
        message = self._huey.announce(new.id, new.priority)
        is_put = partial(doubts.is_put, job_id=new.id)

        def write(connection: Connection, *, again: bool = False) -> None:
            if again and is_put(connection):
                return
            lifecycle.put(connection, new, message)
            if new.retry_of is not None:
                dependencies.follow_retry(connection, new.retry_of, new.id)

        self._database.write(write, durable=False, patience_s=PATIENCE_S, is_done=is_put)
        self._bell.wake()  # the job may start while its `put` waits for the disk
        try:
            self._database.sync()
        except CommitUnknownError:  # a server went down: what it did not keep is stored again
            self._database.write(partial(write, again=True), is_done=is_put)
        except JobQueueError:
            self._database.write(lambda c: lifecycle.withdraw(c, new.id), durable=False)
            raise

    # Changing ------------------------------------------------------------------------------------

    def cancel(self, job_id: str) -> bool:
        """Stop a waiting or running job; see `BaseJobQueue.cancel`."""
        row = self._own_row(job_id, "id, owner")
        stored_id: str = row["id"]
        answer = self._database.write(lambda c: lifecycle.cancel(c, stored_id))
        if answer is Cancelled.WAITING:
            self._close_entities()
        elif answer is Cancelled.ASKED and self._is_own(row["owner"]):
            assert self._engine is not None
            self._engine.cancel(stored_id)
            self.wait_until(lambda: self._status(stored_id).is_final, _CANCEL_WAIT_S)
        return answer is not Cancelled.TOO_LATE

    def _is_own(self, owner: object) -> bool:
        return self._engine is not None and owner == self._engine.owner_text

    def cancel_all(self, where: JobFilter | None = None) -> Sequence[str]:
        """Stop all waiting and running jobs of ours that match; return their ids."""
        where = where or JobFilter()
        chosen = where.statuses & _ACTIVE if where.statuses else _ACTIVE
        active = replace(where, statuses=frozenset(chosen))
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
        row = self._own_row(job_id, "status, owner, paused, place")
        if row["place"] is not None:
            raise JobQueueError(
                f"A job at {row['place']} cannot be suspended from here.",
                hint="Cancel it, and retry it later.",
            )
        if row["status"] != JobStatus.STARTED or bool(row["paused"]) == (order == "pause"):
            return False
        if self._is_own(row["owner"]):
            assert self._engine is not None
            running = self._engine.running_jobs
            return running.pause(job_id) if order == "pause" else running.resume(job_id)
        return self._database.write(lambda c: lifecycle.ask(c, job_id, order))

    def resume_queue(self) -> None:
        """Start jobs again."""
        state.set_paused(self._database, paused=False)
        self._bell.wake(everybody=True)

    def retry(self, job_id: str, changes: Mapping[str, Any] | None = None) -> str:
        """Put an ended job again; see `BaseJobQueue.retry`.

        The stored job is copied and not opened: its code may be importable in a child process
        only, and the changes are applied there.
        """
        new = self._copy(job_id, changes=changes or {})
        self._insert(new)
        return new.id

    def _copy(
        self, job_id: str, *, changes: Mapping[str, Any], group_id: str | None = None
    ) -> NewJob:
        row = self._own_row(job_id, "*")
        if not self._status(job_id).is_final:
            raise JobQueueError(
                f"“{row['job_name']}” has not ended yet.", hint="Cancel it first, or wait."
            )
        new = copy_of(row, job_id, self._signer, changes=changes)
        repeats_killed = row["status"] == JobStatus.KILLED
        interruptions = readable(row, "interruptions", 0) if repeats_killed else 0
        return replace(new, retry_of=job_id, interruptions=interruptions, group_id=group_id)

    def retry_all(self, job_ids: Iterable[str]) -> Retried:
        """Put ended jobs again as one group; what cannot be is left out, and said."""
        copy = partial(self._copy, changes={}, group_id=new_id())
        return retry_each(job_ids, copy, self._insert)

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
        schedule_id = new_id()
        new = submission.new_job(job, schedule_id, JobOptions(), b"")
        schedule = Schedule(
            id=schedule_id,
            name=name or new.job_name,
            task_type=new.task_type,
            cron=cron,
            enabled=True,
            next_run=schedules.next_run(cron, datetime.now(UTC)),
            params=json.loads(new.params),
        )
        blob = self._signer.sign(submission.errand_of(job), schedule_id)
        self._database.write(
            lambda c: schedules.insert(
                c, schedule, blob=blob, environment=new.environment, now=now_text(),
                entity_open=new.entity_open,
            )
        )  # fmt: skip
        return schedule_id

    def _put_scheduled(self, row: Any) -> str:
        """Put a copy of the job of a schedule that is due."""
        copy = copy_of({**dict(row), "job_name": row["name"]}, row["id"], self._signer)
        self._insert(replace(copy, schedule_id=row["id"]))
        return copy.id

    def _put_due(self) -> None:
        if not state.is_paused(self._database):
            schedules.put_due(self._database, self._put_scheduled)

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
    def problem(self) -> str | None:
        """What keeps the queue from working now, one sentence; None where nothing does."""
        problem = self._problems.now()
        if problem is None and self._engine is not None:
            return self._engine.supervisor.start_problem
        return problem

    def why_waiting(self, job_id: str) -> WaitReason | None:
        """Return why a job waits, in a sentence; None where it does not wait.

        Raises:
            JobNotFoundError: There is no such job.
        """
        engine = self._engine
        missing = 0
        if engine is not None and engine.memory_is_short:
            missing = engine.options.floor_bytes - engine.available_bytes
        reason = why_waiting(
            self._database, self._row(job_id, WAITING_COLUMNS), memory_missing_bytes=missing,
            problem=self.problem,
        )  # fmt: skip
        if reason is None or reason.kind is not WaitKind.POSITION:
            return reason
        return with_start(reason, self.forecast().starts.get(job_id))

    def forecast(self) -> Forecast:
        """Return when what runs and waits will have ended, learnt from like jobs."""
        engine = self._engine
        workers = None if engine is None else engine.workers
        return self._forecaster.forecast(workers or Settings.load(self.folder.settings)[WORKERS])

    def start(self, workers: int = 1, options: EngineOptions | None = None) -> Self:
        """Run jobs in this process's children, *workers* at once; again: change their number."""
        with self._state_lock:
            if self._engine is not None:
                self._engine.resize(workers)
                return self
            engine = Engine(
                folder=self.folder, database=self._database, signer=self._signer,
                watcher=self._watcher, bell=self._bell, problems=self._problems,
                options=options or EngineOptions(),
            )  # fmt: skip
            self._engine = engine
            try:
                engine.start(self._huey, workers, self._put_due)
            except BaseException:
                self.stop()
                raise
        return self

    def finish(self) -> None:
        """Claim no more jobs; those that run here go on until `stop`."""
        if self._engine is not None:
            self._engine.finish()

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
        self._finder.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def _close_entities(self) -> None:
        """See to the entities of jobs that ended without a run, be it this one or a skipped one."""
        if self._engine is not None:
            self._engine.on_end(JobStatus.CANCELLED)
            return
        for row in self._database.read(
            "SELECT id FROM task_copy WHERE entity_open != 0 AND status = 'cancelled'"
        ):
            # What the job itself would clean up is left to the next program that runs jobs.
            close_entity(self.folder, row["id"])


def _give_up_entity(job: BaseJob) -> None:
    """Mark the entity of a job that could not be put; what the job's method raises is not why."""
    try:
        job.set_status_as_error()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a user's method
        submission.logger.info("set_status_as_error failed: %s", one_line(error))
