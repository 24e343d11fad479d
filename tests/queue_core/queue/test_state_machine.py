"""Put, cancel, pause, retry, reorder, kill, restart, break the disk, set the clock, in any order.

The queue agrees with a model: nothing is lost, doubled, falsely reported, stuck, or run after
`cancel` has said that it will not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from broken_disk import FAULTS, LOCKS, breakable
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sample_jobs import Append, FailsTwice, Raises, Wait

from queue_core import BaseJob, HueyJobQueue, JobQueueError, JobStatus
from queue_core.errors import MonitorError
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import AfterPolicy, JobOptions, Move

FINAL = {status for status in JobStatus if status.is_final}
FINISHED, ERROR, CANCELLED, KILLED = (
    JobStatus.FINISHED, JobStatus.ERROR, JobStatus.CANCELLED, JobStatus.KILLED
)  # fmt: skip
SUPPORT = Path(__file__).parents[2] / "support"
SETTLED_S = 60

CONSUMER = """
import sys
sys.path.insert(0, sys.argv[2])
import sample_jobs
from queue_core import HueyJobQueue
from queue_core.queue.engine.options import EngineOptions
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=1, options=EngineOptions(grace_s=0.3))
print("ready", flush=True)
sys.stdin.read()
queue.close()
"""


class QueueMachine(RuleBasedStateMachine):
    """Drives a real queue with real children beside a model of what may have become of each job.

    The model knows for each job in which states it may end; jobs end by themselves meanwhile, so
    it is a set. Every job that ran has left a line in a file: none may run twice.
    """

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="queue-machine-"))
        self.lines = self.folder / "lines"
        self.lines.touch()
        self.patches = contextlib.ExitStack()
        self.disk = self.patches.enter_context(breakable())
        self.clock_step_s = 0.0
        real_time = time.time

        def stepped() -> float:
            return real_time() + self.clock_step_s

        self.patches.enter_context(mock.patch("time.time", stepped))
        self.queue = HueyJobQueue(self.folder / "local")
        self.other: subprocess.Popen[str] | None = None
        self.allowed: dict[str, set[JobStatus]] = {}
        self.line_of: dict[str, str] = {}
        self.told: dict[str, bool] = {}
        self.number = 0

    # Jobs ----------------------------------------------------------------------------------------

    def add(self, job: BaseJob, allowed: set[JobStatus], options: JobOptions | None = None) -> str:
        job_id = self.queue.put(job, options)
        self.allowed[job_id] = allowed
        if isinstance(job, Append):
            self.line_of[job_id] = str(self.number)
        return job_id

    def appends(self) -> Append:
        self.number += 1
        return Append(path=str(self.lines), line=self.number)

    @rule(target=jobs, priority=st.integers(-1, 1), delay=st.sampled_from([None, 0.05]))
    def put(self, priority: int, delay: float | None) -> str:
        return self.add(self.appends(), {FINISHED}, JobOptions(priority=priority, delay_s=delay))

    @rule(target=jobs)
    def put_failing(self) -> str:
        return self.add(Raises(), {ERROR})

    @rule(target=jobs, enough=st.booleans())
    def put_retrying(self, enough: bool) -> str:
        path = self.folder / f"attempts{len(self.allowed)}-{self.number}"
        options = JobOptions(max_attempts=3 if enough else 2, retry_delay_s=0.02)
        return self.add(FailsTwice(path=str(path)), {FINISHED if enough else ERROR}, options)

    @rule(target=jobs)
    def put_long(self) -> str:
        started = self.folder / f"started{len(self.allowed)}"
        return self.add(Wait(started=str(started), seconds=0.3), {FINISHED})

    @rule(target=jobs, after=jobs, policy=st.sampled_from(AfterPolicy))
    def put_after(self, after: str, policy: AfterPolicy) -> str:
        if after not in self.allowed:  # removed meanwhile
            with pytest.raises(MonitorError):
                self.queue.put(self.appends(), JobOptions(after=(after,)))
            return after
        allowed = {FINISHED, CANCELLED} if policy is AfterPolicy.SKIP else {FINISHED}
        return self.add(self.appends(), allowed, JobOptions(after=(after,), after_policy=policy))

    # Orders --------------------------------------------------------------------------------------

    @rule(job_id=jobs)
    def cancel(self, job_id: str) -> None:
        if job_id not in self.allowed or not self.queue.cancel(job_id):
            return
        # From now on it is cancelled, whatever becomes of its program; an owner that has just been
        # killed is noticed by whoever recovers next.
        self.allowed[job_id] = {CANCELLED}
        if self.queue.is_consuming:
            assert self.queue.wait(job_id, SETTLED_S).status is CANCELLED
        if job_id in self.line_of and self.queue.get(job_id).status is CANCELLED:
            self.told[job_id] = self.ran(job_id)

    def ran(self, job_id: str) -> bool:
        return self.line_of[job_id] in self.lines.read_text().split()

    @rule(target=jobs, job_id=jobs)
    def retry(self, job_id: str) -> str:
        if job_id not in self.allowed:
            return job_id
        if not self.queue.get(job_id).status.is_final:
            with contextlib.suppress(JobQueueError):  # it may just have ended
                self.note_retry(job_id, self.queue.retry(job_id))
            return job_id
        again = self.queue.retry(job_id)
        self.note_retry(job_id, again)
        return again

    def note_retry(self, job_id: str, again: str) -> None:
        self.told.pop(job_id, None)  # the other one writes the same line
        kind = self.queue.get(job_id).task_type
        self.allowed[again] = {
            "Raises": {ERROR}, "FailsTwice": {ERROR, FINISHED}
        }.get(kind, {FINISHED})  # fmt: skip

    @rule(job_id=jobs)
    def remove(self, job_id: str) -> None:
        if job_id not in self.allowed:
            assert self.queue.remove([job_id]) == ()
            return
        was_final = self.queue.get(job_id).status.is_final
        removed = self.queue.remove([job_id])
        assert removed or not was_final
        if removed:
            del self.allowed[job_id]
            self.told.pop(job_id, None)

    @rule(job_id=jobs, to=st.sampled_from(Move))
    def move(self, job_id: str, to: Move) -> None:
        self.queue.move([job_id], to)

    @rule(paused=st.booleans())
    def pause_queue(self, paused: bool) -> None:
        (self.queue.pause_queue if paused else self.queue.resume_queue)()
        assert self.queue.is_paused == paused

    @rule(job_id=jobs)
    def pause_job(self, job_id: str) -> None:
        if job_id in self.allowed:
            self.queue.pause(job_id)

    @rule(job_id=jobs)
    def resume_job(self, job_id: str) -> None:
        if job_id in self.allowed:
            self.queue.resume(job_id)

    # Programs ------------------------------------------------------------------------------------

    def start_queue(self, workers: int = 2) -> None:
        self.queue.start(workers=workers, options=EngineOptions(grace_s=0.3))

    @rule(workers=st.integers(1, 3))
    def start(self, workers: int) -> None:
        self.start_queue()
        self.queue.start(workers=workers)

    @rule()
    def stop(self) -> None:
        self.queue.stop()
        for record in self.queue.list():
            assert record.status is not JobStatus.STARTED or self.other is not None
            if record.status is KILLED:
                self.allowed[record.id] = {KILLED}

    @rule()
    def reopen(self) -> None:
        self.stop()
        self.queue.close()
        self.queue = HueyJobQueue(self.folder / "local")

    @rule()
    def start_another_program(self) -> None:
        if self.other is None:
            self.other = subprocess.Popen(
                [sys.executable, "-c", CONSUMER, str(self.folder / "local"), str(SUPPORT)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert self.other.stdout is not None
            assert self.other.stdout.readline() == "ready\n"

    @rule(how=st.sampled_from(["kill", "end", "suspend"]))
    def end_the_other_program(self, how: str) -> None:
        if self.other is None:
            return
        if how == "suspend":
            self.other.send_signal(signal.SIGSTOP)
            threading.Event().wait(0.2)
            self.other.send_signal(signal.SIGCONT)
            return
        if how == "kill":
            self.other.kill()
        self.other.communicate(timeout=60)
        self.other = None

    @rule()
    def kill_a_child(self) -> None:
        for record in self.queue.list():
            if record.pid is not None and record.status is JobStatus.STARTED:
                try:
                    os.kill(record.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                # The child may have taken the next job meanwhile.
                for allowed in self.allowed.values():
                    if allowed != {CANCELLED}:
                        allowed.add(ERROR)
                return

    # The surroundings ----------------------------------------------------------------------------

    @rule(fault=st.sampled_from(sorted(FAULTS.keys() - LOCKS)), only_writes=st.booleans())
    def break_the_disk_for_a_moment(self, fault: str, only_writes: bool) -> None:
        self.disk.only_writes = only_writes
        self.disk.fault = FAULTS[fault]
        try:
            with pytest.raises(MonitorError):
                self.queue.put(self.appends())
            threading.Event().wait(0.1)
        finally:
            self.disk.fault = None

    @rule(step_s=st.sampled_from([-2.0, 0.0, 2.0]))
    def set_the_clock(self, step_s: float) -> None:
        self.clock_step_s = step_s

    # What must hold ------------------------------------------------------------------------------

    @invariant()
    def every_job_is_there_once(self) -> None:
        records = self.queue.list()
        assert sorted(record.id for record in records) == sorted(self.allowed)
        for record in records:
            if record.status in FINAL:
                expected = self.allowed[record.id]
                assert record.status in expected | {KILLED} or expected == {CANCELLED}, record
            if record.status in (ERROR, KILLED):
                assert record.error_msg
            assert not record.damage

    @invariant()
    def nothing_runs_that_was_cancelled(self) -> None:
        for job_id, had_run in self.told.items():
            assert self.ran(job_id) == had_run, self.queue.get(job_id)
            assert self.queue.get(job_id).status is CANCELLED

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.disk.fault = None
            if self.other is not None:
                self.other.kill()
                self.other.communicate()
            self.queue.close()
            self.patches.close()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """Let everything come to its end, and compare."""
        self.clock_step_s = 0.0
        self.end_the_other_program("end")
        self.queue.resume_queue()
        self.start_queue()
        self.wait_until_settled()
        for record in self.queue.list():
            assert record.status in self.allowed[record.id] | {KILLED}, record
            numbers = [attempt.attempt for attempt in self.queue.attempts(record.id)]
            assert numbers == list(range(1, len(numbers) + 1))
        self.nothing_runs_that_was_cancelled()
        ran = self.lines.read_text().split()
        finished = [
            self.line_of[r.id]
            for r in self.queue.list()
            if r.status is FINISHED and r.id in self.line_of and r.retry_of is None
        ]
        retries = sum(record.retry_of is not None for record in self.queue.list())
        assert set(finished) <= set(ran)
        assert len(ran) - len(set(ran)) <= retries + self.removed_retries

    @property
    def removed_retries(self) -> int:
        """How many lines retries may have written that were removed since: they look doubled."""
        return sum(job_id not in self.allowed for job_id in self.line_of)

    def wait_until_settled(self) -> None:
        pause = threading.Event()
        deadline = time.monotonic() + SETTLED_S
        while not self.queue.is_empty():
            assert time.monotonic() < deadline, [
                (record, self.queue.why_waiting(record.id))
                for record in self.queue.list()
                if not record.status.is_final
            ]
            for record in self.queue.list():
                if record.paused:
                    self.queue.resume(record.id)
                elif record.status is KILLED and self.queue.remove([record.id]):
                    del self.allowed[record.id]  # its followers wait for a decision
                    self.told.pop(record.id, None)
            pause.wait(0.01)


class LongQueueMachine(QueueMachine):
    """The same, for as long as nobody waits for it."""


def _case(machine: type[QueueMachine], examples: int, steps: int) -> type:
    machine.TestCase.settings = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    mark: Callable[[type], type] = pytest.mark.expects_log  # faults are told, and are meant
    return mark(machine.TestCase)


# It waits for processes most of the time, on a busy machine for very long.
TestQueueMachine = pytest.mark.timeout(900)(_case(QueueMachine, examples=6, steps=15))
TestLongQueueMachine = pytest.mark.slow(
    pytest.mark.timeout(3600)(_case(LongQueueMachine, examples=150, steps=40))
)
