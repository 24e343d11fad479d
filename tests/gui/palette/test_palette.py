"""The palette and the sheet in a real window, by the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gui.bridge import Bridge
from gui.features import FEATURES
from gui.main_window import MainWindow
from gui.palette.palette import Palette
from gui.palette.shortcut_sheet import ShortcutSheet
from gui.settings.dialog import SettingsDialog
from gui.window_state import WindowState
from queue_core.queue.values import ChangeBatch


@pytest.fixture
def window(bridge: Bridge, run: Any, until: Any) -> Iterator[MainWindow]:
    """The window with all its parts."""
    window = MainWindow(bridge, WindowState(bridge.folder))
    for install in FEATURES:
        install(window, bridge)
    window.resize(1280, 800)
    window.show()
    bridge.changed.emit(ChangeBatch(0, reset=True))
    run(until(lambda: window.model.is_loaded))
    yield window
    window.close_now()
    run(bridge.close())
    window.deleteLater()


def titles(palette: Palette) -> list[str]:
    shown = (palette.model.ranked(row) for row in range(palette.model.rowCount()))
    return [ranked.entry.title for ranked in shown if ranked is not None]


def opened(window: MainWindow) -> Palette:
    window.action_set.trigger("view.palette")
    palette = window.findChild(Palette)
    assert isinstance(palette, Palette)
    return palette


def press(palette: Palette, key: Qt.Key) -> None:
    QTest.keyClick(palette.field, key)


def test_commands_settings_jobs_and_pages_by_the_keyboard(
    window: MainWindow, seeded: list[str], run: Any, until: Any
) -> None:
    async def body() -> None:
        palette = opened(window)
        assert "Library" in titles(palette)
        await until(lambda: "iris.csv" in titles(palette))

        palette.field.setText("lib")
        press(palette, Qt.Key.Key_Return)
        assert not palette.isVisible()
        assert not window.shows_jobs

        opened(window).field.setText("jobs at once")
        press(palette, Qt.Key.Key_Return)
        dialog = window.findChild(SettingsDialog)
        assert isinstance(dialog, SettingsDialog)
        assert dialog.isVisible()
        assert dialog.sections.currentItem().text() == "Jobs"
        dialog.close()
        window.activateWindow()
        await until(window.isActiveWindow)

        opened(window).field.setText("iris.csv")
        await until(lambda: titles(palette)[:1] == ["iris.csv"])
        press(palette, Qt.Key.Key_Return)
        await until(lambda: window.action_set.selection.ids)
        assert window.action_set.selection.records[0].job_name == "iris.csv"

    run(body())


def test_a_command_that_cannot_be_used_says_why_and_does_nothing(
    window: MainWindow, seeded: list[str]
) -> None:
    palette = opened(window)
    palette.field.setText("priority")
    spoken = palette.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Priority…, Command, Select a job that waits."
    assert palette.field.accessibleDescription() == "Priority…. Select a job that waits."
    press(palette, Qt.Key.Key_Return)
    assert palette.isVisible()
    press(palette, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_sheet_has_every_command_with_keys(window: MainWindow) -> None:
    window.action_set.trigger("app.shortcuts")
    sheet = window.findChild(ShortcutSheet)
    assert isinstance(sheet, ShortcutSheet)
    said = {label.text() for label in sheet.findChildren(QLabel)}
    for action in window.action_set.all():
        if action.shortcuts:
            assert action.title in said
    assert {"Selected jobs", "Ctrl+K", "?"} <= said
    sheet.close()


def test_no_two_commands_share_a_key_at_the_same_time(window: MainWindow) -> None:
    taken: dict[str, list[str]] = {}
    for action in window.action_set.all():
        for keys in action.shortcuts:
            taken.setdefault(keys, []).append(action.id)
    shared = {keys: ids for keys, ids in taken.items() if len(ids) > 1}
    # These two are never possible for the same selection.
    assert shared == {
        "Delete": ["job.cancel", "job.remove"], "Ctrl+P": ["job.pause", "job.resume"],
    }  # fmt: skip
