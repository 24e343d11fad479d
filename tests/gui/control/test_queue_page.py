"""The page of the waiting jobs, on a real queue."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sample_jobs import Echo

from gui.control.queue_page import QueuePage
from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobOptions


def names(page: QueuePage) -> str:
    return "".join(job.job_name for job in page.model.jobs)


@pytest.fixture
def page(window: MainWindow, queue: HueyJobQueue, run: Any, until: Any) -> QueuePage:
    """The page with five jobs that wait; the last one is put off."""
    for name in "abcd":
        queue.put(Echo(name=name))
    queue.put(Echo(name="e"), JobOptions(delay_s=3600))
    window.action_set.trigger("view.queue")
    page = window.findChild(QueuePage)
    assert isinstance(page, QueuePage)
    run(until(lambda: names(page) == "abcde"))
    return page


def drag(page: QueuePage, rows: list[int], before: int) -> None:
    """Drop lines before another one, as a drag does at its end."""
    model, view = page.model, page.list
    last = view.visualRect(model.index(model.rowCount() - 1))
    y = view.visualRect(model.index(before)).top() + 1 if before < 5 else last.bottom() + 20
    view.clearSelection()
    for row in rows:
        view.selectionModel().select(model.index(row), QItemSelectionModel.SelectionFlag.Select)
    data = model.mimeData(view.selectedIndexes())
    given = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    place = QPoint(200, y)
    move = Qt.DropAction.MoveAction
    for event in (
        QDragEnterEvent(place, move, *given),
        QDragMoveEvent(place, move, *given),
        QDropEvent(QPointF(place), move, *given),
    ):
        QApplication.sendEvent(view.viewport(), event)


def test_jobs_are_dragged_and_moved_by_keys(page: QueuePage, run: Any, until: Any) -> None:
    async def body() -> None:
        drag(page, [3, 1], before=0)
        await until(lambda: names(page) == "bdace")
        drag(page, [0], before=5)
        await until(lambda: names(page) == "daceb")
        page.list.setCurrentIndex(page.model.index(2))
        QTest.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await until(lambda: names(page) == "dcaeb")
        assert [job.job_name for job in page.selection.records] == ["c"]  # it stays selected
        QTest.keyClick(page.list, Qt.Key.Key_End, Qt.KeyboardModifier.AltModifier)
        await until(lambda: names(page) == "daebc")

    run(body())


def test_a_line_says_why_it_waits_and_goes_to_its_job(
    window: MainWindow, page: QueuePage, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        assert page.summary.text() == "5 jobs wait"
        await until(lambda: page.model.reason_text(4).startswith("Not before"))
        assert page.model.is_held_up(4)
        page.look_for("C")
        await until(lambda: names(page) == "c")
        assert page.model.number(0) == 3
        page.list.setCurrentIndex(page.model.index(0))
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        assert window.shows_jobs
        await until(lambda: window.action_set.selection.records)
        assert window.action_set.selection.records[0].job_name == "c"

    run(body())


def test_delete_cancels_and_an_empty_queue_says_so(
    page: QueuePage, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        page.list.selectAll()
        QTest.keyClick(page.list, Qt.Key.Key_Delete)
        await until(lambda: queue.counts().by_status[JobStatus.CANCELLED] == 5)
        await until(lambda: page._stack.currentIndex() == 1)

    run(body())
