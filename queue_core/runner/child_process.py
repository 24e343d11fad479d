"""The supervisor's end of one child process: start it, give it a job, learn how it ended."""

from __future__ import annotations

import logging
import multiprocessing
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from queue_core.errors import JobQueueError
from queue_core.runner import process_tree
from queue_core.runner.crash_stack import crash_stack
from queue_core.runner.crashes import describe_crash, memory_ran_out
from queue_core.runner.log_pipes import LogPipes
from queue_core.runner.log_writer import LogWriter
from queue_core.runner.logs import read_log
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.protocol import (
    CleanUp,
    Entity,
    Failed,
    Finished,
    Message,
    Progress,
    Ready,
    Run,
    Warned,
    decode,
    encode_order,
)

logger = logging.getLogger(__name__)

_CRASH_LINES = 2_000
_POLL_S = 0.2
_START_TIMEOUT_S = 60.0
_TYPES = {
    EndReason.TIMED_OUT: "TimeLimitExceeded",
    EndReason.MEMORY_LIMIT: "MemoryLimitExceeded",
    EndReason.MEMORY_FLOOR: "MemoryShort",
}
_ROOT = str(Path(__file__).parents[2])


class JobListener(Protocol):
    """Who is told what a running job reports; called on the thread that waits for the job."""

    def progress(self, fraction: float | None, message: str) -> None:
        """The job is this far, 0 to 1."""

    def warning(self, text: str) -> None:
        """The job did something that the user should know."""

    def entity(self, kind: str, entity_id: int) -> None:
        """The job makes this entity."""


class ChildStartError(JobQueueError):
    """A child process could not be started."""


class ChildProcess:
    """One child process and the three pipes to it.

    Attributes:
        pid: Its process id; it leads a session of this number.
        started_at: When it was started, by the monotonic clock.
    """

    def __init__(
        self, *, preload: Sequence[str], folder: Path, nice: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        ours, theirs = multiprocessing.Pipe(duplex=True)
        self._records, their_records = os.pipe()
        try:
            self._process = _spawn(theirs, their_records, preload, folder, environment or {})
        except OSError as error:
            ours.close()
            os.close(self._records)
            raise ChildStartError(
                f"A worker process could not be started: {error.strerror or error}.",
                hint="Close other programs; the job waits and is tried again.",
            ) from error
        finally:
            theirs.close()
            os.close(their_records)
        self.pid = self._process.pid
        self.started_at = time.monotonic()
        self._connection: Connection = ours
        self._lock = threading.Lock()
        self._job_id: str | None = None
        self._end_reason: EndReason | None = None
        self._ender: threading.Thread | None = None
        self._detail = self._hint = ""
        self._selector = selectors.DefaultSelector()
        self._watch_pipes()
        if nice:
            _lower_priority(self.pid, nice)

    def _watch_pipes(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._pipes = LogPipes(
            self._process.stdout.fileno(), self._process.stderr.fileno(), self._records
        )
        for descriptor in self._pipes.open:
            self._selector.register(descriptor, selectors.EVENT_READ, "output")
        self._selector.register(self._connection.fileno(), selectors.EVENT_READ, "messages")
        # A grandchild may hold the pipes open after the child is gone: watch the process itself.
        self._pidfd: int | None = None
        if hasattr(os, "pidfd_open"):
            try:
                self._pidfd = os.pidfd_open(self.pid)
                self._selector.register(self._pidfd, selectors.EVENT_READ, "end")
            except OSError:
                self._pidfd = None

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait_ready(self) -> None:
        """Wait until it can take a job.

        Raises:
            ChildStartError: It ended before; the message carries what it said.
        """
        if self._connection.poll(_START_TIMEOUT_S):
            try:
                if isinstance(decode(self._connection.recv_bytes()), Ready):
                    return
            except (EOFError, OSError, ValueError):
                pass
        assert self._process.stderr is not None
        said = (self._process.stderr.read() or b"").decode("utf-8", "replace").strip()
        self.close()
        raise ChildStartError(
            f"A worker process ended before it was ready: {said[-500:] or 'it said nothing'}.",
            hint="Run `dashai-monitor doctor` to check the installation.",
        )

    def run(
        self, order: RunOrder, *, folder: Path, listener: JobListener, log: LogWriter
    ) -> Outcome:
        """Run one attempt of a job and wait for its end; never raises for what the job does."""
        with self._lock:
            self._job_id, self._end_reason = order.job_id, None
        began = time.monotonic()
        run = Run(
            order.job_id, order.attempt, str(folder), order.cwd, list(order.import_path),
            order.changes,
        )  # fmt: skip
        answer = self._exchange(run, order.payload, listener, log)
        elapsed = time.monotonic() - began
        with self._lock:
            self._job_id = None
            reason, ender = self._end_reason, self._ender
        if ender is not None:
            ender.join()
        if isinstance(answer, Finished):
            self._reusable = answer.reusable and ender is None
            return Outcome(EndReason.FINISHED, elapsed, result_json=answer.result)
        if isinstance(answer, Failed) and reason is None:
            self._reusable = answer.reusable and ender is None
            return Outcome(EndReason.RAISED, elapsed, error=_as_report(answer))
        self._reusable = False
        return self._end_of_process(reason, elapsed, log)

    def clean_up(self, order: CleanUp, payload: bytes, log: LogWriter, timeout_s: float) -> bool:
        """Let the job of *order* clean up; return whether this process can go on."""
        timer = threading.Timer(timeout_s, process_tree.kill_tree, (self.pid,))
        timer.name = "clean-up-timeout"
        timer.start()
        try:
            answer = self._exchange(order, payload, _Deaf(), log)
        finally:
            timer.cancel()
            timer.join()
        if isinstance(answer, Failed):
            logger.warning("clean-up of job %s failed: %s", order.job_id, answer.message)
        return isinstance(answer, Finished) and answer.reusable

    @property
    def is_reusable(self) -> bool:
        """Whether it can take another job."""
        return self._reusable and self.is_alive

    _reusable = True

    def end(
        self, job_id: str, reason: EndReason, *, grace_s: float, detail: str = "", hint: str = ""
    ) -> bool:
        """End the process tree because of *reason*, if it still runs this job.

        Returns at once; `run` returns when the tree is gone.
        """
        with self._lock:
            if self._job_id != job_id or self._ender is not None:
                return False
            self._end_reason, self._detail, self._hint = reason, detail, hint
            self._ender = threading.Thread(
                target=process_tree.end_tree, args=(self.pid,), kwargs={"grace_s": grace_s},
                name=f"ender-{self.pid}", daemon=True,
            )  # fmt: skip
            self._ender.start()
            return True

    def close(self) -> None:
        """End the process with everything that it started, and close the pipes."""
        if self._selector.get_map() is None:
            return
        self._connection.close()
        process_tree.kill_tree(self.pid)
        self._process.wait()
        self._selector.close()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        os.close(self._records)
        if self._pidfd is not None:
            os.close(self._pidfd)

    def _exchange(
        self, order: Run | CleanUp, payload: bytes, listener: JobListener, log: LogWriter
    ) -> Message | None:
        """Send an order and serve the pipes until its answer, or None where the process ended."""
        try:
            self._connection.send_bytes(encode_order(order, payload))
        except OSError:
            return None
        answer: Message | None = None
        try:
            while answer is None:
                events = self._selector.select(_POLL_S)
                sources = {key.data for key, _ in events}
                if "output" in sources:
                    self._read_output(log)
                if "messages" in sources:
                    answer = self._receive(listener)
                elif "end" in sources or (not events and not self.is_alive):
                    return None
        except (EOFError, OSError):
            return None
        except ValueError as error:
            logger.error("worker %s: %s", self.pid, error)
            return None
        finally:
            self._pipes.drain(log)
        return answer

    def _receive(self, listener: JobListener) -> Message | None:
        """Take one message; return it when it is an answer."""
        message = decode(self._connection.recv_bytes())
        match message:
            case Progress(fraction=fraction, message=text):
                listener.progress(fraction, text)
            case Warned(text=text):
                listener.warning(text)
            case Entity(kind=kind, entity_id=entity_id):
                listener.entity(kind, entity_id)
            case Finished() | Failed():
                return message
            case _:
                pass
        return None

    def _read_output(self, log: LogWriter) -> None:
        before = set(self._pipes.open)
        self._pipes.read_round(log)
        for descriptor in before - self._pipes.open:
            self._selector.unregister(descriptor)

    def _end_of_process(
        self, reason: EndReason | None, elapsed_s: float, log: LogWriter
    ) -> Outcome:
        process_tree.kill_tree(self.pid)
        code = self._process.wait()
        if reason is not None:
            error = (
                ErrorReport(_TYPES.get(reason, reason.value), self._detail, self._hint)
                if reason.is_failure
                else None
            )
            return Outcome(reason, elapsed_s, error=error)
        error, signal_name = describe_crash(code, oom=memory_ran_out())
        stack = crash_stack(read_log(log.path, limit=_CRASH_LINES), attempt=log.attempt)
        error = replace(error, traceback=stack)
        log.note(error.message)
        return Outcome(
            EndReason.CRASHED, elapsed_s, error=error,
            exit_code=code if code >= 0 else None, exit_signal=signal_name,
        )  # fmt: skip


class _Deaf:
    """Listens to a clean-up, which has nothing to report."""

    def progress(self, fraction: float | None, message: str) -> None:
        """Ignore it."""

    def warning(self, text: str) -> None:
        """Ignore it."""

    def entity(self, kind: str, entity_id: int) -> None:
        """Ignore it."""


def _as_report(answer: Failed) -> ErrorReport:
    return ErrorReport(
        type=answer.type,
        message=answer.message,
        hint=answer.hint,
        traceback=answer.traceback,
        causes=tuple(answer.causes),
        frames=tuple(answer.frames),
        is_transient=answer.is_transient,
    )


def child_command(connection: int, preload: Sequence[str], records: int) -> list[str]:
    """Return how a child is started; a frozen program starts itself with a hidden argument."""
    arguments = [str(connection), ",".join(preload), str(records)]
    if getattr(sys, "frozen", False):
        return [sys.executable, "--run-child", *arguments]
    return [sys.executable, "-P", "-m", "queue_core.runner", *arguments]


def _spawn(
    theirs: Connection,
    records: int,
    preload: Sequence[str],
    folder: Path,
    more: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        **more,
        "DASHAI_LOCAL_PATH": str(folder),
        "PYTHONPATH": _ROOT,
    }
    return subprocess.Popen(
        child_command(theirs.fileno(), preload, records),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        pass_fds=(theirs.fileno(), records),
        start_new_session=True,
        env=environment,
    )


def _lower_priority(pid: int, nice: int) -> None:
    """Leave the desktop its share of the processor."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, nice)
    except (OSError, AttributeError):
        logger.debug("the priority of worker %s could not be lowered", pid)
