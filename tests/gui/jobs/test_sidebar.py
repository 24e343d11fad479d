from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.jobs.filter_state import FilterState
from gui.jobs.sidebar import FOLDED_PX, Sidebar, SidebarRow
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobCounts, JobFilter

COUNTS = JobCounts(
    {JobStatus.STARTED: 2, JobStatus.ERROR: 1, JobStatus.FINISHED: 1200},
    {"ModelJob": 3, "DatasetJob": 1200},
)


@pytest.fixture
def state() -> FilterState:
    return FilterState()


@pytest.fixture
def sidebar(qtbot: QtBot, state: FilterState) -> Iterator[Sidebar]:
    sidebar = Sidebar(state)
    qtbot.addWidget(sidebar)
    sidebar.set_counts(COUNTS)
    sidebar.show()
    return sidebar  # type: ignore[return-value]


def row(sidebar: Sidebar, word: str) -> SidebarRow:
    found = sidebar.findChildren(SidebarRow)
    return next(r for r in found if r.accessibleName().startswith(f"{word},"))


def test_each_line_says_what_it_counts(sidebar: Sidebar) -> None:
    names = [r.accessibleName() for r in sidebar.findChildren(SidebarRow)]
    assert "All, 1,203 jobs" in names
    assert "Failed, 1 job" in names
    assert "Waiting, 0 jobs" in names
    assert "Dataset, 1,200 jobs" in names


def test_a_click_chooses_one_and_control_adds(sidebar: Sidebar, state: FilterState) -> None:
    left, control = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(row(sidebar, "Failed"), left)
    assert state.where == JobFilter(statuses=frozenset({JobStatus.ERROR}))
    QTest.mouseClick(row(sidebar, "Running"), left, control)
    assert state.where.statuses == {JobStatus.ERROR, JobStatus.STARTED}
    QTest.mouseClick(row(sidebar, "Model"), left)
    assert state.where.task_types == {"ModelJob"}
    QTest.mouseClick(row(sidebar, "All"), left)
    assert state.where == JobFilter(task_types=frozenset({"ModelJob"}))
    QTest.mouseClick(row(sidebar, "Model"), left)
    assert not state.is_active


def test_the_keyboard_chooses_too(
    sidebar: Sidebar, state: FilterState, press: Callable[..., Any]
) -> None:
    press(row(sidebar, "Failed"), Qt.Key.Key_Return)
    press(row(sidebar, "Running"), Qt.Key.Key_Space)
    assert state.where.statuses == {JobStatus.ERROR, JobStatus.STARTED}
    assert row(sidebar, "Failed").isChecked()
    assert not row(sidebar, "All").isChecked()


def test_folded_it_still_says_its_words(sidebar: Sidebar) -> None:
    sidebar.set_folded(True)
    assert sidebar.width() == FOLDED_PX
    assert row(sidebar, "Failed").toolTip() == "Failed, 1 job"
