"""The timeline in a real window on a real queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.timeline.feature import install
from gui.timeline.page import TimelinePage
from queue_core.queue.job_record import JobStatus


@pytest.fixture
def page(
    window: MainWindow, bridge: Bridge, seeded: list[str], run: Any, until: Any
) -> Iterator[Any]:
    """The page with the scene's jobs, shown."""
    install(window, bridge)
    window.action_set.trigger("view.timeline")
    page = window.findChild(TimelinePage)
    assert isinstance(page, TimelinePage)
    run(until(lambda: page.canvas.lanes))
    return page


def placed(page: TimelinePage, name: str) -> Any:
    every = (one for lane in page.canvas.lanes for one in lane.placed)
    return next((one for one in every if one.span.name.startswith(name)), None)


def centre(page: TimelinePage, name: str) -> QPoint:
    canvas = page.canvas
    for top, lane in canvas._tops():
        for one in lane.placed:
            if one.span.name.startswith(name):
                return canvas.geometry_now.bar(one, top, 0).center().toPoint()
    raise AssertionError(name)


def move_to(page: TimelinePage, place: QPoint) -> None:
    """Move the pointer; Qt's own way runs the event loop within the test's task."""
    button = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(place), button, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(page.canvas.viewport(), event)


def test_what_ran_is_said_in_a_line_and_found_again_in_the_table(
    window: MainWindow, page: TimelinePage, run: Any, until: Any
) -> None:
    async def body() -> None:
        page.show_named("week")
        await until(lambda: "Finished 7" in page.summary.text())
        assert "Failed 2" in page.summary.text()
        page.show_named("hour")
        await until(lambda: placed(page, "Gradient") is not None)
        place = centre(page, "Gradient")
        move_to(page, place)
        await until(page.card.isVisible)
        await until(lambda: "Memory limit" in page.card._reason.text)
        QTest.mouseClick(page.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
        said = page.canvas.accessibleDescription()
        assert said.startswith("Gradient boosting, 5 folds, Failed, ")
        page.canvas.setFocus()
        QTest.keyClick(page.canvas, Qt.Key.Key_Return)
        assert window.shows_jobs
        await until(lambda: window.action_set.selection.records)
        assert window.action_set.selection.records[0].status is JobStatus.ERROR

    run(body())


def test_keys_and_wheel_move_through_time(page: TimelinePage, run: Any, until: Any) -> None:
    async def body() -> None:
        canvas, before = page.canvas, page.stretch
        for key in (Qt.Key.Key_Plus, Qt.Key.Key_Left):
            QTest.keyClick(canvas, key)
        assert page.stretch.length_s == pytest.approx(before.length_s / 1.25)
        assert page.stretch.end_s < before.end_s
        assert not any(button.isChecked() for button in page._named.buttons())
        page.show_named("all")
        await until(lambda: placed(page, "Random") is not None)
        QTest.keyClick(canvas, Qt.Key.Key_Down)
        first = canvas.chosen
        QTest.keyClick(canvas, Qt.Key.Key_Down)
        assert first is not None
        assert canvas.chosen is not None
        assert canvas.chosen.span.begin_s >= first.span.begin_s

    run(body())


def test_short_ones_open_when_one_looks_closer(
    page: TimelinePage, queue: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        page.show_named("week")
        await until(lambda: page.canvas.lanes and any(lane.crowds for lane in page.canvas.lanes))
        length = page.stretch.length_s
        top, lane = next(pair for pair in page.canvas._tops() if pair[1].crowds)
        x = round(page.canvas.geometry_now.x(page.stretch.end_s - length * 0.02))
        place = QPoint(x, top + lane.rows * 26 + 13)
        QTest.mouseClick(page.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert page.stretch.length_s == pytest.approx(length / 8)

    run(body())
