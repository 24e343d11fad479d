from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui import completion
from gui.bridge import Bridge
from gui.completion import Batch, CompletionWatch, Notice, notice_of
from queue_core.components.loaders.files.sample import sample_dataset_path
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus

Run = Callable[[Any], Any]
START = datetime(2026, 1, 1, tzinfo=UTC)


def record(job_id: str, status: JobStatus, seconds: float = 60) -> JobRecord:
    return JobRecord(
        id=job_id, task_type="ModelJob", job_name=f"Job {job_id}", status=status,
        enqueued_at=START, last_update=START, started_at=START,
        finished_at=START + timedelta(seconds=seconds), error_msg="It broke.",
    )  # fmt: skip


def test_one_job() -> None:
    batch = Batch()
    batch.add({"1": record("1", JobStatus.FINISHED)})
    assert notice_of(batch) == Notice("Job 1 finished", "It took 1 min 00 s.", is_error=False)
    batch.add({"1": record("1", JobStatus.ERROR)})
    assert notice_of(batch) == Notice("Job 1 failed", "It broke.", is_error=True)


def test_many_jobs_are_one_notice() -> None:
    batch = Batch()
    batch.add({str(n): record(str(n), JobStatus.FINISHED) for n in range(7)})
    batch.add({"8": record("8", JobStatus.KILLED)})
    assert notice_of(batch) == Notice("7 jobs finished · 1 failed", "Job 8", is_error=True)


def test_short_or_cancelled_work_is_no_news() -> None:
    batch = Batch()
    batch.add({"1": record("1", JobStatus.FINISHED, seconds=2)})
    assert not batch.is_worth_telling
    batch.add({"2": record("2", JobStatus.CANCELLED)})
    assert "2" not in batch.ended
    batch.add({"3": replace(record("3", JobStatus.FINISHED), finished_at=START)})
    assert not batch.is_worth_telling


def test_a_very_long_job_is_told_at_once_and_once() -> None:
    batch = Batch()
    batch.add({"1": record("1", JobStatus.FINISHED, 7), "2": record("2", JobStatus.ERROR, 700)})
    assert set(batch.take_very_long().ended) == {"2"}
    assert set(batch.ended) == {"1"}
    assert not batch.take_very_long().ended


@pytest.mark.long_lived
def test_the_end_of_a_batch_is_told_once(
    bridge: Bridge, queue: HueyJobQueue, run: Run, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "LONG_JOB", timedelta(0))
    monkeypatch.setattr(completion, "QUIET_MS", 200)
    notices: list[Notice] = []
    # Windows of other tests may have left the application active.
    watch = CompletionWatch(bridge, lambda: True, is_looked_at=lambda: False)
    watch.ended.connect(notices.append)
    for _ in range(3):
        run(bridge.submit(DatasetJob(file_path=str(sample_dataset_path()))))
    queue.start(1)

    async def told() -> None:
        while not notices:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)

    run(told())
    assert [notice.title for notice in notices] == ["3 jobs finished"]
