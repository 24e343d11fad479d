"""A key that one test holds down is let go before the next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.toolbar import SearchField


def test_a_test_may_hold_a_key_down(qtbot: QtBot) -> None:
    field = SearchField()
    qtbot.addWidget(field)
    QTest.keyPress(field.field, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.keyboardModifiers() == Qt.KeyboardModifier.ShiftModifier


def test_and_the_next_one_finds_it_free() -> None:
    assert QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
