"""The consuming side of the queue: worker threads, child processes, limits, orders, recovery."""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from huey import Huey
from huey import signals as huey_signals
from huey.exceptions import CancelExecution

from queue_core.errors import JobQueueError, UntrustedBlobError
from queue_core.paths import LocalFolder
from queue_core.queue import presence, schedules, task_copy
from queue_core.queue.connection import Database
from queue_core.queue.consumer import EmbeddedConsumer, Slot
from queue_core.queue.engine_options import EngineOptions
from queue_core.queue.feed import ChangeWatcher, prune_changes
from queue_core.queue.maintenance import Maintenance
from queue_core.queue.policies import decide_retry, retry_delay_s
from queue_core.queue.recorder import JobReports, Recorder
from queue_core.queue.recovery import INTERRUPTED, Recovered, recover
from queue_core.queue.running import RunningJobs
from queue_core.queue.serializer import SignedSerializer
from queue_core.queue.state import is_paused
from queue_core.queue.storage import WakingStorage
from queue_core.queue.watchdog import Watchdog
from queue_core.runner.limits import Watch
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.supervisor import Supervisor

logger = logging.getLogger(__name__)

_Number = TypeVar("_Number", int, float)
_RECOVERY_INTERVAL_S = 10.0
_PRUNE_INTERVAL_S = 60.0
_SCHEDULE_INTERVAL_S = 1.0


class JobFailedError(Exception):
    """Tells Huey that a job has ended in error; what happened is in the outcome."""


class _ExpectedFailures(logging.Filter):
    """Keeps Huey from logging the failures of jobs as faults of the program: rows hold them."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        expected = kind is not None and issubclass(kind, JobFailedError | CancelExecution)
        return not expected and "CancelExecution" not in str(record.msg)


logging.getLogger("huey").addFilter(_ExpectedFailures())


class Engine:
    """Runs the jobs of a queue in children of this process, from `start` to `stop`.

    Args:
        folder: The local folder.
        database: The queue's database.
        serializer: Verifies stored jobs.
        watcher: Rings when other processes have written.
        options: How jobs are run.
        put_again: Puts a copy of a stored job, for schedules.

    Attributes:
        supervisor: Who owns the children.
        running_jobs: Carries out orders to jobs that run here.
        slot: What the calling consumer thread holds.
        recovered: What recovery found at the start.
    """

    def __init__(
        self, *, folder: LocalFolder, database: Database, huey: Huey, serializer: SignedSerializer,
        watcher: ChangeWatcher, options: EngineOptions, put_again: Callable[[Any], str],
    ) -> None:  # fmt: skip
        self._folder = folder
        self._database = database
        self._huey = huey
        self._storage: WakingStorage = huey.storage
        self._serializer = serializer
        self._watcher = watcher
        self._options = options
        self._put_again = put_again
        self._outcomes = threading.local()
        self._recorder = Recorder(database)
        self._maintenance = Maintenance(database, folder, options.retention)
        self.slot = Slot()
        self.supervisor = Supervisor(
            folder.root, folder.logs, preload=options.preload, grace_s=options.grace_s,
            nice=options.nice,
        )  # fmt: skip
        self._watchdog = Watchdog(database, floor_bytes=options.floor_bytes)
        self.running_jobs = RunningJobs(database, self.supervisor, self._watchdog)
        self._consumer: EmbeddedConsumer | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self.recovered = Recovered()

    # Start and stop ------------------------------------------------------------------------------

    def start(self, workers: int) -> None:
        """Recover what dead programs left, then run jobs."""
        self.recovered = recover(self._database)
        self.supervisor.start(workers)
        self._recorder.start()
        self._connect_storage()
        self._consumer = EmbeddedConsumer(self._huey, owner=self, workers=workers)
        self._consumer.start()
        self._unsubscribe = self._watcher.subscribe(self._on_change)
        self._clean_up_recovered(self.recovered)
        self._watchdog.every(_RECOVERY_INTERVAL_S, self._recover_again)
        self._watchdog.every(_PRUNE_INTERVAL_S, self._prune)
        self._watchdog.every(_SCHEDULE_INTERVAL_S, self._put_scheduled)
        self._watchdog.start(self.running_jobs.end_for)
        self._maintenance.start()
        presence.announce(self._database, workers)

    def resize(self, workers: int) -> None:
        """Run *workers* jobs at once from now on."""
        assert self._consumer is not None
        self.supervisor.set_workers(workers)
        self._consumer.resize(workers)
        presence.announce(self._database, workers)

    def stop(self) -> None:
        """Give out no more jobs, interrupt those that run, end all children."""
        assert self._consumer is not None
        self._storage.begin_close()
        with contextlib.suppress(JobQueueError):  # an ended process does not count anyway
            presence.withdraw(self._database)
        self._consumer.stop()
        while not self._consumer.join(0.05):
            for job_id in self.supervisor.running():
                self.supervisor.end(job_id, EndReason.INTERRUPTED)
        self._maintenance.stop()
        self._watchdog.stop()
        self.supervisor.stop()
        self._recorder.stop()
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._disconnect_signals()

    @property
    def options(self) -> EngineOptions:
        """How jobs are run."""
        return self._options

    @property
    def memory_is_short(self) -> bool:
        """Whether new jobs wait for free memory."""
        return self._watchdog.memory_is_short

    @property
    def available_bytes(self) -> int:
        """Free memory of the machine."""
        return self._watchdog.available_bytes

    def _connect_storage(self) -> None:
        self._storage.current_pid = self._current_pid
        self._storage.may_start = self._may_start
        self._storage.reopen()
        # `SIGNAL_ENQUEUED` and `SIGNAL_EXECUTING` need no receiver: Huey emits the first before it
        # stores anything, swallows what a receiver raises, and dequeues before the second. Their
        # rows are written in the very transactions of the storage, `enqueue` and `dequeue`.
        self._huey.signal(
            huey_signals.SIGNAL_COMPLETE, huey_signals.SIGNAL_ERROR, huey_signals.SIGNAL_CANCELED
        )(self._on_end)

    def _disconnect_signals(self) -> None:
        self._huey.disconnect_signal(self._on_end)

    def _current_pid(self) -> int | None:
        return self.slot.child.pid if self.slot.child is not None else None

    def _may_start(self) -> bool:
        return not self._watchdog.memory_is_short and not is_paused(self._database)

    # Running -------------------------------------------------------------------------------------

    def execute(self, job_id: str, task: Any) -> None:
        """Huey's task: run one attempt in this thread's child. No user code runs here."""
        outcome = self._attempt(job_id)
        self._outcomes.last = outcome
        if outcome.reason is EndReason.FINISHED:
            return
        self._plan_retry(job_id, task, outcome)
        if outcome.reason.is_failure:
            raise JobFailedError(job_id)
        raise CancelExecution(retry=False)

    def _plan_retry(self, job_id: str, task: Any, outcome: Outcome) -> None:
        """Tell Huey whether and when to try again; it then calls `add_to_schedule` or not."""
        row = self._database.read_one(
            "SELECT attempt, max_attempts, retry_delay_s FROM task_copy WHERE id = ?", (job_id,)
        )
        attempt = row["attempt"] if row else 1
        most = (row["max_attempts"] if row else 0) or self._options.max_attempts
        again = decide_retry(outcome, attempt=attempt, max_attempts=most).again
        task.retries = most - attempt if again else 0
        if again:
            delay = row["retry_delay_s"] if row else None
            first = self._options.retry_delay_s if delay is None else delay
            task.retry_delay = retry_delay_s(first, attempt)
            with self._database.transaction(durable=False) as connection:
                connection.execute(
                    "UPDATE task_copy SET max_attempts = ? WHERE id = ?", (most, job_id)
                )

    def _attempt(self, job_id: str) -> Outcome:
        child = self.slot.child
        assert child is not None
        try:
            order = self._order(self._storage.claimed)
        except UntrustedBlobError as error:
            report = ErrorReport(type(error).__name__, error.message, error.hint)
            return Outcome(EndReason.RAISED, error=report)
        watch = Watch(
            job_id, child.pid, order.attempt, order.timeout_s, order.memory_limit_bytes,
            inherited_bytes=child.inherited_bytes,
        )  # fmt: skip
        self._watchdog.add(watch)
        try:
            listener = _Listener(self._recorder.listener(job_id), watch)
            outcome = self.supervisor.run(child, order, listener)
        finally:
            self._watchdog.remove(watch)
        self._recorder.flush(job_id)
        watch.resume()
        if watch.peak_bytes or watch.paused_s:  # looked at, for it was not over at once
            outcome = replace(
                outcome, paused_s=watch.paused_s, peak_memory_bytes=watch.peak_bytes or None,
                cpu_time_s=watch.cpu_s if watch.peak_bytes else None,
            )  # fmt: skip
        if outcome.reason not in (EndReason.FINISHED, EndReason.RAISED):
            self._clean_up_after(order, outcome)
        return outcome

    def _clean_up_after(self, order: RunOrder, outcome: Outcome) -> None:
        ending = outcome.error.message if outcome.error else ""
        if outcome.reason is EndReason.INTERRUPTED:
            ending = INTERRUPTED
        cancelled = outcome.reason is EndReason.CANCELLED
        self.clean_up(order, cancelled=cancelled, ending=ending)

    def clean_up(self, order: RunOrder, *, cancelled: bool, ending: str = "") -> None:
        """Let a job that did not end by itself clean up, in a child, in the background."""
        self.supervisor.clean_up_later(order, cancelled=cancelled, ending=ending)

    def order(self, job_id: str) -> RunOrder:
        """Return what a child needs to run a job.

        Raises:
            UntrustedBlobError: The stored job does not carry our signature.
        """
        row = self._database.read_one(
            f"SELECT {task_copy.RUN_COLUMNS} FROM task_copy WHERE id = ?", (job_id,)
        )
        if row is None:
            raise UntrustedBlobError(f"The job {job_id} was removed by another program.")
        return self._order(row)

    def _order(self, row: sqlite3.Row) -> RunOrder:
        environment = json.loads(row["environment"] or "{}")
        return RunOrder(
            job_id=row["id"],
            payload=self._serializer.verify(row["job_blob"]),
            cwd=environment.get("cwd"),
            import_path=tuple(environment.get("path", ())),
            changes=environment.get("changes", {}),
            attempt=row["attempt"],
            timeout_s=_or_default(row["timeout_s"], self._options.timeout_of(row["task_type"])),
            memory_limit_bytes=_or_default(
                row["memory_limit_bytes"], self._options.memory_limit_bytes
            ),
            log_limit_bytes=self._options.log_limit_bytes,
        )

    def _on_end(self, signal: str, task: Any, error: BaseException | None = None) -> None:
        """Keep the end of a job by Huey's signals; written with the next claim of this thread."""
        del signal
        outcome: Outcome | None = getattr(self._outcomes, "last", None)
        self._outcomes.last = None
        if outcome is None:
            report = ErrorReport(type(error).__name__, f"The runner failed: {error}")
            outcome = Outcome(EndReason.RAISED, error=report)
            logger.error("the runner failed on job %s: %r", task.id, error)
        will_retry = task.retries > 0 and outcome.reason.is_failure
        started_at = self._storage.claimed["started_at"]
        self._storage.finished(
            task.id,
            lambda connection: task_copy.finish(
                connection, task.id, outcome, started_at=started_at, is_last=not will_retry
            ),
        )

    def _on_change(self) -> None:
        """Look for jobs and orders that other processes have stored. On the watcher's thread."""
        self._storage.wake(everybody=True)
        self.running_jobs.carry_out_stored()

    # Chores of the watchdog's thread --------------------------------------------------------------

    def _recover_again(self) -> None:
        self._clean_up_recovered(recover(self._database))

    def _clean_up_recovered(self, found: Recovered) -> None:
        for job_id in found.interrupted + found.cancelled:
            with contextlib.suppress(UntrustedBlobError):
                cancelled = job_id in found.cancelled
                self.clean_up(
                    self.order(job_id), cancelled=cancelled, ending="" if cancelled else INTERRUPTED
                )

    def _prune(self) -> None:
        with self._database.transaction(durable=False) as connection:
            prune_changes(connection)

    def _put_scheduled(self) -> None:
        if not is_paused(self._database):
            schedules.put_due(self._database, self._put_again)


def _or_default(value: _Number | None, default: _Number | None) -> _Number | None:
    """Return the job's own limit, the default where it has none; 0 stands for no limit."""
    return (default if value is None else value) or None


class _Listener:
    """Tells the recorder, and the watch about the phase."""

    def __init__(self, reports: JobReports, watch: Watch) -> None:
        self._watch = watch
        self._reports = reports
        self.warning = reports.warning
        self.entity = reports.entity

    def progress(self, fraction: float | None, message: str) -> None:
        """Keep the newest progress."""
        self._watch.phase = message
        self._reports.progress(fraction, message)
