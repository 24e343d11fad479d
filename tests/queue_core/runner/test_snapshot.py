"""Looking at running jobs: real children, asked while they compute, sleep and are paused."""

from __future__ import annotations

import json
import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import sample_jobs

from queue_core import BaseJob, HueyJobQueue
from queue_core.paths import LocalFolder
from queue_core.runner import process_tree
from queue_core.runner.snapshots.py_spy import find_py_spy, parse_py_spy
from queue_core.runner.snapshots.snapshot import SnapshotSource, stack_snapshot
from queue_core.runner.snapshots.stack_signal import (
    SnapshotError,
    is_available,
    remove_stack_file,
    remove_stale_stack_files,
    stack_file,
)
from queue_core.runner.snapshots.stacks import StackFrame, ThreadStack, of_the_job, parse_dump

pytestmark = pytest.mark.skipif(not is_available(), reason="no such signals here")


@pytest.fixture(params=["faulthandler", "py-spy"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to see stacks, as far as it is installed."""
    if request.param == "py-spy":
        if find_py_spy() is None:
            pytest.skip("py-spy is not installed")
    else:
        monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: None)
    return str(request.param)


@contextmanager
def running_job(queue: HueyJobQueue, job: BaseJob, started: Path) -> Iterator[int]:
    """Run a job that says by a file that it runs; give its pid, and cancel it at the end."""
    job_id = queue.put(job)
    for _ in range(4_000):
        if started.exists():
            break
        threading.Event().wait(0.005)
    pid = queue.get(job_id).pid
    assert pid is not None
    try:
        yield pid
        assert queue.get(job_id).status == "started"
    finally:
        queue.cancel(job_id)
        queue.wait(job_id, 20)


@pytest.mark.parametrize(
    ("name", "function"), [("PythonLoop", "run"), ("NativeLoop", "run"), ("Wait", "run")]
)
def test_it_tells_where_a_job_is_and_the_job_goes_on(
    running: HueyJobQueue, tmp_path: Path, source: str, name: str, function: str
) -> None:
    started = tmp_path / "started"
    with running_job(running, getattr(sample_jobs, name)(started=str(started)), started) as pid:
        snapshot = stack_snapshot(pid, running.folder)
    assert snapshot.source == source
    assert snapshot.note == ""
    frames = [frame for frame in snapshot.threads[0].frames if not frame.is_native]
    # It may still be within the call that told us that it runs.
    outermost = frames[-1]
    assert outermost.file == sample_jobs.__file__
    assert outermost.function.rpartition(".")[2] == function
    assert outermost.line > 0
    assert not any(frame.is_runner for thread in snapshot.threads for frame in thread.frames)
    assert [use.pid for use in snapshot.processes] == [pid]
    assert sample_jobs.__file__ in snapshot.text
    assert str(pid) in snapshot.text


def test_native_code_is_seen_where_py_spy_is_there(running: HueyJobQueue, tmp_path: Path) -> None:
    if find_py_spy() is None:
        pytest.skip("py-spy is not installed")
    started = tmp_path / "started"
    job = sample_jobs.NativeLoop(started=str(started))
    with running_job(running, job, started) as pid:
        snapshot = stack_snapshot(pid, running.folder)
    assert snapshot.threads[0].frames[0].is_native
    assert snapshot.threads[0].name == "MainThread"


def test_processes_that_the_job_has_started_are_listed(
    running: HueyJobQueue, tmp_path: Path, source: str
) -> None:
    started = tmp_path / "started"
    job = sample_jobs.Grandchildren(started=str(started))
    with running_job(running, job, started) as pid:
        expected = {pid, *(int(word) for word in started.read_text().split())}
        snapshot = stack_snapshot(pid, running.folder)
    assert {use.pid for use in snapshot.processes} == expected
    assert snapshot.processes[0].pid == pid
    assert all(use.memory_bytes > 0 and "\n" not in use.command for use in snapshot.processes)
    if source == "py-spy":
        assert {thread.pid for thread in snapshot.threads} == expected


def test_the_processor_use_of_a_busy_process_is_seen(
    running: HueyJobQueue, tmp_path: Path, source: str
) -> None:
    started = tmp_path / "started"
    with running_job(running, sample_jobs.PythonLoop(started=str(started)), started) as pid:
        most = max(stack_snapshot(pid, running.folder).processes[0].cpu_percent for _ in range(3))
    assert most > 0


def test_each_look_is_a_fresh_one_and_the_file_is_private(
    running: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: None)
    started = tmp_path / "started"
    with running_job(running, sample_jobs.PythonLoop(started=str(started)), started) as pid:
        path = stack_file(running.folder, pid)
        sizes = []
        for _ in range(5):
            stack_snapshot(pid, running.folder)
            sizes.append(path.stat().st_size)
        assert max(sizes) < 2 * min(sizes)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_may_ask_at_once(
    running: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: None)
    started = tmp_path / "started"
    found = []
    with running_job(running, sample_jobs.PythonLoop(started=str(started)), started) as pid:

        def ask() -> None:
            found.append(stack_snapshot(pid, running.folder, timeout_s=20))

        askers = [threading.Thread(target=ask) for _ in range(6)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
    assert len(found) == 6
    assert all(len(snapshot.threads) == 1 and not snapshot.note for snapshot in found)


def test_a_paused_job_says_so(running: HueyJobQueue, tmp_path: Path, source: str) -> None:
    started = tmp_path / "started"
    with running_job(running, sample_jobs.PythonLoop(started=str(started)), started) as pid:
        process_tree.suspend(pid)
        try:
            snapshot = stack_snapshot(pid, running.folder)
            assert psutil.Process(pid).status() == psutil.STATUS_STOPPED
        finally:
            process_tree.resume(pid)
        # py-spy can look from outside, unless Python was stopped amid a change of its frames.
        if source == "py-spy" and snapshot.source is SnapshotSource.PY_SPY:
            assert snapshot.threads[0].frames
        else:
            assert snapshot.source is SnapshotSource.NONE
            assert "paused" in snapshot.note
            assert snapshot.note in snapshot.text
        assert snapshot.processes[0].status == "stopped"


class TakesSignal(BaseJob):
    """Takes the signal for itself, closes all files, and goes on."""

    def run(self) -> None:
        signal.signal(signal.SIGURG, signal.SIG_DFL)
        if self.kwargs.get("close"):
            os.closerange(3, 256)
        Path(self.kwargs["started"]).touch()
        time.sleep(600)


def test_a_job_that_took_the_signal_is_not_harmed_and_the_next_one_answers(
    running: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: None)
    started, again = tmp_path / "started", tmp_path / "again"
    with running_job(running, TakesSignal(started=str(started)), started) as pid:
        snapshot = stack_snapshot(pid, running.folder, timeout_s=0.3)
        assert snapshot.source is SnapshotSource.NONE
        assert "SIGURG" in snapshot.note
        assert snapshot.processes
    with running_job(running, sample_jobs.Wait(started=str(again)), again) as pid:
        assert stack_snapshot(pid, running.folder).source is SnapshotSource.FAULTHANDLER


class ResetsSignal(BaseJob):
    """Ends with the signal in its own hands."""

    def run(self) -> int:
        signal.signal(signal.SIGURG, lambda *_: None)
        return os.getpid()


def test_a_job_after_one_that_took_the_signal_answers_too(
    running: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: None)
    before = running.wait(running.put(ResetsSignal()), 20)
    started = tmp_path / "started"
    with running_job(running, sample_jobs.Wait(started=str(started)), started) as pid:
        assert pid != before.result
        assert stack_snapshot(pid, running.folder).source is SnapshotSource.FAULTHANDLER


def test_a_process_that_has_ended_is_an_error(local_folder: LocalFolder) -> None:
    gone = max(psutil.pids()) + 100_000
    with pytest.raises(SnapshotError, match="has ended"):
        stack_snapshot(gone, local_folder)


def test_a_process_that_does_not_listen_gets_no_signal(
    local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: None)
    stack_file(local_folder, os.getpid()).touch()
    snapshot = stack_snapshot(os.getpid(), local_folder)
    assert snapshot.source is SnapshotSource.NONE
    assert "does not tell its stacks" in snapshot.note


def test_a_py_spy_that_fails_is_no_obstacle(
    running: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "py-spy"
    broken.write_text("#!/bin/sh\necho 'Error: Permission Denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("queue_core.runner.snapshots.snapshot.find_py_spy", lambda: broken)
    started = tmp_path / "started"
    with running_job(running, sample_jobs.Wait(started=str(started)), started) as pid:
        snapshot = stack_snapshot(pid, running.folder)
    assert snapshot.source is SnapshotSource.FAULTHANDLER
    assert "Permission Denied" in snapshot.note


def test_files_of_children_that_are_gone_are_removed(local_folder: LocalFolder) -> None:
    gone, here = stack_file(local_folder, 2**22 + 5), stack_file(local_folder, os.getpid())
    other = local_folder.temporary / "stacks-of-paper.txt"
    for path in (gone, here, other):
        path.touch()
    assert remove_stale_stack_files(local_folder) == 1
    assert not gone.exists()
    assert other.exists()
    remove_stack_file(local_folder, os.getpid())
    remove_stack_file(local_folder, os.getpid())
    assert not here.exists()


DUMP = """\
some line of the job
Thread 0x00007f90923fe6c0 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 982 in run
  File "/usr/lib/python3.11/threading.py", line 1002 in _bootstrap

Current thread 0x00007f909aa87b80 [MainThread] (most recent call first):
  File "/home/j\\xf6rg/a \\u65e5.py", line 10 in w\\xf6rk
  File "<string>", line ??? in <module>
"""


def test_a_dump_becomes_threads() -> None:
    threads = parse_dump(DUMP, 7)
    assert threads == (
        ThreadStack(
            7, 0x7F90923FE6C0, "",
            (StackFrame("/usr/lib/python3.11/threading.py", 982, "run"),
             StackFrame("/usr/lib/python3.11/threading.py", 1002, "_bootstrap")),
        ),
        ThreadStack(
            7, 0x7F909AA87B80, "MainThread",
            (StackFrame("/home/jörg/a 日.py", 10, "wörk"), StackFrame("<string>", 0, "<module>")),
        ),
    )  # fmt: skip
    first, second = of_the_job(threads)
    assert [frame.function for frame in first.frames] == ["run"]
    assert second == threads[1]


def test_py_spys_json_becomes_threads() -> None:
    frames = [
        {"name": "dgemm", "filename": "/lib/blas.so", "module": "/lib/blas.so", "line": 0},
        {"name": "Job.run", "filename": "/home/me/job.py", "module": None, "line": 12},
        {"name": "0x7f", "filename": "/lib/libc.so.6", "module": "/lib/libc.so.6", "line": 0},
    ]
    thread = {"pid": 3, "thread_id": 9, "thread_name": None, "active": True, "frames": frames}
    (found,) = of_the_job(parse_py_spy(json.dumps([thread]).encode()))
    assert found.is_active
    assert found.frames == (
        StackFrame("/lib/blas.so", 0, "dgemm", is_native=True),
        StackFrame("/home/me/job.py", 12, "Job.run"),
    )


def test_the_window_needs_no_more_than_a_moment(
    running: HueyJobQueue, tmp_path: Path, source: str
) -> None:
    started = tmp_path / "started"
    with running_job(running, sample_jobs.NativeLoop(started=str(started)), started) as pid:
        began = time.monotonic()
        stack_snapshot(pid, running.folder)
        assert time.monotonic() - began < 3
