"""Whoever waits for a job is told once that it has ended."""

from __future__ import annotations

from typing import Any

from sample_jobs import Echo

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.submit.end_watch import EndWatch
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus


def test_an_end_is_told_once_and_a_removed_job_is_none(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        ended: list[JobRecord] = []
        first, second = queue.put(Echo(name="first")), queue.put(Echo(name="second"))
        EndWatch(window, bridge, first, ended.append)
        EndWatch(window, bridge, second, ended.append)
        assert not ended
        queue.cancel(first)
        await until(lambda: ended)
        assert [(r.id, r.status) for r in ended] == [(first, JobStatus.CANCELLED)]
        queue.cancel(second)
        queue.remove([second])
        await until(lambda: not window.findChildren(EndWatch))
        assert {record.id for record in ended} <= {first, second}
        assert len(ended) == len({record.id for record in ended})

    run(body())
