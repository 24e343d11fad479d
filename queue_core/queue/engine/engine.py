"""The consuming side of the queue: worker threads, child processes, limits, orders, recovery."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.places.configuration import PlaceConfig
from queue_core.queue.engine.attempt import AttemptRunner
from queue_core.queue.engine.away_jobs import AwayJobs
from queue_core.queue.engine.consumer import EmbeddedConsumer
from queue_core.queue.engine.entities import EntityCloser
from queue_core.queue.engine.handing_over import Sender
from queue_core.queue.engine.huey_storage import ReadyBell
from queue_core.queue.engine.job_huey import JobHuey, JobTask
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.engine.problems import Problems
from queue_core.queue.engine.recorder import Recorder
from queue_core.queue.engine.recovery import Recovered, disown, recover
from queue_core.queue.engine.running import RunningJobs
from queue_core.queue.engine.watchdog import Watchdog
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store import handover, presence
from queue_core.queue.store.database import Database, OwnershipLostError
from queue_core.queue.store.feed import ChangeWatcher, prune_changes
from queue_core.queue.store.labels import Offer, checked
from queue_core.queue.store.mending import mend, signature_check
from queue_core.queue.store.serializer import Signer
from queue_core.queue.store.state import is_paused
from queue_core.queue.upkeep.maintenance import Maintenance
from queue_core.runner.outcome import EndReason, Outcome
from queue_core.runner.supervision.child_process import ChildProcess
from queue_core.runner.supervision.supervisor import Supervisor
from queue_core.steady_thread import begin

logger = logging.getLogger(__name__)

_RECOVERY_INTERVAL_S = 5.0
_MENDING_INTERVAL_S = 2.0
_PRUNE_INTERVAL_S = 60.0
_PRESENCE_INTERVAL_S = 2.0
_WITHDRAW_S = 5.0
_STOP_PATIENCE_S = 30.0
_CLEAN_UP_PATIENCE_S = 10.0
_LEAVES_ENTITIES = frozenset({JobStatus.ERROR, JobStatus.CANCELLED, JobStatus.KILLED})


class Engine:
    """Runs the jobs of a queue in children of this process, from `start` to `stop`.

    Args:
        folder: The local folder.
        database: The queue's database.
        signer: Verifies stored jobs.
        watcher: Rings when other processes have written.
        bell: Wakes the workers.
        problems: Told what keeps the queue from working.
        options: How jobs are run.

    Attributes:
        supervisor: Who owns the children.
        running_jobs: Carries out orders to jobs that run here.
        recovered: What recovery found at the start.
        owner_text: Who runs a job here, as its row says.
    """

    def __init__(
        self, *, folder: LocalFolder, database: Database, signer: Signer, watcher: ChangeWatcher,
        bell: ReadyBell, problems: Problems, options: EngineOptions,
    ) -> None:  # fmt: skip
        self.database = database
        self.bell = bell
        self.problems = problems
        self.options = options
        self.idle_timeout_s = options.idle_timeout_s
        self.recovered = Recovered()
        self._is_ours = signature_check(signer.verify)
        self._watcher = watcher
        self._folder = folder
        self._owner = database.make_owner()
        self._owner.on_lost = self._stand_down
        self.owner_text = self._owner.text
        self._recorder = Recorder(database, problems.of("recorder"))
        self._maintenance = Maintenance(
            database, folder, options.retention, problems.of("maintenance")
        )
        self.supervisor = Supervisor(
            folder.root, folder.logs, preload=options.preload, grace_s=options.grace_s,
            nice=options.nice,
        )  # fmt: skip
        self._watchdog = Watchdog(database, floor_bytes=options.floor_bytes, problems=problems)
        self._attempts = AttemptRunner(
            signer=signer, supervisor=self.supervisor, recorder=self._recorder,
            watchdog=self._watchdog, options=options,
        )  # fmt: skip
        self._entities = EntityCloser(
            folder=folder, database=database, signer=signer, supervisor=self.supervisor,
            on_failure=problems.of("entity-closer"),
        )  # fmt: skip
        self.running_jobs = RunningJobs(database, self.supervisor, self._watchdog, self.owner_text)
        self._away = AwayJobs(options.places, self, self._sender, signer, problems)
        self._consumer: EmbeddedConsumer | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._announced: tuple[int, str | None] = (0, None)
        self._workers = 0
        self._version_seen = -1
        self._is_lost = False

    # Start and stop ------------------------------------------------------------------------------

    def start(self, huey: JobHuey, workers: int, put_due: Callable[[], None]) -> None:
        """Recover what dead programs left, then run jobs.

        Args:
            huey: Huey, whose consumer is embedded.
            workers: How many jobs to run at once.
            put_due: Puts the jobs of schedules that are due.

        Raises:
            JobQueueError: The database cannot be read or written.
            LocalFolderError: The folder cannot be used.
        """
        self._workers = workers
        self._owner.hold()
        self.recovered = recover(self.database)
        mend(self.database, self._is_ours)
        self.supervisor.start(workers)
        self._recorder.start()
        self.bell.may_start = self._may_start
        self.bell.offer = Offer(checked(self.options.labels))
        self.bell.reopen()
        self._consumer = EmbeddedConsumer(huey, host=self, workers=workers)
        self._consumer.start()
        self._unsubscribe = self._watcher.subscribe(self._on_change)
        self._watchdog.every(_RECOVERY_INTERVAL_S, "recovery", self._recover_again)
        self._watchdog.every(_MENDING_INTERVAL_S, "mending", self._mend_again)
        self._watchdog.every(_PRUNE_INTERVAL_S, "change feed", self._prune)
        self._watchdog.every(_PRESENCE_INTERVAL_S, "presence", self._announce)
        self._watchdog.every(1.0, "schedules", put_due)
        self._watchdog.every(_RECOVERY_INTERVAL_S, "places", self._away.look_at_unknown)
        self._watchdog.start(self.running_jobs.end_for)
        self._entities.start()
        self._away.start()
        self._maintenance.start()
        self._announce()

    @property
    def workers(self) -> int:
        """How many jobs run at once."""
        return self._workers

    def resize(self, workers: int) -> None:
        """Run *workers* jobs at once from now on."""
        assert self._consumer is not None
        self._workers = workers
        self.supervisor.set_workers(workers)
        self._consumer.resize(workers)
        self._announce()

    def stop(self) -> None:
        """Give out no more jobs, interrupt those that run, end all children; within a bound."""
        self.bell.close()
        self._withdraw()
        if self._consumer is not None:
            self._stop_workers(self._consumer)
        self._unsubscribe()
        self._away.stop()
        self._maintenance.stop()
        self._watchdog.stop()
        self._entities.wake()
        self._entities.stop(_CLEAN_UP_PATIENCE_S)
        self.supervisor.stop()
        self._recorder.stop()
        # What could not be stored of running jobs is now found by whoever looks next.
        self._owner.release()

    def finish(self) -> None:
        """Claim no more jobs; those that run go on until `stop`."""
        self.bell.close()
        self._workers = 0
        with contextlib.suppress(JobQueueError):  # the watchdog says it as soon as it can be said
            self._announce()

    @property
    def is_busy(self) -> bool:
        """Whether a job runs here, is about to, or has an end that is not stored yet."""
        return self._consumer is not None and self._consumer.is_busy

    def _withdraw(self) -> None:
        """Say that jobs are run here no longer; not waited for where a server takes long."""

        def withdraw() -> None:
            with contextlib.suppress(JobQueueError):  # an ended owner does not count anyway
                presence.withdraw(self.database, self.owner_text)

        if not self.database.is_apart:
            withdraw()
            return
        thread = threading.Thread(target=withdraw, name="withdrawal", daemon=True)
        with contextlib.suppress(RuntimeError):  # the system gives no more threads
            begin(thread)
            thread.join(_WITHDRAW_S)

    def _stop_workers(self, consumer: EmbeddedConsumer) -> None:
        consumer.stop_flag.set()
        self.bell.wake(everybody=True)
        deadline = time.monotonic() + _STOP_PATIENCE_S
        while not consumer.join(0.05):
            for job_id in self.supervisor.running():
                self.supervisor.end(job_id, EndReason.INTERRUPTED)
            if time.monotonic() > deadline:
                logger.error("a worker did not end within %.0f s", _STOP_PATIENCE_S)
                return

    def _stand_down(self, lost: OwnershipLostError | None) -> None:
        """End what runs here: others may take this program for dead, and call it interrupted.

        Nothing begins until the lock is held again: it would be called interrupted, too.
        """
        self._is_lost = lost is not None
        self.problems.note("owner", lost)
        if lost is None:
            self.bell.wake(everybody=True)
            self._away.wake()
            return
        logger.error("%s", lost)
        for job_id in self.supervisor.running():
            self.supervisor.end(job_id, EndReason.INTERRUPTED, lost.message, lost.hint)

    # Running -------------------------------------------------------------------------------------

    def run_claimed(self, task: JobTask, child: ChildProcess) -> handover.EndedAttempt:
        """Run a claimed job in *child*; see `WorkerHost`."""
        if self._is_lost:  # just now; what slips through is ended when its row is seen
            return replace(handover.broken_end(task.claim), has_begun=False)
        return self._attempts.run(task.claim, child)

    def cancel(self, job_id: str) -> bool:
        """End a job that runs here or is followed from here; False if it has just ended."""
        return self.running_jobs.cancel(job_id) or self._away.cancel(job_id)

    def with_next_attempt(self, claim: handover.Claim, outcome: Outcome) -> handover.EndedAttempt:
        """Return the end of an attempt, and whether another one comes."""
        return self._attempts.with_next_attempt(claim, outcome)

    def may_start_away(self) -> bool:
        """Return whether jobs may be started at other places now."""
        return not self.bell.is_closing and not self._is_lost and not is_paused(self.database)

    def _sender(self, config: PlaceConfig) -> Sender:
        return Sender(
            config, root=self._folder.root, logs=self._folder.logs, recorder=self._recorder,
            order_of=self._attempts.order, grace_s=self.options.grace_s,
            log_limit_bytes=self.options.log_limit_bytes,
            lost_after_s=self.options.lost_after_s,
        )  # fmt: skip

    def on_end(self, status: JobStatus | None) -> None:
        """Let a job clean up that did not finish, and those that were skipped for it."""
        if status in _LEAVES_ENTITIES:
            self._entities.wake()

    @property
    def memory_is_short(self) -> bool:
        """Whether new jobs wait for free memory."""
        return self._watchdog.memory_is_short

    @property
    def available_bytes(self) -> int:
        """Free memory of the machine."""
        return self._watchdog.available_bytes

    def _may_start(self) -> bool:
        if self._is_lost or self._watchdog.memory_is_short:
            return False
        return not is_paused(self.database)

    def _on_change(self) -> None:
        """Look for jobs and orders that other processes have stored. On the watcher's thread."""
        self.bell.wake(everybody=True)
        self.running_jobs.carry_out_stored()
        self._away.wake()

    # Chores of the watchdog's thread --------------------------------------------------------------

    def _recover_again(self) -> None:
        self._owner.hold()
        is_found = bool(recover(self.database))
        if self._consumer is not None and disown(
            self.database, self.owner_text, self._consumer.held
        ):
            is_found = True
        if is_found:
            self._entities.wake()

    def _mend_again(self) -> None:
        """Look for damaged rows after another process has written, and now and then."""
        version = self.database.version()
        if version != self._version_seen:
            if mend(self.database, self._is_ours):
                self.bell.wake(everybody=True)
            self._version_seen = version

    def _prune(self) -> None:
        self.database.write(prune_changes, durable=False)

    def _announce(self) -> None:
        """Tell other programs that jobs are run here, how many at once, and what is wrong."""
        problem = self.problems.now() or self.supervisor.start_problem
        if self._announced != (self._workers, problem):
            presence.announce(
                self.database, self.owner_text, self._workers, problem, self.bell.offer.labels
            )
            self._announced = (self._workers, problem)
