"""What a program that was killed leaves is found, closed and said."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from damage import edit
from processes import children_of_folder
from sample_jobs import Echo, Wait

from queue_core import HueyJobQueue, JobStatus
from queue_core.paths import LocalFolder

Until = Callable[[Callable[[], bool]], None]
SUPPORT = Path(__file__).parents[3] / "support"

PROGRAM = """
import sys, threading
sys.path.insert(0, sys.argv[2])
from sample_jobs import Append, Grandchildren
from queue_core import HueyJobQueue
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=2)
print("ready", flush=True)
if len(sys.argv) > 4:
    print(queue.put(Grandchildren(started=sys.argv[4])), flush=True)
number = 0
while True:
    number += 1
    print(queue.put(Append(path=sys.argv[3], line=number)), flush=True)
"""


def start_program(folder: LocalFolder, lines: Path, *more: str) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder.root), str(SUPPORT), str(lines), *more],
        stdout=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


def kill_and_check(folder: LocalFolder, lines: Path, delay_s: float, until: Until) -> int:
    """Kill a program at a moment; check that what `put` returned is there once and true."""
    program = start_program(folder, lines)
    threading.Event().wait(delay_s)
    program.send_signal(signal.SIGKILL)
    assert program.stdout is not None
    put = [line.strip() for line in program.stdout if line.endswith("\n")]
    program.wait()
    program.stdout.close()
    until(lambda: not children_of_folder(folder.root))
    with closing(HueyJobQueue(folder.root)) as queue:
        stored = queue.ids()
    assert len(stored) == len(set(stored))
    assert set(put) <= set(stored)
    return len(put)


def check_after_restart(queue: HueyJobQueue, lines: Path) -> None:
    for record in queue.list():
        if record.status is not JobStatus.KILLED:
            queue.wait(record.id, 60)
    ran = lines.read_text().split()
    for record in queue.list():
        assert record.status in (JobStatus.FINISHED, JobStatus.KILLED), record
        if record.status is JobStatus.KILLED:
            assert "went down" in (record.error_msg or "")
    # A job that is finished ran once; an interrupted one at most once.
    assert len(ran) >= queue.counts().by_status[JobStatus.FINISHED]
    assert len(ran) <= queue.counts().total


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_program_loses_no_job(
    local_folder: LocalFolder, tmp_path: Path, until: Until, seed: int
) -> None:
    lines = tmp_path / "lines"
    kill_and_check(local_folder, lines, random.Random(seed).uniform(0.0, 0.6), until)
    lines.touch()
    with HueyJobQueue(local_folder.root) as queue:
        check_after_restart(queue, lines)


def test_no_process_outlives_a_killed_program(
    local_folder: LocalFolder, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    program = start_program(local_folder, tmp_path / "lines", str(started))
    until(started.exists)
    pids = [int(word) for word in started.read_text().split()]
    assert all(psutil.pid_exists(pid) for pid in pids)
    program.kill()
    program.wait()
    assert program.stdout is not None
    program.stdout.close()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_only_jobs_of_dead_owners_are_closed(
    running: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    job_id = running.put(Wait(started=str(started)))
    until(started.exists)
    with HueyJobQueue(running.folder.root) as second:
        assert second.recovered.interrupted == ()
        assert second.get(job_id).status is JobStatus.STARTED
        assert second.wait(second.put(Echo(value=7)), 20).result == 7
    assert running.get(job_id).status is JobStatus.STARTED


@pytest.mark.file_list  # a lock of a server says so after a while
def test_a_job_whose_cancel_was_under_way_is_cancelled(queue: HueyJobQueue) -> None:
    job_id = queue.put(Echo())
    owner = f"999999:{'0' * 32}"
    edit(queue, "UPDATE task_copy SET status = 'started', requested = 'cancel', owner = ?", owner)
    queue.start()
    assert queue.recovered.cancelled == (job_id,)
    assert queue.get(job_id).status is JobStatus.CANCELLED


def test_a_job_whose_message_is_gone_still_runs(queue: HueyJobQueue) -> None:
    job_id = queue.put(Echo(value=1))
    edit(queue, "DELETE FROM task")
    queue.start()
    assert queue.wait(job_id, 20).result == 1
