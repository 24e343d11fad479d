"""Jobs that do what no job should; the queue goes on, and says what happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import children_of_folder
from sample_jobs import Balloon, Echo, Floods, Wait

from queue_core import BaseJob, HueyJobQueue, JobStatus
from queue_core.queue.values import JobOptions

pytestmark = pytest.mark.faults

Until = Callable[..., None]


class ForkBomb(BaseJob):
    """Starts processes that start processes, some hundred in all."""

    def run(self) -> None:
        import os as system
        import time

        for _ in range(7):
            if system.fork() == 0:
                system.setsid()
        time.sleep(600)


class DeletesItsFolder(BaseJob):
    """Removes the folder that it works in."""

    def run(self) -> str:
        import os as system
        import shutil

        system.chdir(self.kwargs["folder"])
        shutil.rmtree(self.kwargs["folder"])
        return "gone"


class UnpicklableError(Exception):
    """An exception that refuses to be serialised."""

    def __init__(self) -> None:
        super().__init__("cannot travel")
        self.held = lambda: None

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("not to be serialised")


class RaisesUnpicklable(BaseJob):
    """Fails with it."""

    def run(self) -> None:
        raise UnpicklableError


def test_children_killed_at_random(running: HueyJobQueue, tmp_path: Path, until: Until) -> None:
    running.start(workers=2)
    ids = []
    for number in range(20):
        started = tmp_path / f"started{number}"
        ids.append(running.put(Wait(started=str(started))))
        until(started.exists)
        pid = running.get(ids[-1]).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        record = running.wait(ids[-1], 30)
        assert record.status is JobStatus.ERROR
        assert record.exit_signal == "SIGKILL"
    assert running.wait(running.put(Echo(value=1)), 30).result == 1


def test_a_fork_bomb_is_gone_after_a_cancel(running: HueyJobQueue, until: Until) -> None:
    job_id = running.put(ForkBomb(mark="fork-bomb"))
    until(lambda: running.get(job_id).pid is not None)
    until(lambda: len(children_of_folder(running.folder.root)) > 60)
    running.cancel(job_id)
    assert running.wait(job_id, 60).status is JobStatus.CANCELLED
    until(lambda: len(children_of_folder(running.folder.root)) <= 3)  # guardian and spares


def test_a_gigabyte_of_output(running: HueyJobQueue) -> None:
    job_id = running.put(Floods(megabytes=1000))
    assert running.wait(job_id, 120).status is JobStatus.FINISHED
    folder = running.folder.logs / "jobs" / job_id[-2:]
    assert sum(file.stat().st_size for file in folder.iterdir()) < 40e6
    assert running.logs(job_id, limit=1)[0].text == "the last line"


def test_a_balloon_ends_at_its_limit(running: HueyJobQueue) -> None:
    job_id = running.put(Balloon(megabytes=3000), JobOptions(memory_limit_bytes=500 * 2**20))
    record = running.wait(job_id, 60)
    assert record.error_type == "MemoryLimitExceeded"
    assert (record.peak_memory_bytes or 0) < 2000 * 2**20


def test_a_job_that_deletes_its_folder(running: HueyJobQueue, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert running.wait(running.put(DeletesItsFolder(folder=str(folder))), 30).result == "gone"
    assert running.wait(running.put(Echo(value=1)), 30).result == 1


def test_an_exception_that_cannot_travel(running: HueyJobQueue) -> None:
    record = running.wait(running.put(RaisesUnpicklable()), 30)
    assert record.status is JobStatus.ERROR
    assert "cannot travel" in (record.error_msg or "")
