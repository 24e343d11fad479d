"""Huey's consumer, embedded: without signal handlers, woken instead of polling, resizable.

A worker thread never runs user code and never dies: it claims a job, hands it to a child process,
waits for its end, and writes that end together with the claim of the next job.
"""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from huey.consumer import Consumer, Worker

from queue_core.errors import JobQueueError
from queue_core.queue.engine.huey_storage import ReadyBell
from queue_core.queue.engine.job_huey import JobHuey, JobTask
from queue_core.queue.engine.problems import Problems
from queue_core.queue.engine.surplus import Surplus
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store import doubts, handover, lifecycle
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import CommitUnknownError, Database, ServerLostError
from queue_core.queue.store.handover import Claim, EndedAttempt
from queue_core.queue.store.sqlite_errors import DatabaseBusyError, DiskFullError
from queue_core.queue.worker_name import worker_name
from queue_core.runner.supervision.child_process import ChildProcess
from queue_core.runner.supervision.supervisor import Supervisor
from queue_core.steady_thread import SteadyThread

_TAKE_S = 0.5
_RETRY_WRITE_S = 0.25
_WRITE_S = 5.0
_LAST_WRITES_S = 10.0
_REFUSED_WRITES = 3
# What says nothing against the end that is to be stored.
_PASSING = (DatabaseBusyError, DiskFullError, ServerLostError, CommitUnknownError)


class WorkerHost(Protocol):
    """What a worker thread needs of the engine that it works for."""

    database: Database
    supervisor: Supervisor
    bell: ReadyBell
    problems: Problems
    owner_text: str
    idle_timeout_s: float

    def run_claimed(self, task: JobTask, child: ChildProcess) -> EndedAttempt:
        """Run a claimed job in *child* and return its end; never raises for what the job does."""

    def on_end(self, status: JobStatus | None) -> None:
        """An end was stored that has left the job with *status*; None: it was not ours to end."""


class JobWorker(Worker):  # type: ignore[misc]
    """One worker: a thread of Huey's consumer with the child processes that it holds.

    Attributes:
        number: What tells it from the others of its consumer, from 1.
    """

    host: WorkerHost
    huey: JobHuey
    surplus: Surplus
    number: int = 1

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.retiring = threading.Event()
        self._fresh: ChildProcess | None = None
        self._used: ChildProcess | None = None
        self._used_key: str | None = None
        self._ended: EndedAttempt | None = None
        self._claimed: Claim | None = None
        self._begun: Claim | None = None
        self._is_claiming = False
        self._idle_since = time.monotonic()

    def leaves(self) -> bool:
        """Return whether the thread is to end: the consumer stops, or fewer workers are wanted.

        Only between two jobs: then the first that are through with theirs leave.
        """
        if not self.retiring.is_set() and self.surplus.take():
            self.retiring.set()
        return self.stop_flag.is_set() or self.retiring.is_set()

    def loop(self, now: Any = None) -> None:
        """Do one round: see to a child, claim a job, run it."""
        self._find_lost()
        if not self._has_fresh_child():
            return
        if self._ended is None and not self.host.bell.wait():
            self._rest()
            return
        claim = self._end_and_claim()
        if claim is None:
            return
        self._idle_since = time.monotonic()
        task = self.huey.task_of(claim, self)
        self._begun = claim
        try:
            self.huey.execute(task, now)
        finally:
            self._ended = task.ended or handover.broken_end(claim)

    def run(self, task: JobTask) -> None:
        """Run the claimed job of *task* in the child that its claim has chosen."""
        child = self._child_for(task.claim)
        try:
            task.ended = self.host.run_claimed(task, child)
        finally:
            self._keep_or_return(child, task.claim.reuse_key)

    def held(self) -> set[str]:
        """Return what it has claimed, until the end of it is stored."""
        ended, claimed = self._ended, self._claimed
        claims = (claimed, ended.claim if ended is not None else None)
        return {claim.job_id for claim in claims if claim is not None}

    @property
    def is_busy(self) -> bool:
        """Whether it claims a job or holds one; asked in this order, for one follows the other."""
        return self._is_claiming or bool(self.held())

    def _find_lost(self) -> None:
        """End a job of which something has kept this thread after the claim.

        Where it is unknown whether a transaction was carried out, its end is stored once more, and
        `lifecycle.end` sees whether there is anything to be ended. What was not even handed to Huey
        cannot have run: it waits again.
        """
        claimed = self._claimed
        if claimed is None:
            return
        if self._ended is not None and self._ended.claim is not claimed:
            self.write_end()
        if self._ended is None and self._claimed is claimed:
            broken = handover.broken_end(claimed)
            self._ended = replace(broken, has_begun=self._begun is claimed)

    # Children ------------------------------------------------------------------------------------

    def _has_fresh_child(self) -> bool:
        """Make sure of a child for the next job; the end of the last one does not wait for it."""
        supervisor = self.host.supervisor
        if self._fresh is not None and (
            not self._fresh.is_alive or supervisor.is_outdated(self._fresh)
        ):
            supervisor.give_back(self._fresh)
            self._fresh = None
        if self._fresh is None:
            self._fresh = supervisor.take(0.0)
        if self._fresh is None:
            self.write_end()
            self._fresh = supervisor.take(_TAKE_S)
        return self._fresh is not None

    def _choose_pid(self, reuse_key: str | None) -> int | None:
        child = self._used if self._fits(reuse_key) else self._fresh
        return child.pid if child is not None else None

    def _fits(self, reuse_key: str | None) -> bool:
        return reuse_key is not None and reuse_key == self._used_key and self._used is not None

    def _child_for(self, claim: Claim) -> ChildProcess:
        if self._fits(claim.reuse_key):
            child, self._used, self._used_key = self._used, None, None
        else:
            child, self._fresh = self._fresh, None
        assert child is not None
        return child

    def _keep_or_return(self, child: ChildProcess, reuse_key: str | None) -> None:
        if reuse_key is None or not child.is_reusable:
            self.host.supervisor.give_back(child)
            return
        if self._used is not None:
            self.host.supervisor.give_back(self._used)
        self._used, self._used_key = child, reuse_key

    def _rest(self) -> None:
        """Let the used child of an idle worker go after a while."""
        if self._used is not None and (
            time.monotonic() - self._idle_since > self.host.idle_timeout_s
            or not self._used.is_reusable
        ):
            self.host.supervisor.give_back(self._used)
            self._used, self._used_key = None, None

    # Rows ----------------------------------------------------------------------------------------

    def _end_and_claim(self) -> Claim | None:
        """Write the end of the last job and claim the next one, in one transaction."""
        bell, ended = self.host.bell, self._ended

        def change(connection: Connection) -> tuple[JobStatus | None, Claim | None]:
            status = lifecycle.end(connection, ended) if ended is not None else None
            self._claimed = None
            if bell.is_closing or self.leaves() or not bell.may_start():
                return status, None
            claim = lifecycle.claim(
                connection, self.host.owner_text, worker_name(self.number), self._choose_pid,
                time.time(), bell.offer,
            )  # fmt: skip
            self._claimed = claim  # before anybody can see its row
            return status, claim

        self._is_claiming = True  # before it is asked whether jobs are given out
        try:
            # Not waiting for the disk: `sync_soon` brings it there within 10 ms, together with what
            # other jobs have written meanwhile.
            status, claim = self.host.database.write(
                change, durable=self.host.database.is_apart, patience_s=_WRITE_S,
                is_done=lambda c: doubts.is_claimed(c, self._claimed),
            )  # fmt: skip
        except JobQueueError:
            if ended is None:
                raise  # told, and tried again after a pause, by the thread
            self.write_end()
            return None
        finally:
            self._is_claiming = False
        self._ended = None
        self.host.database.sync_soon()
        if ended is not None:
            self.host.on_end(status)
        return claim

    def write_end(self) -> None:
        """Write the end of the last job; tried until it works, or the queue closes.

        A failed write of a status is never dropped: the job's end is known here only.
        """
        give_up_at: float | None = None
        refused = 0
        while (ended := self._ended) is not None:
            try:
                status = self.host.database.write(
                    partial(_store_end, ended), durable=self.host.database.is_apart,
                    patience_s=_WRITE_S, is_done=doubts.never,
                )  # fmt: skip
            except JobQueueError as error:
                self.host.problems.note("end of a job", error)
                refused += not isinstance(error, _PASSING)
                if refused == _REFUSED_WRITES:
                    # Something in it cannot be stored: keep that it ended, and how.
                    self._ended = handover.plain_end(ended, error.message)
                if self.host.bell.is_closing:
                    give_up_at = give_up_at or time.monotonic() + _LAST_WRITES_S
                    if time.monotonic() > give_up_at:
                        return  # its row is closed as that of a dead owner
                time.sleep(_RETRY_WRITE_S)
            else:
                if self._claimed is ended.claim:
                    self._claimed = None
                self._ended = None
                self.host.problems.note("end of a job", None)
                self.host.database.sync_soon()
                self.host.on_end(status)

    def shutdown(self) -> None:
        """Write what is still to be written, and give the children back."""
        try:
            self._find_lost()
            self.write_end()
        finally:
            for child in (self._fresh, self._used):
                if child is not None:
                    self.host.supervisor.give_back(child)
            self._fresh = self._used = None
            self.host.database.release()
            super().shutdown()


def _store_end(ended: EndedAttempt, connection: Connection) -> JobStatus | None:
    return lifecycle.end(connection, ended)


class WorkerThread:
    """A worker on a thread that nothing ends but the order to."""

    def __init__(self, worker: JobWorker, name: str) -> None:
        self.worker = worker
        self._thread = SteadyThread(
            name, self._round, on_failure=worker.host.problems.of(name), at_end=worker.shutdown
        )

    def start(self) -> None:
        """Start the thread; Huey calls this."""
        self.worker.initialize()
        self._thread.start()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for its end; return whether it has come."""
        return self._thread.join(timeout_s)

    def is_alive(self) -> bool:
        """Whether the thread runs; Huey asks this."""
        return self._thread.is_alive

    def _round(self) -> None:
        if self.worker.leaves():
            self._thread.stop()
        else:
            self.worker.loop()


class EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """A consumer that lives in a host program and can change its number of workers."""

    worker_class = JobWorker
    worker_threads: list[tuple[JobWorker, WorkerThread]]
    workers: int

    def __init__(self, huey: JobHuey, *, host: WorkerHost, workers: int) -> None:
        self._host = host
        self._serial = 0
        self._surplus = Surplus()
        super().__init__(
            huey, workers=workers, periodic=False, check_worker_health=False, scheduler_interval=60
        )

    @property
    def threads(self) -> list[WorkerThread]:
        """The worker threads, retiring ones included."""
        return [thread for _, thread in self.worker_threads]

    def start(self) -> None:
        """Start the workers. Huey's scheduler has nothing to do: delayed jobs are waiting rows."""
        for thread in self.threads:
            thread.start()

    def held(self) -> set[str]:
        """Return the jobs that the workers hold."""
        return {job_id for worker, _ in self.worker_threads for job_id in worker.held()}

    @property
    def is_busy(self) -> bool:
        """Whether a worker claims a job or holds one."""
        return any(worker.is_busy for worker, _ in self.worker_threads)

    def _create_worker(self) -> JobWorker:
        worker: JobWorker = super()._create_worker()
        worker.host = self._host
        worker.surplus = self._surplus
        taken = {other.number for other, _ in self.worker_threads}
        worker.number = next(number for number in itertools.count(1) if number not in taken)
        return worker

    def _create_process(self, process: Any, name: str) -> Any:
        """Return a thread for a worker; none for Huey's scheduler, which is never started."""
        if not isinstance(process, JobWorker):
            return None
        self._serial += 1
        return WorkerThread(process, f"consumer-{name.lower()}-{self._serial}")

    def _set_signal_handlers(self) -> None:
        """Set none: signals belong to the host program."""

    def resize(self, workers: int) -> None:
        """Run *workers* jobs at once; those that run now are finished first."""
        self.worker_threads = [(w, t) for w, t in self.worker_threads if t.is_alive()]
        missing = self._surplus.change(self.workers - workers)
        self.workers = workers - missing
        for _ in range(missing):
            worker = self._create_worker()
            thread = self._create_process(worker, "Worker")
            thread.start()
            self.worker_threads.append((worker, thread))
            self.workers += 1
        self._host.bell.wake(everybody=True)

    def join(self, timeout_s: float) -> bool:
        """Wait until all threads have ended; return whether they have."""
        deadline = time.monotonic() + timeout_s
        ended = [thread.join(max(0.0, deadline - time.monotonic())) for thread in self.threads]
        return all(ended)
