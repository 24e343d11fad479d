"""A few lives of jobs on what Windows and macOS run; `make test-portable` runs all tests so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sample_jobs import Dies, Echo, Grandchildren, Raises

from queue_core import HueyJobQueue, JobStatus
from queue_core.queue.store.bell import PollingBell
from queue_core.queue.store.bell_choice import make_bell
from queue_core.runner import process_tree
from queue_core.system.choice import PORTABLE_VARIABLE

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(autouse=True)
def _portable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PORTABLE_VARIABLE, "1")


def test_jobs_end_each_in_its_way(running: HueyJobQueue) -> None:
    echo, fails, dies = (running.put(job) for job in (Echo(), Raises(), Dies(how="exit")))
    assert running.wait(echo, 60).status is JobStatus.FINISHED
    assert running.wait(fails, 60).status is JobStatus.ERROR
    assert running.wait(dies, 60).status is JobStatus.ERROR


def test_a_tree_stands_still_goes_on_and_is_cancelled(
    running: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    job_id = running.put(Grandchildren(started=str(started)))
    until(started.exists)
    assert running.pause(job_id)
    assert running.resume(job_id)
    assert running.cancel(job_id)
    assert running.wait(job_id, 30).status is JobStatus.CANCELLED
    until(lambda: not any(process_tree.is_running(int(p)) for p in started.read_text().split()))


def test_the_bell_polls(tmp_path: Path) -> None:
    assert isinstance(make_bell(tmp_path / "queue.db-wal"), PollingBell)
