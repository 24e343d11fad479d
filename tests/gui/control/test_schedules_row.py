"""The jobs that repeat have a line in the sidebar: how many, what comes next, and the way there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sample_jobs import Echo

from gui.control.schedules_dialog import SchedulesDialog
from gui.control.schedules_row import next_in_words
from gui.jobs.sidebar import ROW_PX, SidebarRow
from gui.main_window import MainWindow
from queue_core.errors import JobQueueError
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import Schedule


def schedule(name: str, in_s: float | None) -> Schedule:
    following = None if in_s is None else datetime.now(UTC) + timedelta(seconds=in_s)
    return Schedule(
        id=name, name=name, task_type="DatasetJob", cron="0 3 * * *", enabled=in_s is not None,
        next_run=following,
    )  # fmt: skip


def test_the_next_one_is_said_in_words() -> None:
    found = [schedule("weekly", 3 * 86_400), schedule("nightly load", 7_300), schedule("off", None)]
    assert next_in_words(found) == "in 2 h: nightly load"
    assert next_in_words([schedule("off", None)]) == "All are off"
    assert next_in_words([]) == ""


def test_schedules_come_into_sight_and_a_click_leads_to_them(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    row = next(r for r in window.sidebar.findChildren(SidebarRow) if r._word == "Schedules")

    async def body() -> None:
        await until(lambda: window.overview.counts is not None)
        assert row.isHidden()
        queue.add_schedule(Echo(name="nightly load"), "0 3 * * *")
        queue.put(Echo())
        await until(row.isVisible)
        assert row.accessibleName().startswith("Schedules, 1 job")
        assert "nightly load" in row.toolTip()
        assert row.height() > ROW_PX
        window.sidebar.set_folded(True)
        assert row.sizeHint().height() == ROW_PX
        window.sidebar.set_folded(False)
        QTest.mouseClick(row, Qt.MouseButton.LeftButton)
        await until(lambda: window.findChild(SchedulesDialog) is not None)
        dialog = window.findChild(SchedulesDialog)
        assert dialog is not None
        assert dialog.isVisible()
        await until(lambda: len(dialog.switches()) == 1)

    run(body())


def test_while_schedules_cannot_be_read_those_that_were_known_stay(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(r for r in window.sidebar.findChildren(SidebarRow) if r._word == "Schedules")
    asked: list[None] = []

    def locked() -> None:
        asked.append(None)
        raise JobQueueError("The job database is locked.")

    async def body() -> None:
        queue.add_schedule(Echo(name="nightly load"), "0 3 * * *")
        queue.put(Echo())
        await until(row.isVisible)
        with monkeypatch.context() as patch:
            patch.setattr(queue, "schedules", locked)
            queue.put(Echo())
            await until(lambda: len(asked) == 2)  # it says nothing of the first, and asks again
        assert row.isVisible()

    run(body())
