"""The job queue over Huey and SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import site
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from huey import Huey
from huey import signals as huey_signals
from huey.exceptions import CancelExecution

from queue_core.errors import (
    JobNotFoundError,
    JobQueueError,
    UntrustedBlobError,
)
from queue_core.paths import LocalFolder
from queue_core.queue import records, task_copy
from queue_core.queue.base import (
    OUR_ORIGIN,
    BaseJobQueue,
    ChangeBatch,
    JobCounts,
    JobFilter,
    JobOptions,
    JobOrder,
    JobRecord,
    JobStatus,
    LogLine,
    LogSource,
)
from queue_core.queue.clock import new_id, now_text, owner_id
from queue_core.queue.connection import Database
from queue_core.queue.consumer import EmbeddedConsumer, Slot
from queue_core.queue.feed import ChangeWatcher, last_cursor, prune_changes, read_changes
from queue_core.queue.presence import Consumer, announce, consumers, withdraw
from queue_core.queue.recorder import Recorder
from queue_core.queue.recovery import Recovered, recover
from queue_core.queue.schema import prepare_schema
from queue_core.queue.serializer import SignedSerializer, load_key
from queue_core.queue.storage import WakingStorage
from queue_core.runner.context import JobContext
from queue_core.runner.logs import delete_log, log_path, read_log
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.supervisor import Supervisor

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

logger = logging.getLogger(__name__)

_CANCEL_WAIT_S = 1.0
_SOURCES = {source.value: source for source in LogSource}


class JobFailedError(Exception):
    """Tells Huey that a job has ended in error; what happened is in the outcome."""


class _ExpectedFailures(logging.Filter):
    """Keeps Huey from logging the failures of jobs as faults of the program: rows hold them."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        expected = kind is not None and issubclass(kind, JobFailedError | CancelExecution)
        return not expected and "CancelExecution" not in str(record.msg)


class HueyJobQueue(BaseJobQueue):
    """A durable queue in a SQLite file, consumed by this process after `start`.

    Any number of processes may put jobs and read them; as a context manager it runs jobs while
    the block runs.

    Args:
        local_path: The local folder; None means `$DASHAI_LOCAL_PATH` or `~/.DashAI`.
        url: Room for other databases; only None is known.

    Raises:
        LocalFolderError: The folder or a file in it cannot be used.
    """

    def __init__(self, local_path: str | os.PathLike[str] | None = None, url: str | None = None):
        if url is not None:
            raise JobQueueError(
                f"This version cannot keep its queue at {url}.",
                hint="Leave url out: the queue is then a file in the local folder.",
            )
        self.folder = LocalFolder.resolve(local_path).create()
        self._database = Database(self.folder.queue_db)
        prepare_schema(self._database)
        self.folder.queue_db.chmod(0o600)
        self._serializer = SignedSerializer(load_key(self.folder.secret_key))
        self._huey = Huey(
            task_copy.QUEUE_NAME,
            results=False,
            storage_class=WakingStorage,
            serializer=self._serializer,
            database=self._database,
        )
        self._storage: WakingStorage = self._huey.storage
        self._run_job = self._huey.task(context=True, name="run_job")(self._execute)
        self._register_signals()
        self._watcher = ChangeWatcher(self._database)
        self._recorder = Recorder(self._database)
        self._slots = Slot()
        self._outcomes = threading.local()
        self._supervisor: Supervisor | None = None
        self._consumer: EmbeddedConsumer | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._state_lock = threading.RLock()
        self.recovered = Recovered()

    # Putting and changing ------------------------------------------------------------------------

    def put(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Store *job* durably and return its id at once; see `BaseJobQueue.put`."""
        options = options or JobOptions()
        job_id = new_id()
        job.bind(JobContext(job_id, self.folder))
        job.set_status_as_delivered()
        try:
            self._insert(
                task_copy.NewJob(
                    id=job_id,
                    task_type=type(job).__name__,
                    name=_name_of(job),
                    blob=self._serializer.dump_job(job),
                    message=b"",
                    params=_params_of(job),
                    environment=_environment(),
                    **_stored_options(options),
                )
            )
        except BaseException:
            job.set_status_as_error()
            raise
        return job_id

    def _insert(self, new: task_copy.NewJob) -> None:
        task = self._run_job.s(new.id)
        task.id = new.id
        task.priority = new.priority
        task.retries = new.max_attempts - 1
        self._storage.stage(new)
        self._huey.enqueue(task)

    def _trusted_message(self, job_id: str, stored: bytes | None) -> bytes:
        """Return Huey's message for a job; see `WakingStorage.trusted_message`."""
        if stored is not None:
            with contextlib.suppress(UntrustedBlobError):
                self._serializer.verify(stored)
                return stored
        row = self._row(job_id, "attempt, max_attempts, priority")
        task = self._run_job.s(job_id)
        task.id = job_id
        task.priority = row["priority"]
        task.retries = max(0, row["max_attempts"] - row["attempt"])
        message: bytes = self._huey.serialize_task(task)
        return message

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
                order = self._order(job_id)
            elif row["status"] == JobStatus.STARTED:
                connection.execute(
                    "UPDATE task_copy SET requested = 'cancel', last_update = ? WHERE id = ?",
                    (now_text(), job_id),
                )
                order = None
            else:
                return False
        if order is not None:
            self._clean_up(order, cancelled=True)
        elif row["owner"] == owner_id() and self._supervisor is not None:
            self._supervisor.end(job_id, EndReason.CANCELLED)
            self._wait_until(lambda: self._status(job_id).is_final, _CANCEL_WAIT_S)
        return True

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
        self._serializer.verify(row["job_blob"])
        environment = json.loads(row["environment"] or "{}")
        params = json.loads(row["params"] or "{}")
        if changes:
            environment["changes"] = {**environment.get("changes", {}), **changes}
            params.update(changes)
        environment["repeats"] = True
        new = task_copy.NewJob(
            id=new_id(),
            task_type=row["task_type"],
            name=str((changes or {}).get("name") or row["job_name"]),
            blob=row["job_blob"],
            message=b"",
            params=params,
            environment=json.dumps(environment),
            priority=row["priority"],
            max_attempts=row["max_attempts"],
            timeout_s=row["timeout_s"],
            memory_limit_bytes=row["memory_limit_bytes"],
            group_id=row["group_id"],
            retry_of=job_id,
        )
        self._insert(new)
        return new.id

    def remove(self, job_ids: Iterable[str]) -> tuple[str, ...]:
        """Delete ended jobs of ours and their logs; see `BaseJobQueue.remove`."""
        removed = []
        with self._database.transaction() as connection:
            for job_id in job_ids:
                gone = connection.execute(
                    "DELETE FROM task_copy WHERE id = ? AND origin = ? AND status NOT IN "
                    "('not_started', 'started')",
                    (job_id, OUR_ORIGIN),
                ).rowcount
                if gone:
                    removed.append(job_id)
        for job_id in removed:
            delete_log(log_path(self.folder.logs, job_id))
        return tuple(removed)

    # Reading -------------------------------------------------------------------------------------

    def get(self, job_id: str) -> JobRecord:
        """Return status and metadata of a job; see `BaseJobQueue.get`."""
        record = records.read_record(self._database, job_id)
        if record is None:
            raise _not_found(job_id)
        return record

    async def async_get(self, job_id: str) -> JobRecord:
        """Do what `get` does in a thread."""
        return await asyncio.to_thread(self.get, job_id)

    def peek(self) -> JobRecord:
        """Return the job that runs next; see `BaseJobQueue.peek`."""
        row = self._database.read_one(
            f"SELECT id FROM task_copy WHERE {task_copy.READY} "
            f"ORDER BY {task_copy.RUN_ORDER} LIMIT 1",
            (time.time(),),
        )
        if row is None:
            raise JobQueueError("No job is waiting.")
        return self.get(row["id"])

    def is_empty(self) -> bool:
        """Return whether no job of ours waits or runs."""
        row = self._database.read_one(
            "SELECT 1 FROM task_copy WHERE status IN ('not_started', 'started') AND origin = ? "
            "LIMIT 1",
            (OUR_ORIGIN,),
        )
        return row is None

    def list(
        self,
        where: JobFilter | None = None,
        order: JobOrder | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[JobRecord]:
        """Return the jobs that match; see `BaseJobQueue.list`."""
        return records.read_list(
            self._database, where or JobFilter(), order or JobOrder(), limit=limit, offset=offset
        )

    def ids(self, where: JobFilter | None = None, order: JobOrder | None = None) -> Sequence[str]:
        """Return the ids of the jobs that match, in order."""
        return records.read_ids(self._database, where or JobFilter(), order or JobOrder())

    def get_many(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return records by id, without tracebacks and results."""
        return records.read_many(self._database, job_ids)

    def counts(self) -> JobCounts:
        """Return how many jobs there are by status and by type."""
        return records.read_counts(self._database)

    def changes_since(self, cursor: int = 0) -> ChangeBatch:
        """Return what changed after *cursor*; see `BaseJobQueue.changes_since`."""
        return read_changes(self._database, cursor)

    def cursor(self) -> int:
        """Return the cursor of a reader that knows everything up to now."""
        return last_cursor(self._database)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* soon after each change; see `BaseJobQueue.subscribe`."""
        return self._watcher.subscribe(callback)

    def logs(self, job_id: str, *, after: int = 0, limit: int | None = None) -> Sequence[LogLine]:
        """Return the lines of a job's log; see `BaseJobQueue.logs`."""
        path = log_path(self.folder.logs, job_id)
        if not path.exists():
            self._row(job_id, "id")
            return []
        return [
            LogLine(
                number=line.number,
                time=datetime.fromtimestamp(line.time_s, UTC),
                level=line.level,
                source=_SOURCES.get(line.source, LogSource.MONITOR),
                text=line.text,
                attempt=line.attempt,
            )
            for line in read_log(path, after=after, limit=limit)
        ]

    def wait(self, job_id: str, timeout_s: float | None = None) -> JobRecord:
        """Block until the job has ended; see `BaseJobQueue.wait`."""
        if not self._wait_until(lambda: self._status(job_id).is_final, timeout_s):
            raise TimeoutError(f"Job {job_id} has not ended within {timeout_s} s.")
        return self.get(job_id)

    def _wait_until(self, condition: Callable[[], bool], timeout_s: float | None) -> bool:
        changed = threading.Event()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        unsubscribe = self.subscribe(changed.set)
        try:
            while not condition():
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                changed.wait(1.0 if left is None else min(left, 1.0))
                changed.clear()
        finally:
            unsubscribe()
        return True

    # Consuming -----------------------------------------------------------------------------------

    @property
    def supervisor(self) -> Supervisor:
        """Who owns the child processes, while this process consumes."""
        if self._supervisor is None:
            raise JobQueueError("The queue is not started.")
        return self._supervisor

    @property
    def slot(self) -> Slot:
        """The calling consumer thread's slot."""
        return self._slots

    @property
    def is_consuming(self) -> bool:
        """Whether this process runs jobs."""
        return self._consumer is not None

    def consumers(self) -> Sequence[Consumer]:
        """Return the programs that run jobs of this queue now, this one included."""
        return consumers(self._database)

    def start(self, workers: int = 1, *, preload: Sequence[str] = (), grace_s: float = 2.0) -> Self:
        """Run jobs in this process's children, *workers* at once; again: change their number.

        Args:
            workers: How many jobs run at once.
            preload: Modules that children import while they wait.
            grace_s: Seconds that a cancelled job has to end by itself.
        """
        with self._state_lock:
            if self._consumer is not None:
                self._consumer.resize(workers)
                announce(self._database, workers)
                return self
            self.recovered = recover(self._database)
            self._supervisor = Supervisor(
                self.folder.root, self.folder.logs, preload=preload, grace_s=grace_s
            )
            self._supervisor.start()
            self._recorder.start()
            self._storage.trusted_message = self._trusted_message
            self._storage.current_pid = self._current_pid
            self._storage.reopen()
            self._consumer = EmbeddedConsumer(self._huey, owner=self, workers=workers)
            self._consumer.start()
            self._unsubscribe = self.subscribe(self._on_change)
            for job_id in self.recovered.interrupted + self.recovered.cancelled:
                self._clean_up(self._order(job_id), cancelled=job_id in self.recovered.cancelled)
            with self._database.transaction(durable=False) as connection:
                prune_changes(connection)
            announce(self._database, workers)
        return self

    def stop(self) -> None:
        """Run no more jobs; running ones are interrupted (`killed`), waiting ones keep waiting."""
        with self._state_lock:
            consumer, supervisor = self._consumer, self._supervisor
            if consumer is None or supervisor is None:
                return
            self._storage.begin_close()
            with suppress(JobQueueError):  # an ended process does not count anyway
                withdraw(self._database)
            consumer.stop()
            for job_id in supervisor.running():
                supervisor.end(job_id, EndReason.INTERRUPTED)
            consumer.join()
            supervisor.stop()
            self._recorder.stop()
            if self._unsubscribe is not None:
                self._unsubscribe()
            self._consumer = self._supervisor = self._unsubscribe = None

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

    def _current_pid(self) -> int | None:
        child = self._slots.child
        return child.pid if child is not None else None

    def _on_change(self) -> None:
        """Look for jobs and orders that other processes have stored. On the watcher's thread."""
        self._storage.wake(everybody=True)
        supervisor = self._supervisor
        if supervisor is None or not supervisor.running():
            return
        for row in self._database.read(
            "SELECT id, requested FROM task_copy WHERE status = 'started' AND owner = ? "
            "AND requested IS NOT NULL",
            (owner_id(),),
        ):
            if row["requested"] == "cancel":
                supervisor.end(row["id"], EndReason.CANCELLED)

    def _execute(self, job_id: str, task: Any = None) -> None:
        """Huey's task: run one attempt of a job in this thread's child. Runs no user code here."""
        outcome = self._attempt(job_id)
        self._outcomes.last = outcome
        if outcome.reason is EndReason.FINISHED:
            return
        if not (outcome.error is not None and outcome.error.is_transient):
            task.retries = 0
        if outcome.reason.is_failure:
            raise JobFailedError(job_id)
        raise CancelExecution(retry=False)

    def _attempt(self, job_id: str) -> Outcome:
        child = self._slots.child
        assert child is not None
        try:
            order = self._order(job_id)
        except UntrustedBlobError as error:
            report = ErrorReport(type(error).__name__, error.message, error.hint)
            return Outcome(EndReason.RAISED, error=report)
        outcome = self.supervisor.run(child, order, self._recorder.listener(job_id))
        self._recorder.flush(job_id)
        if outcome.reason not in (EndReason.FINISHED, EndReason.RAISED):
            self._clean_up(order, cancelled=outcome.reason is EndReason.CANCELLED)
        return outcome

    def _clean_up(self, order: RunOrder, *, cancelled: bool) -> None:
        """Let a stopped job clean up; by the next program that consumes, if not by this one."""
        if self._supervisor is not None:
            self._supervisor.clean_up_later(order, cancelled=cancelled)

    def _order(self, job_id: str) -> RunOrder:
        row = self._row(job_id, "job_blob, environment, attempt, timeout_s, memory_limit_bytes")
        environment = json.loads(row["environment"] or "{}")
        return RunOrder(
            job_id=job_id,
            payload=self._serializer.verify(row["job_blob"]),
            cwd=environment.get("cwd"),
            import_path=tuple(environment.get("path", ())),
            changes=environment.get("changes", {}),
            attempt=row["attempt"],
            timeout_s=row["timeout_s"],
            memory_limit_bytes=row["memory_limit_bytes"],
        )

    def _register_signals(self) -> None:
        """Keep `task_copy` by Huey's signals.

        `SIGNAL_ENQUEUED` and `SIGNAL_EXECUTING` come beside the storage's own transactions, in
        which the row is written already (`WakingStorage.enqueue`, `dequeue`): Huey emits the first
        before it stores anything, swallows what a receiver raises, and dequeues before the second.
        """
        logging.getLogger("huey").addFilter(_ExpectedFailures())

        @self._huey.signal(
            huey_signals.SIGNAL_COMPLETE, huey_signals.SIGNAL_ERROR, huey_signals.SIGNAL_CANCELED
        )  # type: ignore[untyped-decorator]
        def on_end(signal: str, task: Any, error: BaseException | None = None) -> None:
            del signal
            outcome: Outcome | None = getattr(self._outcomes, "last", None)
            self._outcomes.last = None
            if outcome is None:
                report = ErrorReport(type(error).__name__, f"The runner failed: {error}")
                outcome = Outcome(EndReason.RAISED, error=report)
            self._storage.finished(
                task.id, lambda connection: task_copy.finish(connection, task.id, outcome)
            )

    # Rows ----------------------------------------------------------------------------------------

    def _row(self, job_id: str, columns: str) -> Any:
        row = self._database.read_one(f"SELECT {columns} FROM task_copy WHERE id = ?", (job_id,))
        if row is None:
            raise _not_found(job_id)
        return row

    def _own_row(self, job_id: str, columns: str) -> Any:
        row = self._row(job_id, f"origin, {columns}")
        if row["origin"] != OUR_ORIGIN:
            raise JobQueueError(
                "This job belongs to DashAI; it is shown here and left alone.",
                hint="Cancel, retry or remove it in DashAI.",
            )
        return row

    def _status(self, job_id: str) -> JobStatus:
        return JobStatus(self._row(job_id, "status")["status"])


def _not_found(job_id: str) -> JobNotFoundError:
    return JobNotFoundError(
        f"There is no job with the id {job_id}.", hint="List the jobs with `dashai-monitor jobs`."
    )


def _stored_options(options: JobOptions) -> dict[str, Any]:
    not_before = options.not_before.timestamp() if options.not_before else None
    if options.delay_s is not None:
        not_before = time.time() + options.delay_s
    return {
        "priority": options.priority,
        "not_before": not_before,
        "after": options.after,
        "after_policy": options.after_policy.value,
        "max_attempts": options.max_attempts or 1,
        "timeout_s": options.timeout_s,
        "memory_limit_bytes": options.memory_limit_bytes,
        "pinned": options.pinned,
        "group_id": options.group_id,
    }


def _name_of(job: BaseJob) -> str:
    try:
        return job.get_job_name() or type(job).__name__
    except Exception as error:  # noqa: BLE001 - a user's method; a name is not worth a lost job
        logger.warning("%s.get_job_name failed: %s", type(job).__name__, error)
        return type(job).__name__


def _params_of(job: BaseJob) -> dict[str, Any]:
    try:
        return job.get_params()
    except Exception as error:  # noqa: BLE001 - as above
        logger.warning("%s.get_params failed: %s", type(job).__name__, error)
        return {}


@cache
def _installed_places() -> frozenset[str]:
    places = {str(Path(path).resolve()) for path in sysconfig.get_paths().values()}
    places |= {str(Path(path).resolve()) for path in site.getsitepackages()}
    places.add(str(Path(site.getusersitepackages()).resolve()))
    return frozenset(places)


def _environment() -> str:
    """Return where the submitter works, as JSON: its folder and its own import path entries."""
    cwd = os.getcwd()  # noqa: PTH109 - a gone folder raises the same, and this is the hot path
    path = []
    for entry in sys.path:
        absolute = os.path.join(cwd, entry)  # noqa: PTH118
        if absolute not in _installed_places() and not absolute.endswith((".zip", "lib-dynload")):
            path.append(absolute)
    return json.dumps({"cwd": cwd, "path": path})
