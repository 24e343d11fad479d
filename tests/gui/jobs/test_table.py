from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from sample_jobs import Echo
from seeded_folder import SCENE

from gui.jobs.columns import COLUMNS
from gui.jobs.table_model import JobTableModel, Role
from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobOrder

COLUMN = {column.name: section for section, column in enumerate(COLUMNS)}


@pytest.fixture
def tester(window: MainWindow) -> QAbstractItemModelTester:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    return QAbstractItemModelTester(window.model, mode)


def ids_of(model: JobTableModel) -> list[str]:
    return model.job_ids(0, model.rowCount() - 1)


def cell(
    window: MainWindow, job_id: str, column: str, role: int = Qt.ItemDataRole.DisplayRole
) -> Any:
    row = window.model.row_of(job_id)
    assert row is not None
    return window.model.index(row, COLUMN[column]).data(role)


def put(queue: HueyJobQueue, *names: str) -> list[str]:
    return [queue.put(Echo(name=name)) for name in names]


def test_jobs_put_elsewhere_appear_newest_first(
    window: MainWindow, queue: HueyJobQueue, tester: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        ids = put(queue, "one", "two", "three")
        await until(lambda: ids_of(window.model) == ids[::-1])
        await until(lambda: cell(window, ids[0], "name") == "one")
        assert cell(window, ids[0], "status") == "Waiting"
        await until(lambda: cell(window, ids[0], "progress") == "No program runs jobs now")
        assert cell(window, ids[2], "progress") == "No program runs jobs now"

    run(body())


def test_a_job_is_followed_to_its_end(
    window: MainWindow, queue: HueyJobQueue, tester: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        (job_id,) = put(queue, "echo")
        await until(lambda: cell_or_none(window, job_id, "status") == "Waiting")
        queue.start()
        await until(lambda: cell(window, job_id, "status") == "Finished")
        assert cell(window, job_id, "duration")
        assert (
            window.overview.count(JobStatus.FINISHED) == 1
            or await until(lambda: window.overview.count(JobStatus.FINISHED) == 1) is None
        )
        await window.bridge.call(queue.stop)

    run(body())


def cell_or_none(window: MainWindow, job_id: str, column: str) -> Any:
    return None if window.model.row_of(job_id) is None else cell(window, job_id, column)


def test_every_cell_of_every_state_says_something_true(
    seeded: list[str], window: MainWindow, tester: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        await until(lambda: all(window.model.record(row) for row in range(len(seeded))))
        by_name = {seed.name: job_id for seed, job_id in zip(SCENE, seeded, strict=True)}
        iris, flights = by_name["iris.csv"], by_name["flights.csv"]
        assert cell(window, iris, "status") == "Failed"
        assert cell(window, iris, "progress").startswith("Line 104 of iris.csv has 6 values")
        assert "Correct it" in cell(window, iris, "progress", Qt.ItemDataRole.ToolTipRole)
        assert cell(window, iris, "duration") == "3.1 s"
        assert cell(window, flights, "progress") == "62 %"
        said = cell(window, flights, "status", Qt.ItemDataRole.AccessibleTextRole)
        assert said.startswith("flights.csv, Dataset, Running for ")
        assert "62 %" in said
        assert cell(window, flights, "status", Role.RECORD).status is JobStatus.STARTED

    run(body())


def test_selection_and_place_survive_new_rows_sorting_and_filters(
    seeded: list[str], window: MainWindow, queue: HueyJobQueue, tester: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        table, model = window.table, window.model
        chosen = [seeded[3], seeded[5]]
        table.select(chosen)
        table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
        new = put(queue, "a", "b")
        await until(lambda: model.row_of(new[1]) == 0)
        assert set(table.selected_ids()) == set(chosen)
        table.set_order(JobOrder("job_name", descending=False))
        await until(lambda: cell_or_none(window, ids_of(model)[0], "name") == "a")
        assert set(table.selected_ids()) == set(chosen)
        record = queue.get(chosen[0])
        window.filter.choose_type(record.task_type, add=False)
        await until(lambda: model.rowCount() < len(seeded))
        assert chosen[0] in table.selected_ids()

    run(body())


def test_new_rows_do_not_move_what_one_reads(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        ids = put(queue, *[f"job {n}" for n in range(80)])
        table, model = window.table, window.model
        await until(lambda: model.rowCount() == 80 and table.verticalScrollBar().maximum() > 0)
        table.verticalScrollBar().setValue(777)
        top = model.job_id(table.rowAt(0))
        before = table.rowViewportPosition(table.rowAt(0))
        said: list[int] = []
        table.above_changed.connect(said.append)
        new = put(queue, "new 1", "new 2")
        await until(lambda: model.row_of(new[1]) == 0)
        row = model.row_of(top)
        assert row is not None
        assert table.rowViewportPosition(row) == before
        assert said[-1] == 2
        table.show_newest()
        assert said[-1] == 0
        assert ids[0] == model.job_id(81)

    run(body())


def test_removed_jobs_go_and_others_stay(
    seeded: list[str], window: MainWindow, queue: HueyJobQueue, tester: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        gone = [seeded[0], seeded[4]]
        assert set(queue.remove(gone)) == set(gone)
        await until(lambda: window.model.rowCount() == len(seeded) - 2)
        assert window.model.row_of(gone[0]) is None
        assert window.model.row_of(seeded[1]) is not None

    run(body())


def test_words_statuses_and_types_filter_in_the_queue(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        model = window.model
        window.toolbar.search.set_text("line 104")
        await until(lambda: model.rowCount() == 1)
        window.toolbar.search.clear_now()
        window.filter.choose_status(JobStatus.ERROR, add=False)
        await until(lambda: model.rowCount() == 2)
        window.filter.choose_status(JobStatus.CANCELLED, add=True)
        await until(lambda: model.rowCount() == 3)
        window.filter.choose_type("ModelJob", add=False)
        await until(lambda: model.rowCount() == 1)
        window.filter.clear()
        await until(lambda: model.rowCount() == len(seeded))

    run(body())


def test_a_click_on_a_heading_sorts(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        header = window.table.horizontalHeader()
        header.setSortIndicator(COLUMN["duration"], Qt.SortOrder.DescendingOrder)
        await until(lambda: window.model.order == JobOrder("duration", descending=True))
        await until(
            lambda: cell_or_none(window, ids_of(window.model)[0], "duration") == "12 min 14 s"
        )

    run(body())


def test_rows_are_copied_as_a_table(
    seeded: list[str], window: MainWindow, run: Any, until: Any, press: Callable[..., None]
) -> None:
    async def body() -> None:
        await until(lambda: window.model.record(0) is not None)
        window.table.select([seeded[-1], seeded[-2]])
        press(window.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        lines = QApplication.clipboard().text().splitlines()
        assert lines[0].split("\t")[:2] == ["Status", "Job"]
        assert [line.split("\t")[1] for line in lines[1:]] == [
            "Correlations of flights",
            "taxi_2025_*.parquet",
        ]

    run(body())


def test_columns_give_way_when_room_is_short(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        table = window.table
        window.details.hide()
        window.resize(1500, 800)
        await until(lambda: not table.isColumnHidden(COLUMN["type"]))
        assert table.horizontalScrollBar().maximum() == 0
        window.resize(640, 600)
        await until(lambda: table.isColumnHidden(COLUMN["type"]))
        assert not table.isColumnHidden(COLUMN["name"])
        assert not table.isColumnHidden(COLUMN["status"])
        window.resize(1500, 800)
        await until(lambda: not table.isColumnHidden(COLUMN["type"]))

    run(body())
