"""What is selected by itself: all new jobs, and what moves up after a removal; counts at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sample_jobs import Echo

from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus


def test_all_new_jobs_are_selected_however_they_arrive(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        first = [queue.put(Echo(name=f"job {number}")) for number in range(3)]
        await until(lambda: window.model.rowCount() == 3)
        window.select_jobs((*first, "later"))
        assert set(window.table.selected_ids()) == set(first)
        later = queue.put(Echo(name="later"))
        window.select_jobs((*first, later))
        await until(lambda: set(window.table.selected_ids()) == {*first, later})

    run(body())


def test_after_a_removal_counts_agree_and_the_next_row_is_selected(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        model = window.model
        await until(lambda: all(model.record(row) for row in range(model.rowCount())))
        ended = [
            model.job_id(row) for row in range(model.rowCount())
            if (record := model.record(row)) is not None and record.status is JobStatus.FINISHED
        ]  # fmt: skip
        await until(lambda: window.overview.counts.total == len(seeded))
        row = model.row_of(ended[0])
        window.table.select(ended[:1])
        await until(lambda: window.action_set.selection.ids == (ended[0],))
        # With a key held down, as one has it who comes by a shortcut.
        QTest.keyPress(window.table, Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier)
        window.action_set.trigger("job.remove")
        await until(lambda: model.rowCount() == len(seeded) - 1)
        assert window.sidebar.rows[0]._count == len(seeded) - 1
        assert window.table.selected_ids() == (model.job_id(row),)
        (toast,) = window.toasts.toasts
        toast.close_now()
        await until(lambda: window.overview.counts.total == len(seeded) - 1)
        await until(lambda: window.sidebar.rows[0]._count == len(seeded) - 1)

    run(body())


def test_tab_goes_as_one_reads(seeded: list[str], window: MainWindow, run: Any, until: Any) -> None:
    async def body() -> None:
        window.activateWindow()
        await until(lambda: len(window.sidebar.rows) > 7)
        window.pages.tabs.setFocus()
        seen = []
        for _step in range(30):
            focused = QApplication.focusWidget()
            assert focused is not None
            seen.append(focused)
            if focused is window.table:
                break
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        bar = window.toolbar
        wanted = (window.pages.tabs, bar.new_job, bar.search.field, bar.workers, bar.menu)
        places = [seen.index(widget) for widget in (*wanted, *window.sidebar.rows, window.table)]
        assert places == sorted(places)
        assert all(widget.accessibleName() for widget in seen)

    run(body())
