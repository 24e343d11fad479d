"""Second lines of rows, their heights through sorting and ends, and what counts as news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sample_jobs import Echo

from gui.jobs.second_line import second_line
from gui.main_window import MainWindow
from gui.theme import ROW_HEIGHT_PX, SECOND_LINE_PX
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobOrder

TALL_PX = ROW_HEIGHT_PX + SECOND_LINE_PX


@pytest.fixture
def record(queue: HueyJobQueue) -> JobRecord:
    return queue.get(queue.put(Echo(name="echo")))


def said(record: JobRecord, **changes: Any) -> str:
    found = second_line(replace(record, **changes), datetime.now(UTC))
    return "" if found is None else found.text


def test_a_second_line_says_what_the_status_does_not(record: JobRecord) -> None:
    ended = {"status": JobStatus.FINISHED}
    assert said(record) == ""
    assert said(record, **ended) == ""
    assert said(record, **ended, progress_message="Checking the source") == ""
    assert said(record, **ended, warnings=("2 rows were left out.",)) == "2 rows were left out."
    two = ("2 rows were left out.", "A column is empty.")
    assert said(record, **ended, warnings=two) == "2 rows were left out. (and 1 more)"
    assert said(record, status=JobStatus.ERROR, error_msg="No.\nReally.") == "No."
    assert said(record, status=JobStatus.ERROR) == "It ended without saying why."


def test_a_phase_with_a_percentage_of_its_own_shows_that_of_the_job(record: JobRecord) -> None:
    running = {"status": JobStatus.STARTED, "started_at": None}
    text = said(record, **running, progress=22.0, progress_message="Reading 26 % · 1 of 4 GB")
    assert text == "22 % · Reading · 1 of 4 GB"


def heights(window: MainWindow) -> dict[str, int]:
    table, model = window.table, window.model
    return {model.job_id(row): table.rowHeight(row) for row in range(model.rowCount())}


def test_heights_go_with_their_jobs_when_rows_change_places(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        model = window.model
        await until(lambda: all(model.record(row) for row in range(model.rowCount())))
        before = heights(window)
        assert set(before.values()) == {ROW_HEIGHT_PX, TALL_PX}
        for column in ("job_name", "status", "duration"):
            window.table.set_order(JobOrder(column, descending=False))
            await until(lambda: model.is_loaded)
            assert heights(window) == before

    run(body())


def test_a_job_that_ends_well_has_a_low_row_and_no_phase(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        window.table.set_order(JobOrder("status", descending=False))
        ids = [queue.put(Echo(name=f"job {number}")) for number in range(4)]
        await until(lambda: window.model.rowCount() == 4)
        queue.start()
        await until(
            lambda: all(
                (record := window.store.get(i)) is not None and record.status is JobStatus.FINISHED
                for i in ids
            )
        )
        await until(lambda: set(heights(window).values()) == {ROW_HEIGHT_PX})
        await window.bridge.call(queue.stop)

    run(body())


def test_rows_that_a_filter_brings_back_are_no_news(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        table, model = window.table, window.model
        kinds = ["alpha"] * 11 + ["beta"] * 69
        ids = [queue.put(Echo(name=f"{kind} {n}")) for n, kind in enumerate(kinds)]
        await until(lambda: model.rowCount() == 80 and table.verticalScrollBar().maximum() > 0)
        told: list[int] = []
        table.above_changed.connect(told.append)
        table.select(ids[:1])
        window.filter.set_search("alpha")
        await until(lambda: model.rowCount() == 11)
        window.filter.clear()
        await until(lambda: model.rowCount() == 80)
        assert told == []
        assert table.verticalScrollBar().value() == 0

    run(body())
