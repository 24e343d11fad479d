from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.closing import CloseAnswer, CloseChoice, CloseDialog


@pytest.fixture
def owner(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget  # type: ignore[return-value]


def ask(owner: QWidget, *, has_tray: bool) -> tuple[CloseDialog, list[CloseAnswer]]:
    dialog = CloseDialog(owner, running=2, waiting=5, has_tray=has_tray)
    answers: list[CloseAnswer] = []
    dialog.answered.connect(answers.append)
    dialog.open()
    return dialog, answers


def press(dialog: CloseDialog, text: str) -> None:
    (button,) = (b for b in dialog.findChildren(QPushButton) if b.text() == text)
    button.click()


def test_it_says_what_would_happen(owner: QWidget) -> None:
    dialog, _ = ask(owner, has_tray=True)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "2 jobs are running" in said
    assert "5 waiting jobs stay in the queue." in said
    assert "interrupted" in said


@pytest.mark.parametrize(
    ("text", "choice"), [("Keep running", CloseChoice.TRAY), ("Stop and quit", CloseChoice.STOP)]
)
def test_a_button_answers_and_is_remembered(owner: QWidget, text: str, choice: CloseChoice) -> None:
    dialog, answers = ask(owner, has_tray=True)
    (box,) = dialog.findChildren(QCheckBox)
    box.setChecked(True)
    press(dialog, text)
    assert answers == [CloseAnswer(choice, remember=True)]


def test_escape_stays(owner: QWidget) -> None:
    dialog, answers = ask(owner, has_tray=True)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert answers == [CloseAnswer(CloseChoice.STAY)]


def test_without_a_tray_it_is_not_offered(owner: QWidget) -> None:
    dialog, _ = ask(owner, has_tray=False)
    texts = {button.text() for button in dialog.findChildren(QPushButton)}
    assert texts == {"Cancel", "Stop and quit"}
    assert "tray" not in " ".join(label.text() for label in dialog.findChildren(QLabel))
