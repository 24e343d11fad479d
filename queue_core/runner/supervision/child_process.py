"""The supervisor's end of one child process: give it a job, learn how it ended, let it go."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from queue_core.runner import process_tree
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.messages import OutOfStepError, decode, encode, encode_order
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.protocol import Answer, CleanUp, Ended, Failed, Finished, Ready, Run, Setup
from queue_core.runner.reuse import time_of_change_ns
from queue_core.runner.supervision.attempt import Attempt
from queue_core.runner.supervision.endings import as_report, out_of_step, process_ended, stopped
from queue_core.runner.supervision.exchange import Deaf, Exchange, JobListener
from queue_core.runner.supervision.link import END, MESSAGES
from queue_core.runner.supervision.process_source import ProcessSource
from queue_core.runner.supervision.starting import ChildStartError
from queue_core.steady_thread import begin
from queue_core.system.choice import system

logger = logging.getLogger(__name__)

__all__ = ["ChildProcess", "ChildStartError", "JobListener"]

_START_TIMEOUT_S = 60.0
_POLL_S = 0.2
# An unkillable process, one in the hands of a broken driver, is left to the system after this.
_KILL_PATIENCE_S = 5.0


class ChildProcess:
    """One child process, from its start until it is buried.

    Attributes:
        pid: Its process id; it leads a group of this number.
        is_forked: Whether it is a copy of the template.
        generation: Which state of the template that was.
        inherited_bytes: Memory that it has got from the process that it was forked from.
        is_given_back: Whether its end is seen to; its owner's to change.
        before_letting_go: Called when its number is about to be anybody's; its owner's to change.
    """

    def __init__(self, source: ProcessSource, environment: Mapping[str, str]) -> None:
        self._link = source.start(environment)
        self._process = self._link.process
        self.pid = self._process.pid
        self.is_forked = self._process.started_with is not None
        self.generation = self._process.generation
        self.inherited_bytes = 0
        self.is_given_back = False
        self.before_letting_go: Callable[[], object] = lambda: None
        self._lock = threading.Lock()
        self._attempt: Attempt | None = None
        self._order_id = ""
        self._reuse_key: str | None = None
        self._modules: Mapping[str, int] = {}
        self._orders = 0
        self._is_reusable = True
        self._is_leaving = False
        self._last_word: Ended | None = None
        self._is_killed = False
        self._tree_is_gone = False

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return not self._process.has_ended()

    @property
    def is_fresh(self) -> bool:
        """Whether it runs and has never run anything."""
        return self._orders == 0 and self.is_alive and not self._process.is_lost

    @property
    def is_reusable(self) -> bool:
        """Whether it can take an order: another one of the same key, where it has run before."""
        if not self._is_reusable or not self.is_alive or self._process.is_lost:
            return False
        if any(time_of_change_ns(file) != then for file, then in self._modules.items()):
            return False
        return not self._has_unasked_words()

    def wait_ready(
        self, folder: Path, environment: Mapping[str, str], stop: threading.Event
    ) -> None:
        """Wait until it can take a job.

        Raises:
            ChildStartError: It ended before; the message carries what it said.
        """
        setup = Setup(str(folder), os.getpid(), self._changes_to(environment))
        packet = encode(setup, order_id="", pid=os.getpid())
        deadline = time.monotonic() + _START_TIMEOUT_S
        try:
            self._link.send(packet, deadline_s=deadline)
            while time.monotonic() < deadline and not stop.is_set():
                sources = self._link.wait(_POLL_S)
                if MESSAGES in sources:
                    self._link.receive()
                    for message in self._link.packets():
                        if isinstance(decode(message).message, Ready):
                            self._note_inherited()
                            return
                elif END in sources:
                    break
        except (EOFError, OutOfStepError):
            pass
        raise self._not_ready()

    def _changes_to(self, environment: Mapping[str, str]) -> dict[str, str | None]:
        """Return what is to change of the variables that the process was started with."""
        before = self._process.started_with
        if before is None:
            return {}
        changes: dict[str, str | None] = {
            name: value for name, value in environment.items() if before.get(name) != value
        }
        changes.update(dict.fromkeys(before.keys() - environment.keys()))
        return changes

    def _not_ready(self) -> ChildStartError:
        said = self._link.said()[-500:] or "it said nothing"
        return ChildStartError(
            f"A worker process ended before it was ready: {said}.",
            hint="Run `dashai-monitor doctor` to check the installation.",
        )

    def _note_inherited(self) -> None:
        if not self.is_forked:  # it has loaded everything itself
            return
        resident, from_files = system().memory(self.pid) or (0, 0)
        self.inherited_bytes = resident - from_files

    # Running -------------------------------------------------------------------------------------

    def run(
        self, order: RunOrder, *, folder: Path, listener: JobListener, log: LogWriter
    ) -> Outcome:
        """Run one attempt of a job and wait for its end; never raises for what the job does."""
        if self._orders and (order.reuse_key is None or order.reuse_key != self._reuse_key):
            return _wrong_process()
        began = time.monotonic()
        attempt = self._begin(order.job_id, order.reuse_key)
        run = Run(
            order.job_id, order.attempt, str(folder), order.cwd, list(order.import_path),
            order.changes, order.reuse_key,
        )  # fmt: skip
        answer: Answer | None = None
        problem: Exception | None = None
        try:
            answer = self._exchange(run, order.payload, attempt, listener, log)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, this job alone ends by it
            problem = error
        elapsed = time.monotonic() - began
        self._finish(attempt)
        outcome = self._outcome(attempt, answer, problem, elapsed, log)
        return replace(outcome, paused_s=attempt.paused_s)

    def clean_up(self, order: CleanUp, payload: bytes, log: LogWriter, timeout_s: float) -> bool:
        """Let the job of *order* clean up; return whether it has done so in time."""
        attempt = self._begin(order.job_id, None)
        answer: Answer | None = None
        try:
            deadline = time.monotonic() + timeout_s
            answer = self._exchange(order, payload, attempt, Deaf(), log, deadline_s=deadline)
        except Exception as error:  # noqa: BLE001 - as in `run`
            logger.warning("clean-up of job %s: %s", order.job_id, error)
        self._finish(attempt)
        self._is_reusable = False
        if isinstance(answer, Failed):
            logger.warning("clean-up of job %s failed: %s", order.job_id, answer.message)
        if answer is None:
            process_tree.kill_tree(self.pid, patience_s=1.0)
        return isinstance(answer, Finished)

    def _begin(self, job_id: str, reuse_key: str | None) -> Attempt:
        with self._lock:
            self._orders += 1
            self._reuse_key = reuse_key
            self._attempt = Attempt(job_id)
            self._order_id = self._attempt.order_id
            return self._attempt

    def _finish(self, attempt: Attempt) -> None:
        """Let nobody end, pause or resume this order any more, and wait for who does so now."""
        with self._lock:
            self._attempt = None
            if attempt.go_on():
                process_tree.resume(self.pid)
        if attempt.ender is not None:
            attempt.ender.join()

    def _exchange(
        self, order: Run | CleanUp, payload: bytes, attempt: Attempt, listener: JobListener,
        log: LogWriter, *, deadline_s: float | None = None,
    ) -> Answer | None:  # fmt: skip
        packet = encode_order(order, payload, order_id=attempt.order_id, pid=os.getpid())
        exchange = Exchange(self._link, attempt.order_id, listener, log)
        answer = exchange.hold(packet, is_given_up=attempt.is_given_up, deadline_s=deadline_s)
        self._last_word = exchange.last_word
        self._is_leaving = answer is not None and not answer.reusable
        return answer

    def _outcome(
        self, attempt: Attempt, answer: Answer | None, problem: Exception | None, elapsed: float,
        log: LogWriter,
    ) -> Outcome:  # fmt: skip
        self._is_reusable = (
            answer is not None and answer.reusable and problem is None and attempt.ender is None
        )
        if isinstance(answer, Finished) and problem is None:
            self._modules = answer.modules
            return Outcome(EndReason.FINISHED, elapsed, result_json=answer.result)
        if isinstance(answer, Failed) and problem is None and attempt.reason is None:
            return Outcome(EndReason.RAISED, elapsed, error=as_report(answer))
        self._tree_is_gone = process_tree.kill_tree(self.pid, patience_s=_KILL_PATIENCE_S)
        code = self.let_go()
        if attempt.reason is not None:
            return stopped(attempt, elapsed)
        if problem is not None:
            if not isinstance(problem, OutOfStepError):
                logger.error("worker %s", self.pid, exc_info=problem)
            return out_of_step(problem, elapsed, log)
        return process_ended(code, elapsed, log)

    # Orders about it -----------------------------------------------------------------------------

    def end(
        self, job_id: str, reason: EndReason, *, grace_s: float, detail: str = "", hint: str = ""
    ) -> bool:
        """End the process tree because of *reason*, if it still runs this job.

        Returns at once; `run` returns when the tree is gone.
        """
        with self._lock:
            attempt = self._attempt
            if attempt is None or attempt.job_id != job_id or attempt.reason is not None:
                return False
            attempt.reason, attempt.detail, attempt.hint = reason, detail, hint
            ender = threading.Thread(
                target=self._end_tree, args=(attempt, grace_s), name=f"ender-{self.pid}",
                daemon=True,
            )  # fmt: skip
            attempt.ender = ender
            try:
                begin(ender)
            except (RuntimeError, MemoryError):  # no threads left: then at once, and here
                attempt.ender = None
        if attempt.ender is None:
            self._end_tree(attempt, 0.0)
        return True

    def _end_tree(self, attempt: Attempt, grace_s: float) -> None:
        try:
            process_tree.end_tree(self.pid, grace_s=grace_s)
        except Exception:
            logger.exception("the processes of worker %s could not be ended", self.pid)
        finally:
            attempt.is_given_up.set()  # whatever still stands will not go by waiting

    def pause(self, job_id: str) -> bool:
        """Suspend the process tree, if it still runs this job."""
        with self._lock:
            attempt = self._attempt
            if attempt is None or attempt.job_id != job_id or attempt.reason is not None:
                return False
            if attempt.paused_since is None:
                if not process_tree.suspend(self.pid):
                    return False
                attempt.pause()
            return True

    def resume(self, job_id: str) -> bool:
        """Let the suspended process tree go on, if it still runs this job."""
        with self._lock:
            attempt = self._attempt
            if attempt is None or attempt.job_id != job_id or attempt.paused_since is None:
                return False
            process_tree.resume(self.pid)
            return attempt.go_on()

    # Its end -------------------------------------------------------------------------------------

    def begin_end(self) -> None:
        """Let it end: by itself where it is at it, else by the end of its connection."""
        self._is_reusable = False
        if not self._is_leaving:
            self._link.close_connection()

    def kill(self) -> None:
        """Kill it with everything that it has started, without waiting."""
        self._is_killed = True
        self._last_word = None
        process_tree.kill_tree(self.pid, patience_s=0.0)

    def has_ended(self) -> bool:
        """Return whether it runs no more; sees to it that it comes to an end meanwhile."""
        has_ended = self._process.has_ended()  # first: what it said before is there by then
        self._link.drain(None, rounds=4)
        if self._is_leaving and not self._is_killed:
            self._hear_last_word()
        if self._last_word is not None and self._last_word.leaves_processes and not has_ended:
            self.kill()
        return has_ended

    def descriptors(self) -> list[int]:
        """Return what to watch until it has ended; nothing where it is to be looked at."""
        return self._link.descriptors()

    def let_go(self) -> int | None:
        """Let the number of the ended process go; return how it ended, where that is known."""
        if self._process.has_ended():
            self.before_letting_go()
        return self._process.exit_code()

    def bury(self) -> None:
        """End what it has left, let its number go, close everything; it has ended."""
        if not self._leaves_nothing():
            if not self._tree_is_gone:
                process_tree.kill_tree(self.pid, patience_s=1.0)
            self._process.sweep()
        self.let_go()
        self._link.close()

    def abandon(self) -> None:
        """Close everything and leave the process to the system: it cannot be ended."""
        self._link.close()

    def _leaves_nothing(self) -> bool:
        if self._is_killed:
            return False
        if self._orders == 0:
            return True
        return self._last_word is not None and not self._last_word.leaves_processes

    def _hear_last_word(self) -> None:
        try:
            self._link.receive()
        except EOFError:
            self._link.stop_listening()
        except OSError:
            return
        try:
            for packet in self._link.packets():
                envelope = decode(packet)
                is_ours = envelope.order_id == self._order_id and envelope.pid == self.pid
                if is_ours and isinstance(envelope.message, Ended):
                    self._last_word = envelope.message
        except OutOfStepError:
            self._link.stop_listening()

    def _has_unasked_words(self) -> bool:
        """Return whether something came that nobody has asked for: it is out of step then."""
        try:
            self._link.receive()
        except (EOFError, OSError):
            return True
        return self._link.has_more


def _wrong_process() -> Outcome:
    report = ErrorReport(
        "WrongProcess", "The job was given to a process that has run another one.",
        hint="Retry the job; it will get a process of its own.",
    )  # fmt: skip
    return Outcome(EndReason.NOT_STARTED, error=report)
