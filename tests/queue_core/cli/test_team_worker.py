"""What a worker of a team does beyond running jobs: labels, and an end that waits."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sample_jobs import Echo

from queue_core import HueyJobQueue, JobQueueError, JobStatus
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import JobOptions, WaitKind

Until = Callable[..., None]


def test_a_job_waits_for_a_worker_with_its_labels(queue: HueyJobQueue) -> None:
    wants = queue.put(Echo(value=1), JobOptions(labels=("zone=b", "gpu")))
    plain = queue.put(Echo(value=2))
    with closing(HueyJobQueue(queue.folder.root)) as other:
        other.start(options=EngineOptions(labels=("gpu",)))
        assert other.wait(plain, 20).result == 2
        reason = other.why_waiting(wants)
        assert reason is not None
        assert (reason.kind, "gpu, zone=b" in reason.text) == (WaitKind.NO_WORKER, True)
    queue.start(options=EngineOptions(labels=("zone=b", "fast", "gpu")))
    assert queue.wait(wants, 20).result == 1
    again = queue.retry(wants)
    assert queue.wait(again, 20).result == 1


@pytest.mark.parametrize("label", ["", "two words", "a=b=c", "x" * 80, "ñ"])
def test_what_is_no_label_is_refused(queue: HueyJobQueue, label: str) -> None:
    with pytest.raises(JobQueueError, match="no label"):
        queue.put(Echo(), JobOptions(labels=(label,)))


def test_a_worker_lets_running_jobs_end_first(cli: Any, tmp_path: Path, until: Until) -> None:
    job = cli.put("Hold", name="long", release=(release := tmp_path / "release"))
    arguments = ("worker", "--workers", 1, "--finish", "1m")
    with cli.start(*arguments) as worker, closing(HueyJobQueue()) as queue:
        until(lambda: queue.get(job).progress_message == "Holding")
        later = queue.put(Echo())
        worker.send_signal(signal.SIGTERM)
        until(lambda: not queue.consumers())
        release.touch()
        worker.communicate(timeout=30)
        assert queue.get(job).status is JobStatus.FINISHED
        assert queue.get(later).status is JobStatus.NOT_STARTED
