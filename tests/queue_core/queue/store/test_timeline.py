from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_jobs import Echo, FailsTwice, Wait

from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.timeline import MOST_SPANS, read_timeline
from queue_core.queue.values import JobOptions

NOON_S = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()


def ran(queue: HueyJobQueue, begin_s: float, took_s: float | None, status: str) -> str:
    """Store a job that ran so many seconds after noon."""
    job_id = queue.put(Echo(name=f"at {begin_s:g}"))
    begin = datetime.fromtimestamp(NOON_S + begin_s, UTC)
    end = None if took_s is None else datetime.fromtimestamp(NOON_S + begin_s + took_s, UTC)
    with queue._database.transaction() as connection:
        connection.execute(
            "UPDATE task_copy SET status = ?, started_at = ?, finished_at = ? WHERE id = ?",
            (status, to_text(begin), None if end is None else to_text(end), job_id),
        )
    return job_id


def test_long_ones_are_told_apart_and_short_ones_counted(queue: HueyJobQueue) -> None:
    long = ran(queue, 0, 600, "finished")
    ran(queue, 1200, 1, "finished")
    ran(queue, 1201, 1, "error")
    ran(queue, -500, 400, "finished")  # before
    reaching_in = ran(queue, -500, 515, "error")
    found = queue.timeline(NOON_S, NOON_S + 3600, steps=360)
    assert [span.job_id for span in found.spans] == [reaching_in, long]
    assert found.spans[1].took_s == pytest.approx(600, abs=0.01)
    assert [(c.task_type, c.step, c.count, c.failed) for c in found.crowds] == [("Echo", 120, 2, 1)]
    assert {step: (e.count, e.failed) for step, e in found.ended.items()} == {
        1: (1, 1), 60: (1, 0), 120: (2, 1),
    }  # fmt: skip
    assert found.by_status == {JobStatus.FINISHED: 2, JobStatus.ERROR: 2}
    assert found.first_s == pytest.approx(NOON_S - 500, abs=0.01)


def test_a_margin_is_read_too_but_not_counted(queue: HueyJobQueue) -> None:
    ran(queue, -600, 120, "finished")
    ran(queue, 60, 120, "cancelled")
    found = queue.timeline(NOON_S, NOON_S + 1200, steps=100, margin=0.5)
    assert (len(found.spans), found.total) == (2, 1)
    assert found.begin_s == pytest.approx(NOON_S - 600)
    assert found.step_s == pytest.approx(12)


def test_of_too_many_long_ones_the_longest_are_told_apart(queue: HueyJobQueue) -> None:
    rows = [(f"j{n}", to_text(datetime.fromtimestamp(NOON_S, UTC)),
             to_text(datetime.fromtimestamp(NOON_S + 60 + n, UTC)))
            for n in range(MOST_SPANS + 50)]  # fmt: skip
    with queue._database.transaction() as connection:
        connection.executemany(
            "INSERT INTO task_copy (id, task_type, status, enqueued_at, last_update, started_at, "
            "finished_at, origin) SELECT ?, 'Echo', 'finished', '', '', ?, ?, 'dashai-monitor'",
            rows,
        )
    found = queue.timeline(NOON_S, NOON_S + 3600, steps=1000)
    assert found.total == MOST_SPANS + 50
    assert len(found.spans) + sum(crowd.count for crowd in found.crowds) >= found.total
    assert {span.job_id for span in found.spans} >= {f"j{MOST_SPANS + 49}", f"j{MOST_SPANS}"}


def test_running_jobs_waiting_ones_and_earlier_attempts(
    queue: HueyJobQueue, tmp_path: Path, until: Callable[..., None]
) -> None:
    queue.put(Echo(), JobOptions(delay_s=600))
    assert queue.timeline(0, time.time() + 60).total == 0
    queue.start(workers=2)
    tried = queue.put(
        FailsTwice(path=str(tmp_path / "count")), JobOptions(max_attempts=3, retry_delay_s=0.0)
    )
    running = queue.put(Wait(started=str(tmp_path / "runs")))
    queue.wait(tried, 30)
    until((tmp_path / "runs").exists)
    until(lambda: queue.get(running).status is JobStatus.STARTED)
    now_s = time.time()
    found = read_timeline(queue._database, now_s - 60, now_s + 60, steps=1000, least_steps=0)
    attempts = [(s.attempt, s.status) for s in found.spans if s.job_id == tried]
    assert attempts == [(1, JobStatus.ERROR), (2, JobStatus.ERROR), (3, JobStatus.FINISHED)]
    still = next(s for s in found.spans if s.job_id == running)
    assert still.is_running
    assert now_s - 60 < still.begin_s < still.end_s <= time.time()
    queue.cancel(running)
    queue.stop()


def test_what_cannot_be_read_is_left_out(queue: HueyJobQueue) -> None:
    ran(queue, 0, 60, "finished")
    for change in ("started_at = 'noon'", "started_at = x'00ff'", "finished_at = 'later'"):
        job_id = ran(queue, 0, 60, "finished")
        with queue._database.transaction() as connection:
            connection.execute(f"UPDATE task_copy SET {change} WHERE id = ?", (job_id,))
    assert len(queue.timeline(NOON_S, NOON_S + 3600, steps=10_000).spans) == 1
