"""The list of a long page's parts: it leads there, and what is drawn late moves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from spoken_checks import hidden_focus_in, silent_in

from gui.results.contents_page import ContentsPage
from gui.results.part_heading import PartHeading

NAMES = ("How good", "Where it errs", "Confusion", "Classes", "More", "ROC", "Report")
WIDE, NARROW = (960, 400), (380, 400)


class Page:
    """A page of parts, each with a block below it that gets its height late."""

    def __init__(self, qtbot: QtBot, names: tuple[str, ...] = NAMES) -> None:
        self.view = ContentsPage("Model")
        qtbot.addWidget(self.view)
        self.blocks = [QLabel(name) for name in names]
        for name, block in zip(names, self.blocks, strict=True):
            block.setFixedHeight(120)
            self.view.column.addWidget(PartHeading(name, level=int(name != "More")))
            self.view.column.addWidget(block)
        self.view.column.addStretch(1)
        self.view.resize(*WIDE)
        self.view.show()

    @property
    def names(self) -> list[str]:
        """What is listed."""
        contents = self.view.contents
        return [contents.item(row).text() for row in range(contents.count())]

    def top_of(self, place: int) -> int:
        """Where a heading stands below the upper edge."""
        parted = self.view.parted
        return parted.parts[place].mapTo(parted.viewport(), QPoint(0, 0)).y()


@pytest.fixture
def page(qtbot: QtBot, run: Any, until: Any) -> Page:
    page = Page(qtbot)
    run(until(lambda: page.names == list(NAMES) and page.view.parted.verticalScrollBar().maximum()))
    return page


def test_what_is_drawn_late_does_not_move_what_one_was_led_to(
    page: Page, run: Any, until: Any
) -> None:
    contents, parted = page.view.contents, page.view.parted
    shown = contents.visualItemRect(contents.item(2)).center()
    QTest.mouseClick(contents.viewport(), Qt.MouseButton.LeftButton, pos=shown)
    assert (page.top_of(2), parted.current) == (parted.parts[2].gap_px, 2)

    tall = parted.page.height()
    for block, height in ((page.blocks[0], 700), (page.blocks[1], 20), (page.blocks[6], 500)):
        block.setFixedHeight(height)
    run(until(lambda: parted.page.height() == tall + 580 - 100 + 380))
    assert page.top_of(2) == parted.parts[2].gap_px

    bar = parted.verticalScrollBar()
    bar.setValue(bar.value() + 150)  # the user goes on by hand, and it stays there
    assert parted.current == 3
    before, tall = page.top_of(4), parted.page.height()
    page.blocks[0].setFixedHeight(50)
    run(until(lambda: parted.page.height() == tall - 650))
    assert page.top_of(4) == before

    bar.setValue(bar.maximum())
    assert parted.current == len(NAMES) - 1  # the last ones cannot be at the top


def test_keys_lead_into_the_page(page: Page, run: Any, until: Any) -> None:
    tools = [QPushButton(text) for text in ("Use", "Save")]
    for tool in tools:
        page.view.add_tool(tool)
    page.view.activateWindow()
    contents, parted = page.view.contents, page.view.parted
    run(until(page.view.isActiveWindow))
    tools[0].setFocus(Qt.FocusReason.TabFocusReason)
    for expected in (*tools, page.view.contents, page.view.parted):
        assert expected.hasFocus()
        QTest.keyClick(expected, Qt.Key.Key_Tab)
    assert not silent_in(page.view) | hidden_focus_in(contents, set())
    contents.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(contents, Qt.Key.Key_Down)
    assert parted.verticalScrollBar().value() == 0  # looking at names moves nothing
    QTest.keyClick(contents, Qt.Key.Key_Return)
    assert parted.parts[3].hasFocus()
    bar = parted.verticalScrollBar()
    assert page.top_of(3) == parted.parts[3].gap_px
    assert contents.currentRow() == 3
    before = bar.value()
    QTest.keyClick(parted.parts[3], Qt.Key.Key_Up)
    assert bar.value() < before


def test_a_narrow_page_has_a_button_and_a_short_one_nothing(
    page: Page, run: Any, until: Any, qtbot: QtBot
) -> None:
    view = page.view
    assert (view.contents.isVisible(), view.go_to.isVisible()) == (True, False)
    view.resize(*NARROW)
    run(until(view.go_to.isVisible))
    assert not view.contents.isVisible()
    menu = view.go_to.menu()
    menu.aboutToShow.emit()
    assert [action.text().strip() for action in menu.actions()] == list(NAMES)
    menu.actions()[4].trigger()
    assert (page.top_of(4), view.parted.current) == (0, 4)

    short = Page(qtbot, NAMES[:4]).view
    run(until(lambda: len(short.parted.parts) == 4))
    assert (short.contents.isVisible(), short.go_to.isVisible()) == (False, False)


def test_parts_that_come_and_go_have_their_place(page: Page, run: Any, until: Any) -> None:
    late = QWidget()
    layout = QVBoxLayout(late)
    layout.addWidget(PartHeading("Explanation"))
    page.view.column.insertWidget(4, late)
    run(until(lambda: page.names == [*NAMES[:2], "Explanation", *NAMES[2:]]))
    late.hide()
    run(until(lambda: page.names == list(NAMES)))
