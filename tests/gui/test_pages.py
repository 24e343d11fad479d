"""Tabs at the top left; the search follows them; nothing opens larger than its screen."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QScreen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.features import FEATURES
from gui.library.feature import install
from gui.main_window import MainWindow
from gui.placing import FRAME, open_at_size


def test_the_invitation_is_there_again_after_the_library(
    window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        install(window, window.bridge)
        await until(lambda: window.pages.stack.currentWidget() is window.empty_state)
        window.pages.tabs.setCurrentIndex(1)
        assert window.pages.stack.currentWidget() is window.pages.current
        window.pages.tabs.setCurrentIndex(0)
        assert window.pages.stack.currentWidget() is window.empty_state

    run(body())


def test_the_first_job_takes_the_focus_from_the_invitation_and_from_no_other_page(
    window: MainWindow, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        install(window, window.bridge)
        pages, entered = window.pages, []
        for page in pages.all:
            monkeypatch.setitem(page.__dict__, "enter", partial(entered.append, page.title))
        await until(lambda: pages.stack.currentWidget() is window.empty_state)
        pages.tabs.setCurrentIndex(1)
        pages.stand_in(None)
        assert entered == []
        pages.tabs.setCurrentIndex(0)
        pages.stand_in(window.empty_state)
        pages.stand_in(None)
        assert entered == [pages.all[0].title]

    run(body())


def test_the_command_of_each_page_turns_to_it_and_back(
    window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        for add in FEATURES:
            add(window, window.bridge)
        tabs, jobs = window.pages.tabs, window.pages.current
        assert tabs.count() == 6
        for number in range(1, tabs.count()):
            (command,) = (a for a in window.action_set.all() if a.title == tabs.tabText(number))
            window.action_set.trigger(command.id)
            assert tabs.currentIndex() == number
            window.action_set.trigger(command.id)
            assert window.pages.current is jobs

    run(body())


def test_each_page_keeps_its_own_words(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        install(window, window.bridge)
        field = window.toolbar.search.field
        QTest.keyClicks(field, "line 104")
        await until(lambda: window.filter.where.query == "line 104")
        window.pages.tabs.setCurrentIndex(1)
        assert field.text() == ""
        assert field.placeholderText() == "Find by name…"
        assert window.filter.where.query == "line 104"
        QTest.keyClicks(field, "pen")
        window.pages.tabs.setCurrentIndex(0)
        assert field.text() == "line 104"
        await until(lambda: window.model.rowCount() == 1)

    run(body())


def test_on_another_page_no_job_is_selected_for_a_command(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        install(window, window.bridge)
        window.table.select(seeded[:1])
        await until(lambda: window.action_set.selection.ids == (seeded[0],))
        window.pages.tabs.setCurrentIndex(1)
        assert window.action_set.selection.ids == ()
        window.pages.tabs.setCurrentIndex(0)
        assert window.action_set.selection.ids == (seeded[0],)

    run(body())


def test_details_have_room_only_while_there_is_something_to_show(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        assert window.details.isHidden()
        window.table.select(seeded[:1])
        await until(lambda: not window.details.isHidden())
        window.table.clearSelection()
        await until(window.details.isHidden)
        QTest.keyClick(window, Qt.Key.Key_F9)
        window.table.select(seeded[:1])
        await until(lambda: window.details.job_id == seeded[0])
        assert window.details.isHidden()

    run(body())


def test_windows_fit_on_small_screens(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    monkeypatch.setattr(QScreen, "availableGeometry", lambda _screen: QRect(0, 0, 900, 600))
    open_at_size(widget, QSize(1280, 800), smallest=QSize(1000, 480))
    assert widget.size() == QSize(900, 600) - FRAME
    assert widget.minimumSize() == QSize(900 - FRAME.width(), 480)
