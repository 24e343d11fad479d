"""Owns the child processes: a fresh one always stands by, is lent for a job, and ends."""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from queue_core.paths import LocalFolder, log_path
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.protocol import CleanUp
from queue_core.runner.snapshots.stack_signal import remove_stack_file
from queue_core.runner.supervision.budget import pool_environment
from queue_core.runner.supervision.child_process import ChildProcess, ChildStartError, JobListener
from queue_core.runner.supervision.guardian_link import GuardianLink
from queue_core.runner.supervision.process_source import make_source
from queue_core.runner.supervision.undertaker import Undertaker
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

_LOOK_S = 1.0
_CLEAN_UP_TAKE_S = 10.0
_CLEAN_UP_TIMEOUT_S = 15.0
# `stop` takes no longer than these together.
_STOP_THREADS_S = 2.0
_STOP_CHILDREN_S = 3.0


class Supervisor:
    """Makes, lends, ends and replaces child processes.

    Args:
        root: The local folder.
        logs: Where the logs of the jobs lie.
        preload: Libraries that are loaded ahead.
        grace_s: Seconds between the request to end and the kill.
        nice: How much lower than the program's the priority of the children is.

    Attributes:
        start_problem: Why no child can be made at the moment; None while all is well.
    """

    def __init__(
        self, root: Path, logs: Path, *, preload: Sequence[str] = (), grace_s: float = 2.0,
        nice: int = 0,
    ) -> None:  # fmt: skip
        self._root = root
        self._logs = logs
        self.grace_s = grace_s
        self.start_problem: str | None = None
        self._environment: dict[str, str] = {}
        self._condition = threading.Condition()
        self._children: dict[int, ChildProcess] = {}
        self._running: dict[str, ChildProcess] = {}
        self._spares: deque[ChildProcess] = deque()
        self._stopping = threading.Event()
        self._guardian_link = GuardianLink(root)
        self._source = make_source(
            preload, root, nice, on_change=self._drop_outdated, on_template=self._note_template
        )
        self._undertaker = Undertaker(self._forget)
        self._makers: list[SteadyThread] = []
        self._making = 0

    @property
    def _guardian(self) -> subprocess.Popen[bytes] | None:
        """The process that outlives this one."""
        return self._guardian_link.process

    def start(self, workers: int = 1) -> None:
        """Start the guardian and the first spare child for *workers* jobs; returns at once."""
        self.set_workers(workers)
        self._guardian_link.start()
        self._undertaker.start()
        # Two: while one child comes up, the next one is being forked.
        self._makers = [
            SteadyThread(f"spare-maker-{number}", work, on_failure=self._note_problem)
            for number, work in enumerate((self._see_to_spares, self._make_if_needed))
        ]
        for maker in self._makers:
            maker.start()

    def set_workers(self, workers: int) -> None:
        """Size the thread pools of children that are made from now on for *workers* jobs."""
        self._environment = pool_environment(workers)

    def stop(self) -> None:
        """End all children, whatever they do; takes some ten seconds at most. Idempotent."""
        self._stopping.set()
        if not self._makers:
            return
        for maker in self._makers:
            maker.stop()
        self._wake_makers()
        self._source.stop()
        for maker in self._makers:
            maker.join(_STOP_THREADS_S)
        with self._condition:
            self._spares.clear()
            children = list(self._children.values())
            running = set(self._running.values())
        for child in children:
            if child in running:  # whoever runs it gives it back
                child.kill()
            else:
                self.give_back(child)
        self._undertaker.stop(_STOP_CHILDREN_S)
        self._guardian_link.stop()

    # Lending -------------------------------------------------------------------------------------

    def take(self, timeout_s: float) -> ChildProcess | None:
        """Return a fresh child: at once, in the usual case.

        Args:
            timeout_s: How long to wait for one.

        Returns:
            The child, or None where none could be had in time or the supervisor stops.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            with self._condition:
                while not self._spares and not self._stopping.is_set():
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return None
                    self._condition.wait(left)
                if self._stopping.is_set():
                    return None
                child = self._spares.pop()  # the newest has the most loaded
                self._condition.notify_all()
            if child.is_fresh:
                return child
            self.give_back(child)

    def is_outdated(self, child: ChildProcess) -> bool:
        """Return whether a new child would be better: more is loaded, or the template is gone."""
        return child.is_forked and child.generation != self._source.generation

    def give_back(self, child: ChildProcess) -> None:
        """Let a child end, with everything that it started; returns at once."""
        with self._condition:
            if child.is_given_back:
                return
            child.is_given_back = True
        self._undertaker.take(child)

    def run(self, child: ChildProcess, order: RunOrder, listener: JobListener) -> Outcome:
        """Run one attempt of a job in *child* and wait for its end; never raises."""
        with self._condition:
            self._running[order.job_id] = child
        log = self.open_log(order)
        try:
            return child.run(order, folder=self._root, listener=listener, log=log)
        except Exception as error:
            logger.exception("the runner failed on job %s", order.job_id)
            report = ErrorReport(type(error).__name__, f"The runner failed: {error}")
            return Outcome(EndReason.OUT_OF_STEP, error=report)
        finally:
            with self._condition:
                if self._running.get(order.job_id) is child:
                    del self._running[order.job_id]
            _close(log)

    def open_log(self, order: RunOrder) -> LogWriter:
        """Return the writer of a job's log."""
        return LogWriter(
            log_path(self._logs, order.job_id),
            attempt=order.attempt,
            limit_bytes=order.log_limit_bytes,
            after=order.log_after,
        )

    # Orders to running jobs ----------------------------------------------------------------------

    def end(self, job_id: str, reason: EndReason, detail: str = "", hint: str = "") -> bool:
        """End the process tree of a running job; return False if it does not run here."""
        child = self._child_of(job_id)
        return child is not None and child.end(
            job_id, reason, grace_s=self.grace_s, detail=detail, hint=hint
        )

    def pause(self, job_id: str) -> bool:
        """Suspend the process tree of a running job; return False if it does not run here."""
        child = self._child_of(job_id)
        return child is not None and child.pause(job_id)

    def resume(self, job_id: str) -> bool:
        """Let a suspended job go on; return False if it does not run here or is not suspended."""
        child = self._child_of(job_id)
        return child is not None and child.resume(job_id)

    def running(self) -> dict[str, int]:
        """Return the pid of the child of each running job."""
        with self._condition:
            return {job_id: child.pid for job_id, child in self._running.items()}

    def clean_up(self, order: RunOrder, *, cancelled: bool, ending: str = "") -> bool:
        """Let a job that ended without its own help clean up, in a child; wait for that.

        Args:
            order: The job.
            cancelled: Whether somebody has cancelled it.
            ending: Why it ended else, one sentence.

        Returns:
            Whether it has done so in time.
        """
        child = self.take(_CLEAN_UP_TAKE_S)
        if child is None:
            return False
        clean_up = CleanUp(
            order.job_id, order.attempt, str(self._root), order.cwd, list(order.import_path),
            order.changes, cancelled, ending,
        )  # fmt: skip
        log = self.open_log(order)
        try:
            return child.clean_up(clean_up, order.payload, log, _CLEAN_UP_TIMEOUT_S)
        finally:
            self.give_back(child)
            _close(log)

    def _child_of(self, job_id: str) -> ChildProcess | None:
        with self._condition:
            return self._running.get(job_id)

    # Spares --------------------------------------------------------------------------------------

    def _see_to_spares(self) -> None:
        """Make a child if one is needed; look after what is there."""
        self._make_if_needed()
        self._look_after()

    def _make_if_needed(self) -> None:
        """Wait until a spare is needed, a second at most; make it."""
        with self._condition:
            if not self._needs_spare() and not self._stopping.is_set():
                self._condition.wait(_LOOK_S)
            if not self._needs_spare() or self._stopping.is_set():
                return
            self._making += 1
        try:
            child = self._new_child()
        finally:
            with self._condition:
                self._making -= 1
        with self._condition:
            self._spares.append(child)
            self.start_problem = None
            self._condition.notify_all()
        self._drop_outdated()

    def _needs_spare(self) -> bool:
        """Return whether one is to be made; while jobs run, the next one may be over at once."""
        return len(self._spares) + self._making < (2 if self._running else 1)

    def _drop_outdated(self) -> None:
        """Let spares go that lack what the source has loaded since, or whose source is gone."""
        with self._condition:
            outdated = [spare for spare in self._spares if self.is_outdated(spare)]
            for spare in outdated:
                self._spares.remove(spare)
            self._condition.notify_all()
        for spare in outdated:
            self.give_back(spare)

    def _new_child(self) -> ChildProcess:
        environment = {
            **os.environ, **self._environment, "DASHAI_LOCAL_PATH": str(self._root),
        }  # fmt: skip
        child = ChildProcess(self._source, environment)
        child.before_letting_go = lambda: self._forget_pid(child)
        with self._condition:
            self._children[child.pid] = child
        self._guardian_link.add(child.pid)
        try:
            child.wait_ready(self._root, environment, self._stopping)
        except BaseException:
            child.kill()
            self.give_back(child)
            raise
        return child

    def _look_after(self) -> None:
        """See to what may have gone since the last look."""
        self._guardian_link.look()
        with self._condition:
            ended = [spare for spare in self._spares if not spare.is_alive]
            for spare in ended:
                self._spares.remove(spare)
        for spare in ended:
            self.give_back(spare)

    def _note_problem(self, error: BaseException | None) -> None:
        if error is None or self._stopping.is_set():
            return
        if isinstance(error, ChildStartError):
            problem = f"{error.message} {error.hint}".strip()
        else:
            problem = f"A worker process could not be started: {error or type(error).__name__}."
        if problem != self.start_problem:
            logger.error("%s", problem)
            self.start_problem = problem

    def _wake_makers(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _note_template(self, pid: int, is_there: bool) -> None:
        if is_there:
            self._guardian_link.add(pid)
        else:
            self._guardian_link.remove(pid)

    def _forget_pid(self, child: ChildProcess) -> None:
        """The number of a child is about to be anybody's."""
        with self._condition:
            if self._children.get(child.pid) is not child:
                return
            del self._children[child.pid]
        self._source.forget(child.pid)
        self._guardian_link.remove(child.pid)
        remove_stack_file(LocalFolder(self._root), child.pid)

    def _forget(self, child: ChildProcess) -> None:
        """Nothing is left of a child, or nothing can be done about it."""
        self._forget_pid(child)


def _close(log: LogWriter) -> None:
    try:
        log.close()
    except Exception:
        logger.exception("the log %s could not be closed", log.path.name)
