"""A job is found again in the table, however long that is, and whatever the filters show."""

from __future__ import annotations

from typing import Any

from sample_jobs import Echo

from gui.going import go_to_job
from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus


def test_a_job_far_away_and_behind_filters(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        first = queue.put(Echo(name="the first"))
        with queue._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO task_copy (id, task_type, job_name, status, origin, enqueued_at, "
                "last_update) VALUES (?, 'Echo', ?, 'finished', 'dashai-monitor', "
                "'2026-01-01 12:00:00', '2026-01-01 12:00:00')",
                [(f"j{number}", f"job {number}") for number in range(5000)],
            )
        await until(lambda: window.model.rowCount() == 5001)
        assert window.model.row_of(first) is None
        go_to_job(window, first)
        await until(lambda: window.table.selected_ids() == (first,))
        window.filter.choose_status(JobStatus.ERROR, add=False)
        await until(lambda: window.model.rowCount() == 0)
        go_to_job(window, first)
        await until(lambda: window.model.rowCount() == 5001)
        await until(lambda: window.table.selected_ids() == (first,))

    run(body())
