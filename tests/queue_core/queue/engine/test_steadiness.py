"""Nothing that is raised ends a thread, no fault of the disk outlives its cause, and stop stops."""

from __future__ import annotations

import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from broken_disk import FAULTS, FaultyConnection
from damage import read_everything
from sample_jobs import Append, Echo, IgnoresTerm, Wait

from queue_core import HueyJobQueue, JobStatus
from queue_core.errors import MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.values import JobOptions
from queue_core.steady_thread import SteadyThread

Until = Callable[..., None]
ERRORS = [SystemExit, MemoryError, KeyboardInterrupt, GeneratorExit, RecursionError]
ENGINE_THREADS = (
    "consumer-worker", "recorder", "watchdog", "cleaner", "maintenance",
    "spare-maker", "undertaker",
)  # fmt: skip


def raise_in(thread: threading.Thread, error: type[BaseException]) -> None:
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident), ctypes.py_object(error)
    )


def engine_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith(ENGINE_THREADS)]


class TestSteadyThread:
    @pytest.mark.expects_log
    @pytest.mark.parametrize("error", [*ERRORS, ValueError, sqlite3.OperationalError])
    def test_it_goes_on_after_anything(self, error: type[BaseException], until: Until) -> None:
        rounds, told, ended = [], [], threading.Event()

        def work() -> None:
            rounds.append(len(rounds))
            if len(rounds) < 4:
                raise error
            thread.pause(0.01)

        thread = SteadyThread("steady", work, on_failure=told.append, at_end=ended.set)
        thread.start()
        until(lambda: len(rounds) > 5)
        thread.stop()
        assert thread.join(5)
        assert ended.is_set()
        assert [type(item) for item in told] == [error, error, error, type(None)]

    def test_one_that_dies_before_it_runs_is_not_waited_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(_: threading.Thread) -> None:
            """Stands for what is raised in a thread before any code of ours."""

        monkeypatch.setattr(threading.Thread, "_bootstrap", die)
        monkeypatch.setattr("queue_core.steady_thread._START_TIMEOUT_S", 0.05)
        thread = SteadyThread("steady", lambda: None)
        with pytest.raises(RuntimeError, match="steady did not begin"):
            thread.start()
        assert thread.join(5)
        threading._limbo.pop(thread._thread)  # type: ignore[attr-defined]

    @pytest.mark.expects_log
    def test_the_one_who_is_told_may_fail_too(self, until: Until) -> None:
        rounds = []

        def work() -> None:
            rounds.append(1)
            raise SystemExit

        def told(_: object) -> None:
            raise MemoryError

        thread = SteadyThread("steady", work, on_failure=told, at_end=lambda: 1 / 0)
        thread.start()
        until(lambda: len(rounds) > 2)
        thread.stop()
        assert thread.join(5)

    @pytest.mark.expects_log
    def test_a_busy_failure_pauses(self) -> None:
        rounds = []

        def work() -> None:
            rounds.append(1)
            raise ValueError

        thread = SteadyThread("steady", work)
        thread.start()
        assert not thread.join(1.0)
        thread.stop()
        assert thread.join(5)
        assert len(rounds) < 10


def closed_by_the_collector(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that may raise where a file was just being opened: nobody else can close it."""
    for warning in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
        test = pytest.mark.filterwarnings(f"ignore::{warning}")(test)
    return test


@closed_by_the_collector
@pytest.mark.expects_log
@pytest.mark.parametrize("error", ERRORS)
def test_every_thread_of_the_engine_survives(
    queue: HueyJobQueue, until: Until, error: type[BaseException]
) -> None:
    queue.start(workers=2, options=EngineOptions(grace_s=0.3))
    queue.wait(queue.put(Echo()), 30)
    assert queue._engine is not None
    supervisor = queue._engine.supervisor
    until(lambda: len(engine_threads()) == 9 and bool(supervisor._spares))
    before = engine_threads()
    for thread in before:
        raise_in(thread, error)
    assert queue.wait(queue.put(Echo(value=1)), 30).result == 1
    ids = [queue.put(Echo(value=number)) for number in range(6)]
    until(lambda: all(queue.get(job_id).status.is_final for job_id in ids), 60)
    assert engine_threads() == before
    assert read_everything(queue, ids) == []


@closed_by_the_collector
@pytest.mark.expects_log
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_raised_in_a_worker_no_job_stays_behind(
    queue: HueyJobQueue, tmp_path: Path, until: Until, seed: int
) -> None:
    """At any point between the claim of a job and its stored end."""
    lines = tmp_path / "lines"
    lines.touch()
    queue.start(workers=2, options=EngineOptions(grace_s=0.3))
    ids = [queue.put(Append(path=str(lines), line=number)) for number in range(12)]
    workers = [t for t in engine_threads() if t.name.startswith("consumer-worker")]
    for number in range(30):
        threading.Event().wait(0.02 + 0.001 * ((seed + number) % 7))
        raise_in(workers[number % 2], ERRORS[(seed + number) % len(ERRORS)])
    until(queue.is_empty, 60)
    for record in (queue.get(job_id) for job_id in ids):
        assert record.status in (JobStatus.FINISHED, JobStatus.ERROR), record
        assert record.status is JobStatus.FINISHED or record.error_msg
    ran = lines.read_text().split()
    assert len(ran) == len(set(ran))
    finished = sum(queue.get(job_id).status is JobStatus.FINISHED for job_id in ids)
    assert finished <= len(ran)
    assert queue.wait(queue.put(Echo(value=1)), 30).result == 1


# A disk that fails for a while --------------------------------------------------------------------


@pytest.mark.file_list
@pytest.mark.expects_log
@pytest.mark.parametrize("only_writes", [False, True], ids=["all", "writes"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_queue_goes_on_when_the_disk_does(
    disk: type[FaultyConnection], queue: HueyJobQueue, tmp_path: Path, until: Until,
    fault: tuple[int, str], only_writes: bool,
) -> None:  # fmt: skip
    queue.start(workers=1, options=EngineOptions(grace_s=0.3))
    started = tmp_path / "started"
    runs = queue.put(Wait(started=str(started), seconds=0.5))
    waits = queue.put(Echo(value="waits"))
    until(started.exists)
    disk.only_writes = only_writes
    disk.fault = fault
    with pytest.raises(MonitorError):
        queue._database.write(lambda c: c.execute("SELECT 1"), patience_s=0.1)
    if not only_writes:
        with pytest.raises(MonitorError):
            queue.list()
    # The job ends meanwhile, and its end cannot be stored: this is said, and not given up.
    until(lambda: queue.problem is not None, 30)
    assert queue.problem
    disk.fault = None
    assert queue.wait(runs, 30).status is JobStatus.FINISHED
    assert queue.wait(waits, 30).result == "waits"
    assert queue.wait(queue.put(Echo(value=1)), 30).result == 1
    queue.wait_until(lambda: queue.problem is None, 30)
    assert queue._problems._by_part == {}


@pytest.mark.file_list
@pytest.mark.expects_log
def test_a_lock_that_sqlite_does_not_wait_for_is_no_busy_loop(
    disk: type[FaultyConnection], queue: HueyJobQueue
) -> None:
    told: list[object] = []
    queue._database.on_problem = told.append
    disk.only_writes, disk.fault = True, FAULTS["locked"]
    with pytest.raises(MonitorError):
        queue._database.write(lambda c: c.execute("SELECT 1"), patience_s=0.2)
    disk.fault = None
    assert 0 < len(told) <= 20


def test_what_is_durable_cannot_hide_in_what_is_not(queue: HueyJobQueue) -> None:
    database: SqliteDatabase = queue._database
    with database.transaction(durable=False), pytest.raises(RuntimeError, match="durable"):
        database.write(lambda connection: connection.execute("SELECT 1"))
    with database.transaction(), database.transaction(durable=False):
        assert database.is_in_transaction


# The end ------------------------------------------------------------------------------------------


STATES: dict[str, Callable[[HueyJobQueue, Path], None]] = {
    "idle": lambda _queue, _folder: None,
    "just_started": lambda queue, _: _again(queue),
    "paused_queue": lambda queue, _: queue.pause_queue(),
    "running": lambda queue, folder: _run(queue, Wait(started=str(folder / "s")), folder / "s"),
    "ignores_term": lambda queue, folder: _run(
        queue, IgnoresTerm(started=str(folder / "s")), folder / "s"
    ),
    "paused_job": lambda queue, folder: _pause(queue, folder),
    "many_waiting": lambda queue, _: _put_many(queue),
}


def _run(queue: HueyJobQueue, job: Any, started: Path) -> None:
    job_id = queue.put(job)
    assert queue.wait_until(started.exists, 30)
    assert queue.wait_until(lambda: queue.get(job_id).status is JobStatus.STARTED, 10)


def _again(queue: HueyJobQueue) -> None:
    queue.stop()
    queue.start()


def _put_many(queue: HueyJobQueue) -> None:
    for _ in range(20):
        queue.put(Echo())


def _pause(queue: HueyJobQueue, folder: Path) -> None:
    _run(queue, Wait(started=str(folder / "s")), folder / "s")
    (job_id,) = queue.running_here()
    assert queue.pause(job_id)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_stop_has_an_end_in_every_state(
    running: HueyJobQueue, tmp_path: Path, state: Callable[[HueyJobQueue, Path], None]
) -> None:
    state(running, tmp_path)
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 20
    assert not running.is_consuming
    assert engine_threads() == []
    assert all(record.status is not JobStatus.STARTED for record in running.list())
    running.stop()
    running.resume_queue()
    running.start(options=EngineOptions(grace_s=0.3))
    assert running.wait(running.put(Echo(value=1), JobOptions(priority=9)), 30).result == 1


@pytest.mark.expects_log
@pytest.mark.timeout(90)
def test_stop_has_an_end_while_the_disk_is_broken(
    disk: type[FaultyConnection], running: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    _run(running, Wait(started=str(tmp_path / "s")), tmp_path / "s")
    disk.fault = FAULTS["io"]
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 60
    disk.fault = None
    with closing(HueyJobQueue(running.folder.root)) as again:
        again.start()
        until(again.is_empty, 20)
        (record,) = again.list()
        assert record.status is JobStatus.KILLED


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[2])
from sample_jobs import Wait
from queue_core import HueyJobQueue
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=1)
print(queue.put(Wait(started=sys.argv[3])), flush=True)
sys.stdin.read()
queue.close()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")
def test_a_program_that_is_suspended_keeps_its_job(
    local_folder: LocalFolder, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    support = Path(__file__).parents[3] / "support"
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(local_folder.root), str(support), str(started)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    job_id = program.stdout.readline().strip()
    until(started.exists)
    os.kill(program.pid, signal.SIGSTOP)
    try:
        with HueyJobQueue(local_folder.root) as other:
            assert other.recovered.interrupted == ()
            assert other.wait(other.put(Echo(value=1)), 30).result == 1
            assert other.get(job_id).status is JobStatus.STARTED
    finally:
        os.kill(program.pid, signal.SIGCONT)
    program.communicate(timeout=40)
    with closing(HueyJobQueue(local_folder.root)) as queue:
        assert queue.get(job_id).status is JobStatus.KILLED
