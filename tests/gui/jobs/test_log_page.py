"""The log of a job: the keys in it, errors, and what lies further up than is held."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QMainWindow

from gui.actions import ActionSet
from gui.jobs.details import log_model, log_page
from gui.jobs.details.log_model import LogModel
from gui.jobs.details.log_page import LogPage
from queue_core.jobs.base import BaseJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import LogLine, LogSource


class Prints(BaseJob):
    def run(self) -> None:
        log = logging.getLogger("study")
        for number in range(self.kwargs["lines"]):
            if number % 50 == 30:
                log.error("error %d", number)
            print("line", number)


def lines(first: int, last: int, level: int = 0) -> list[LogLine]:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    source = LogSource.STDOUT
    return [LogLine(number=n, time=now, level=level, source=source, text=f"line {n}", attempt=1)
            for n in range(first, last + 1)]  # fmt: skip


def test_older_lines_take_the_place_of_the_end(
    theme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_model, "MOST_LINES", 60)
    monkeypatch.setattr(log_model, "CUT_LINES", 20)
    model = LogModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.append(lines(61, 100))
    assert (model.first_number, model.is_cut, model.has_end) == (61, True, True)
    assert model.prepend(lines(31, 60)) == 30
    assert (model.first_number, model.rowCount(), model.has_end) == (31, 40, False)
    assert model.last_number == 100
    assert model.prepend(lines(1, 30)) == 30
    assert (model.first_number, model.is_cut, model.rowCount()) == (1, False, 40)
    del tester


@pytest.fixture
def page(bridge: Any, qtbot: Any) -> Iterator[LogPage]:
    window = QMainWindow()
    actions = ActionSet(window)  # the window's own Ctrl+F is there, too
    actions.handle("view.search", lambda _selection: pytest.fail("the window was searched"))
    page = LogPage(bridge)
    window.setCentralWidget(page)
    window.resize(600, 400)
    window.show()
    window.activateWindow()
    yield page
    window.close()
    window.deleteLater()


def test_a_log_is_read_upwards_and_its_errors_are_found(
    page: LogPage, queue: HueyJobQueue, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_page, "MOST_READ", 100)

    async def body() -> None:
        job_id = queue.put(Prints(lines=240))
        queue.start()
        await until(lambda: queue.get(job_id).status is JobStatus.FINISHED)
        queue.stop()
        page.show_record(queue.get(job_id), None)
        model, view = page._model, page._view
        await until(lambda: model.rowCount() == 100)
        before = model.first_number
        # What is not in the lines that are held is looked for in the whole log.
        page._find.setText("line 42")
        assert "whole log" in page._status.text()
        QTest.keyClick(page._find, Qt.Key.Key_Return)
        await until(lambda: view.currentIndex().siblingAtColumn(1).data() == "line 42")
        assert not model.has_end
        page._follow.click()
        await until(lambda: model.has_end and model.rowCount() == 100)
        page._find.clear()
        page._earlier.click()
        await until(lambda: model.first_number < before)
        assert model.first_number == before - 100
        assert [model.line(row).number for row in range(200)] == list(
            range(before - 100, before + 100)
        )
        # The keys work wherever the focus is in the page.
        view.setFocus()
        await until(view.hasFocus)
        view.selectRow(0)
        QTest.keyClick(view, Qt.Key.Key_F4)
        assert "error" in model.line(view.currentIndex().row()).text
        first = view.currentIndex().row()
        QTest.keyClick(view, Qt.Key.Key_F4)
        assert view.currentIndex().row() > first
        QTest.keyClick(view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        await until(page._find.hasFocus)
        while model.is_cut:
            known = model.first_number
            page._earlier.click()
            await until(lambda known=known: model.first_number < known)
        assert page._earlier.isHidden()

    run(body())
