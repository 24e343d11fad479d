from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui import notifications
from gui.bridge import Message
from gui.message_list import MessageList
from gui.notifications import ToastAction, ToastArea
from gui.widgets import TextLabel

ERROR = Message(text="The disk is full.", hint="Make room.", details="Traceback …")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def area(window: QWidget) -> ToastArea:
    return ToastArea(window)


def test_a_message_says_what_to_do_next_and_stays_in_the_list(
    area: ToastArea, window: QWidget, qtbot: QtBot
) -> None:
    toast = area.show_message(ERROR)
    texts = [label.text for label in toast.findChildren(TextLabel)]
    assert texts == ["The disk is full.", "Make room."]
    assert toast.geometry().right() < window.width()
    assert toast.geometry().bottom() < window.height()
    toast.close_now()
    assert area.toasts == ()
    assert [entry.message for entry in area.past] == [ERROR]


def test_it_goes_by_itself_but_not_under_the_mouse(
    area: ToastArea, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "SHOWN_MS", 40)
    held = area.say("Held")
    point = QPointF(5, 5)
    QApplication.sendEvent(held, QEnterEvent(point, point, point))
    passing = area.say("Passing")
    qtbot.waitUntil(lambda: passing not in area.toasts)
    assert held in area.toasts
    assert held.is_held
    with qtbot.waitSignal(held.closed):
        QApplication.sendEvent(held, QEvent(QEvent.Type.Leave))


def test_its_button_does_what_it_says_and_closes_it(area: ToastArea, qtbot: QtBot) -> None:
    undone: list[bool] = []
    toast = area.say("3 jobs removed.", ToastAction("Undo", lambda: undone.append(True)))
    next(b for b in toast.findChildren(QPushButton) if b.text() == "Undo").click()
    assert undone == [True]
    assert area.toasts == ()


def test_the_same_message_again_replaces_the_old_one(area: ToastArea) -> None:
    for _ in range(3):
        area.show_message(ERROR)
    assert len(area.toasts) == 1
    assert len(area.past) == 3


def test_a_storm_shows_only_the_newest(area: ToastArea) -> None:
    for number in range(20):
        area.say(f"Message {number}")
    assert [t.message.text for t in area.toasts] == [f"Message {n}" for n in range(16, 20)]
    boxes = [toast.geometry() for toast in area.toasts]
    assert all(not a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_messages_follow_the_corner_of_the_window(area: ToastArea, window: QWidget) -> None:
    toast = area.say("Here")
    before = toast.pos()
    window.resize(900, 700)
    assert toast.pos().x() - before.x() == 100
    assert toast.pos().y() - before.y() == 100


def test_the_list_of_past_messages_shows_details(area: ToastArea, qtbot: QtBot) -> None:
    area.say("First")
    area.show_message(ERROR)
    dialog = MessageList(area.past)
    qtbot.addWidget(dialog)
    assert dialog.list.count() == 2
    assert "Traceback …" in dialog.details.toPlainText()
    dialog.list.setCurrentRow(1)
    assert dialog.details.toPlainText() == "First"
