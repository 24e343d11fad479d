"""A window on a real queue, and how to wait for what it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.window_state import WindowState

WAIT_S = 20.0
Until = Callable[[Callable[[], Any]], Awaitable[None]]


async def until(condition: Callable[[], Any]) -> None:
    """Let the window work until *condition* holds."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.005)


@pytest.fixture(name="until")
def until_fixture() -> Until:
    return until


@pytest.fixture
def press() -> Callable[..., None]:
    """Press a key on a widget."""

    def press_key(
        widget: QWidget,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.keyClick(widget, key, modifiers)

    return press_key


@pytest.fixture
def window(bridge: Bridge, run: Any) -> Iterator[MainWindow]:
    """The window on an open queue, shown and with its first rows."""
    window = MainWindow(bridge, WindowState(bridge.folder))
    window.resize(1280, 800)
    window.show()

    async def ready() -> None:
        await until(lambda: window.model.is_loaded)

    bridge.changed.emit(_everything())
    run(ready())
    yield window
    window.close_now()
    run(bridge.close())  # what still runs must not find widgets that are gone
    window.deleteLater()


def _everything() -> Any:
    from queue_core.queue.values import ChangeBatch

    return ChangeBatch(0, reset=True)
