from __future__ import annotations

from typing import Any

from gui.bridge import Bridge
from gui.jobs.columns import COLUMNS
from gui.main_window import MainWindow
from gui.window_state import WindowState, state_path
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobOrder

COLUMN = {column.name: column for column in COLUMNS}
SECTION = {column.name: section for section, column in enumerate(COLUMNS)}


def open_window(bridge: Bridge) -> MainWindow:
    window = MainWindow(bridge, WindowState(bridge.folder))
    window.show()
    return window


async def end(bridge: Bridge, *windows: MainWindow) -> None:
    """Close the bridge first: what it still runs must not find widgets that are gone."""
    await bridge.close()
    for window in windows:
        window.close_now()
        window.deleteLater()


def test_the_next_window_looks_as_the_last_one_did(bridge: Bridge, run: Any) -> None:
    async def body() -> None:
        window = open_window(bridge)
        window.resize(740, 620)
        window.table.columns.set_wanted(COLUMN["memory"], wanted=True)
        window.table.columns.set_wanted(COLUMN["type"], wanted=False)
        window.table.horizontalHeader().moveSection(SECTION["duration"], 1)
        window.table.set_order(JobOrder("duration", descending=False))
        window.filter.choose_status(JobStatus.ERROR, add=False)
        window.filter.choose_type("ModelJob", add=False)
        window.details.hide()
        window.close_now()

        again = open_window(bridge)
        assert (again.width(), again.height()) == (740, 620)
        assert again.table.columns.is_wanted(COLUMN["memory"])
        assert not again.table.columns.is_wanted(COLUMN["type"])
        assert again.table.horizontalHeader().visualIndex(SECTION["duration"]) == 1
        assert again.model.order == JobOrder("duration", descending=False)
        assert again.filter.where.statuses == {JobStatus.ERROR}
        assert again.filter.where.task_types == {"ModelJob"}
        assert again.details.isHidden()
        await end(bridge, window, again)

    run(body())


def test_a_damaged_file_is_a_fresh_start(bridge: Bridge, run: Any) -> None:
    async def body() -> None:
        state_path(bridge.folder).write_bytes(b"\x00\xff[columns\nname/width=banana\n\x00")
        window = open_window(bridge)
        assert window.model.order == JobOrder()
        assert window.table.columns.is_wanted(COLUMN["name"])
        await end(bridge, window)

    run(body())
