"""Put, cancel, pause, retry, reorder, kill, restart in any order: the queue agrees with a model."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sample_jobs import Append, Raises, Wait

from queue_core import HueyJobQueue, JobQueueError, JobStatus
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import JobOptions, Move

FINAL = {status for status in JobStatus if status.is_final}


class QueueMachine(RuleBasedStateMachine):
    """Drives a real queue with real children beside a model of what may have become of each job.

    The model knows for each job in which states it may be; jobs end by themselves meanwhile, so
    it is a set. Every job that ran has left a line in a file: none may run twice.
    """

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="queue-machine-"))
        self.lines = self.folder / "lines"
        self.lines.touch()
        self.queue = HueyJobQueue(self.folder / "local")
        self.allowed: dict[str, set[JobStatus]] = {}
        self.line_of: dict[str, str] = {}
        self.number = 0

    def start_queue(self) -> None:
        self.queue.start(workers=2, options=EngineOptions(grace_s=0.3))

    @rule(target=jobs, priority=st.integers(-1, 1), delay=st.sampled_from([None, 0.05]))
    def put(self, priority: int, delay: float | None) -> str:
        self.number += 1
        job = Append(path=str(self.lines), line=self.number)
        job_id = self.queue.put(job, JobOptions(priority=priority, delay_s=delay))
        self.allowed[job_id] = {JobStatus.FINISHED}
        self.line_of[job_id] = str(self.number)
        return job_id

    @rule(target=jobs)
    def put_failing(self) -> str:
        job_id = self.queue.put(Raises())
        self.allowed[job_id] = {JobStatus.ERROR}
        return job_id

    @rule(target=jobs)
    def put_long(self) -> str:
        started = self.folder / f"started{len(self.allowed)}"
        job_id = self.queue.put(Wait(started=str(started), seconds=0.3))
        self.allowed[job_id] = {JobStatus.FINISHED}
        return job_id

    @rule(target=jobs, after=jobs)
    def put_after(self, after: str) -> str:
        self.number += 1
        job = Append(path=str(self.lines), line=self.number)
        job_id = self.queue.put(job, JobOptions(after=(after,)))
        self.allowed[job_id] = {JobStatus.FINISHED, JobStatus.CANCELLED}
        self.line_of[job_id] = str(self.number)
        return job_id

    @rule(job_id=jobs)
    def cancel(self, job_id: str) -> None:
        if self.queue.cancel(job_id):
            self.allowed[job_id].add(JobStatus.CANCELLED)
            if self.queue.get(job_id).status is JobStatus.CANCELLED:
                self.allowed[job_id] = {JobStatus.CANCELLED}

    @rule(target=jobs, job_id=jobs)
    def retry(self, job_id: str) -> str:
        if not self.queue.get(job_id).status.is_final:
            with pytest.raises(JobQueueError):
                self.queue.retry(job_id)
            return job_id
        again = self.queue.retry(job_id)
        failing = self.queue.get(job_id).task_type == "Raises"
        self.allowed[again] = {JobStatus.ERROR if failing else JobStatus.FINISHED}
        return again

    @rule(job_id=jobs, to=st.sampled_from(Move))
    def move(self, job_id: str, to: Move) -> None:
        self.queue.move([job_id], to)

    @rule(paused=st.booleans())
    def pause_queue(self, paused: bool) -> None:
        (self.queue.pause_queue if paused else self.queue.resume_queue)()
        assert self.queue.is_paused == paused

    @rule(job_id=jobs)
    def pause_job(self, job_id: str) -> None:
        if self.queue.pause(job_id):
            assert self.queue.resume(job_id) or self.queue.get(job_id).status.is_final

    @rule(workers=st.integers(1, 3))
    def start(self, workers: int) -> None:
        self.start_queue()
        self.queue.start(workers=workers)

    @rule()
    def stop(self) -> None:
        self.queue.stop()
        for record in self.queue.list():
            assert record.status is not JobStatus.STARTED
            if record.status is JobStatus.KILLED:
                self.allowed[record.id] = {JobStatus.KILLED}

    @rule()
    def reopen(self) -> None:
        self.stop()
        self.queue.close()
        self.queue = HueyJobQueue(self.folder / "local")

    @rule()
    def kill_a_child(self) -> None:
        for record in self.queue.list():
            if record.pid is not None and record.status is JobStatus.STARTED:
                self.allowed[record.id] |= {JobStatus.ERROR}
                try:
                    os.kill(record.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                # The child may have taken the next job meanwhile.
                for other in self.allowed:
                    self.allowed[other] |= {JobStatus.ERROR}
                return

    @invariant()
    def every_job_is_there_once(self) -> None:
        records = self.queue.list()
        assert sorted(record.id for record in records) == sorted(self.allowed)
        for record in records:
            if record.status in FINAL:
                assert record.status in self.allowed[record.id] | {JobStatus.KILLED}, record
            if record.status is JobStatus.ERROR:
                assert record.error_msg

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.queue.close()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """Let everything come to its end, and compare."""
        self.queue.resume_queue()
        for record in self.queue.list():
            if record.status is JobStatus.KILLED:  # its followers wait for a decision
                self.queue.remove([record.id])
                del self.allowed[record.id]
        self.start_queue()
        pause = threading.Event()
        deadline = time.monotonic() + 30
        while not self.queue.is_empty():
            assert time.monotonic() < deadline, [
                (record, self.queue.why_waiting(record.id))
                for record in self.queue.list()
                if not record.status.is_final
            ]
            pause.wait(0.01)
        for record in self.queue.list():
            assert record.status in self.allowed[record.id], record
        ran = self.lines.read_text().split()
        finished = [
            self.line_of[r.id]
            for r in self.queue.list()
            if r.status is JobStatus.FINISHED and r.id in self.line_of and r.retry_of is None
        ]
        retries = sum(record.retry_of is not None for record in self.queue.list())
        assert set(finished) <= set(ran)
        assert len(ran) - len(set(ran)) <= retries


QueueMachine.TestCase.settings = settings(
    max_examples=6, stateful_step_count=15, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TestQueueMachine = QueueMachine.TestCase
