"""Owns the child processes: a warm one per slot, a spare, and a guardian that outlives us."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.runner import guardian, process_tree
from queue_core.runner.budget import pool_environment
from queue_core.runner.child_process import ChildProcess, ChildStartError, JobListener
from queue_core.runner.log_lines import log_path
from queue_core.runner.log_writer import LogWriter
from queue_core.runner.outcome import EndReason, Outcome, RunOrder
from queue_core.runner.protocol import CleanUp
from queue_core.runner.stack_signal import remove_stack_file

logger = logging.getLogger(__name__)

_CLEAN_UP_TIMEOUT_S = 15.0
_RETRY_START_S = 1.0


class Supervisor:
    """Starts, lends, ends and replaces child processes.

    Args:
        root: The local folder.
        logs: Where the logs of the jobs lie.
        preload: Modules that a child imports while it waits.
        grace_s: Seconds between the request to end and the kill.
        nice: How much lower than the program's the priority of the children is.
    """

    def __init__(
        self, root: Path, logs: Path, *, preload: Sequence[str] = (), grace_s: float = 2.0,
        nice: int = 0,
    ) -> None:  # fmt: skip
        self._root = root
        self._logs = logs
        self._preload = tuple(preload)
        self._nice = nice
        self.grace_s = grace_s
        self._spare: queue.Queue[ChildProcess] = queue.Queue()
        self._wanted = threading.Semaphore(0)
        self._stopping = threading.Event()
        self._children: dict[int, ChildProcess] = {}
        self._running: dict[str, ChildProcess] = {}
        self._lock = threading.Lock()
        self._orders: queue.Queue[tuple[CleanUp, bytes] | None] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._guardian: subprocess.Popen[bytes] | None = None
        self.start_problem: str | None = None
        self._environment: dict[str, str] = {}

    def start(self, workers: int = 1) -> None:
        """Start the guardian and the first spare child for *workers* jobs; returns at once."""
        self.set_workers(workers)
        self._start_guardian()
        for name, target in (("spare-maker", self._make_spares), ("cleaner", self._clean)):
            thread = threading.Thread(target=target, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._wanted.release()

    def set_workers(self, workers: int) -> None:
        """Size the thread pools of children that are started from now on for *workers* jobs."""
        self._environment = pool_environment(workers)

    def stop(self) -> None:
        """End all children, whatever they do; waits for clean-ups that are under way."""
        self._orders.put(None)
        self._threads[1].join(_CLEAN_UP_TIMEOUT_S + 5)
        self._stopping.set()
        self._wanted.release()
        self._threads[0].join()
        with self._lock:
            children = list(self._children.values())
        for child in children:
            self.discard(child)
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(OSError):
                self._guardian.stdin.close()
            self._guardian.wait()

    def take(self, timeout_s: float) -> ChildProcess | None:
        """Return a child."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                child = self._spare.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                return None
            self._wanted.release()
            if child.is_alive:
                return child
            self.discard(child)

    def give_back(self, child: ChildProcess) -> None:
        """End it."""
        self.discard(child)

    def pause(self, job_id: str) -> bool:
        """Suspend."""
        with self._lock:
            child = self._running.get(job_id)
        return child is not None and process_tree.suspend(child.pid)

    def resume(self, job_id: str) -> bool:
        """Let go on."""
        with self._lock:
            child = self._running.get(job_id)
        if child is not None:
            process_tree.resume(child.pid)
        return child is not None

    def clean_up(self, order: RunOrder, *, cancelled: bool, ending: str = "") -> bool:
        """Clean up."""
        clean_up = CleanUp(
            order.job_id, order.attempt, str(self._root), order.cwd, list(order.import_path),
            order.changes, cancelled, ending,
        )  # fmt: skip
        child = self.take(_CLEAN_UP_TIMEOUT_S)
        if child is None:
            return False
        log = self.open_log(order)
        good = child.clean_up(clean_up, order.payload, log, _CLEAN_UP_TIMEOUT_S)
        log.close()
        self.discard(child)
        return good

    def discard(self, child: ChildProcess) -> None:
        """End a child with everything that it started."""
        child.close()
        remove_stack_file(LocalFolder(self._root), child.pid)
        with self._lock:
            self._children.pop(child.pid, None)
        self._tell_guardian("-", child.pid)

    def run(self, child: ChildProcess, order: RunOrder, listener: JobListener) -> Outcome:
        """Run one attempt of a job in *child* and wait for its end."""
        log = self.open_log(order)
        with self._lock:
            self._running[order.job_id] = child
        try:
            return child.run(order, folder=self._root, listener=listener, log=log)
        finally:
            with self._lock:
                self._running.pop(order.job_id, None)
            log.close()

    def open_log(self, order: RunOrder) -> LogWriter:
        """Return the writer of a job's log."""
        return LogWriter(
            log_path(self._logs, order.job_id),
            attempt=order.attempt,
            limit_bytes=order.log_limit_bytes,
        )

    def end(self, job_id: str, reason: EndReason, detail: str = "", hint: str = "") -> bool:
        """End the process tree of a running job; return False if it does not run here."""
        with self._lock:
            child = self._running.get(job_id)
        return child is not None and child.end(
            job_id, reason, grace_s=self.grace_s, detail=detail, hint=hint
        )

    def running(self) -> dict[str, int]:
        """Return the pid of the child of each running job."""
        with self._lock:
            return {job_id: child.pid for job_id, child in self._running.items()}

    def clean_up_later(self, order: RunOrder, *, cancelled: bool, ending: str = "") -> None:
        """Let a job that ended without its own help clean up, in a child, in the background."""
        clean_up = CleanUp(
            order.job_id, order.attempt, str(self._root), order.cwd, list(order.import_path),
            order.changes, cancelled, ending,
        )  # fmt: skip
        self._orders.put((clean_up, order.payload))

    def _make_spares(self) -> None:
        """Start a child whenever one was taken. Runs on a thread of its own."""
        while True:
            self._wanted.acquire()
            if self._spare.qsize() and not self._stopping.is_set():
                continue  # a child that came back stands in for the one that was taken
            child = None
            while child is None and not self._stopping.is_set():
                try:
                    child = self._new_child()
                except ChildStartError as error:
                    logger.error("%s %s", error.message, error.hint)
                    self.start_problem = error.message
                    self._stopping.wait(_RETRY_START_S)
            if child is None:
                return
            self.start_problem = None
            self._spare.put(child)

    def _new_child(self) -> ChildProcess:
        child = ChildProcess(
            preload=self._preload, folder=self._root, nice=self._nice,
            environment=self._environment,
        )  # fmt: skip
        with self._lock:
            self._children[child.pid] = child
        self._tell_guardian("+", child.pid)
        try:
            child.wait_ready()
        except ChildStartError:
            self.discard(child)
            raise
        return child

    def _clean(self) -> None:
        """Carry out clean-ups, one after another. Runs on a thread of its own."""
        while (item := self._orders.get()) is not None:
            order, payload = item
            # The next job comes first: wait for a spare that nobody else has taken.
            deadline = time.monotonic() + _CLEAN_UP_TIMEOUT_S
            while self._spare.empty() and time.monotonic() < deadline:
                if self._stopping.wait(0.01):
                    return
            try:
                child = self.take()
            except JobQueueError:
                return
            log = LogWriter(
                log_path(self._logs, order.job_id), attempt=order.attempt, limit_bytes=1 << 20
            )
            good = child.clean_up(order, payload, log, _CLEAN_UP_TIMEOUT_S)
            log.close()
            if good and child.is_alive:
                self._spare.put(child)
            else:
                self.discard(child)

    def _start_guardian(self) -> None:
        if getattr(sys, "frozen", False):
            command = [sys.executable, "--run-guardian"]
        else:
            command = [sys.executable, "-I", "-S", guardian.__file__]
        self._guardian = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            env={**os.environ, "DASHAI_LOCAL_PATH": str(self._root)},
        )

    def _tell_guardian(self, sign: str, pid: int) -> None:
        if self._guardian is None or self._guardian.stdin is None:
            return
        try:
            self._guardian.stdin.write(f"{sign}{pid}\n".encode())
        except OSError:
            if self._stopping.is_set():
                return
            logger.warning("the guardian process was gone and is started again")
            self._start_guardian()
            with self._lock:
                pids = list(self._children)
            for child in pids:
                self._tell_guardian("+", child)


def end_orphans(pids: Sequence[int], root: Path) -> None:
    """Kill the trees of children whose program is gone."""
    for pid in pids:
        if is_our_child(pid, root):
            process_tree.kill_tree(pid)


def is_our_child(pid: int, root: Path) -> bool:
    """Return whether a process is a child of a program of this folder, and leads its session."""
    import psutil

    try:
        process = psutil.Process(pid)
        words = process.cmdline()
        if "queue_core.runner" not in words and "--run-child" not in words:
            return False
        if process.environ().get("DASHAI_LOCAL_PATH") != str(root):
            return False
        return not hasattr(os, "getsid") or os.getsid(pid) == pid
    except (psutil.Error, OSError, OverflowError, ValueError):
        return False
