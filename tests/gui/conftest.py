"""What the tests of the window share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import qasync
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from seeded_folder import seed_folder

from gui import i18n
from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.theme import Theme, ThemeMode, install_theme
from gui.window_state import WindowState
from queue_core.database.session import close_database
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import ChangeBatch

RUN_TIMEOUT_S = 60
WAIT_S = 20.0
Run = Callable[[Coroutine[Any, Any, Any]], Any]
Until = Callable[[Callable[[], Any]], Awaitable[None]]

# The offscreen platform says this of every window that is shown or comes to the front.
HARMLESS = "This plugin does not support"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore(HARMLESS))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The window's look, light."""
    qapp.setQuitOnLastWindowClosed(False)  # as the program does: it ends when it decides to
    return install_theme(qapp, ThemeMode.LIGHT)


@pytest.fixture(autouse=True)
def _plain_english(theme: Theme) -> Iterator[None]:
    """Each test begins in English and in light colours."""
    i18n.set_language("en")
    yield
    if i18n.current_language() != "en":
        i18n.set_language("en")
    if theme.mode is not ThemeMode.LIGHT:
        theme.set_mode(ThemeMode.LIGHT)


@pytest.fixture(autouse=True)
def _no_key_held(theme: Theme) -> Iterator[None]:
    """Let go what a test held down: Qt goes on believing in it, and rows are chosen otherwise."""
    yield
    if QApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        widget = QWidget()
        QTest.keyRelease(widget, Qt.Key.Key_Shift)
        widget.deleteLater()
    assert QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[qasync.QEventLoop]:
    """Qt's event loop as asyncio's."""
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    yield loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def run(loop: qasync.QEventLoop) -> Run:
    """Run a coroutine to its end while the window lives."""
    return lambda work: loop.run_until_complete(asyncio.wait_for(work, RUN_TIMEOUT_S))


@pytest.fixture
def queue(local_folder: LocalFolder) -> Iterator[HueyJobQueue]:
    """A queue that runs nothing until it is started."""
    queue = HueyJobQueue(local_folder.root)
    yield queue
    queue.stop()
    queue.close()


@pytest.fixture
def bridge(
    local_folder: LocalFolder, queue: HueyJobQueue, loop: qasync.QEventLoop, run: Run
) -> Iterator[Bridge]:
    """An open bridge to the queue; every message that it would show fails the test."""
    bridge = Bridge(local_folder, loop)
    messages: list[Any] = []
    bridge.failed.connect(messages.append)
    run(bridge.open(lambda: queue))
    yield bridge
    run(bridge.close())
    close_database(local_folder)
    assert [message.text for message in messages] == []


async def until(condition: Callable[[], Any]) -> None:
    """Let the window work until *condition* holds."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.005)


@pytest.fixture
def seeded(queue: HueyJobQueue) -> list[str]:
    """The jobs of the scene, oldest first."""
    return seed_folder(queue.folder.root)


@pytest.fixture(name="until")
def until_fixture() -> Until:
    return until


@pytest.fixture
def window(bridge: Bridge, run: Any) -> Iterator[MainWindow]:
    """The window on an open queue, shown and with its first rows."""
    window = MainWindow(bridge, WindowState(bridge.folder))
    window.resize(1280, 800)
    window.show()

    async def ready() -> None:
        await until(lambda: window.model.is_loaded)

    bridge.changed.emit(ChangeBatch(0, reset=True))
    run(ready())
    yield window
    window.close_now()
    run(bridge.close())  # what still runs must not find widgets that are gone
    window.deleteLater()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were opened elsewhere: what is printed is a PDF that the desktop opens."""
    files: list[Path] = []

    def open_file(path: Path) -> bool:
        files.append(path)
        return True

    monkeypatch.setattr("gui.printing.opening.open_file", open_file)
    return files
