"""Results become files: a click asks where, a drag takes the file out of the window."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from gui.bridge import Bridge
from gui.results.export import Export, copy_export
from gui.results.passing_files import KEPT_S, new_place
from gui.results.save_button import save_button

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def place(qtbot: QtBot, bridge: Bridge, tmp_path: Path) -> QWidget:
    """A window with a button that saves a text."""
    source = tmp_path / "source.txt"
    source.write_text("what came of it")
    window = QWidget()
    qtbot.addWidget(window)
    save_button(
        "Save text…", bridge, lambda: copy_export(bridge, source, "My / result.txt"), has_words=True
    ).setParent(window)
    window.resize(300, 200)
    window.show()
    qtbot.waitExposed(window)
    return window


def drag(place: QWidget, *, lets_go: bool = False) -> None:
    """Press the button and move away; outside of a coroutine, for Qt handles events meanwhile."""
    window = place.windowHandle()
    assert window is not None
    QTest.mousePress(window, LEFT, pos=QPoint(10, 10))
    QTest.mouseMove(window, QPoint(40, 40))
    if lets_go:
        QTest.mouseRelease(window, LEFT, pos=QPoint(40, 40))


def test_a_file_is_dragged_out_under_its_name(
    place: QWidget, run: Callable[[Any], Any], until: Any, bridge: Bridge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    dragged: list[Path] = []
    monkeypatch.setattr(
        QDrag, "exec",
        lambda drag, _action: dragged.append(Path(drag.mimeData().urls()[0].toLocalFile())),
    )  # fmt: skip

    async def taken() -> None:
        await until(lambda: dragged)
        assert dragged[0].name == "My _ result.txt"
        assert dragged[0].read_text() == "what came of it"
        assert place.findChild(QFileDialog) is None  # that was no click
        delete(place.findChild(QPushButton))
        assert dragged[0].exists()  # another program may still copy it

        earlier = time.time() - KEPT_S - 60
        os.utime(dragged[0].parent, (earlier, earlier))
        newer = new_place(bridge.folder.temporary, "newer.txt")
        assert newer.parent.exists()
        assert not dragged[0].parent.exists()
        new_place(bridge.folder.temporary, "newest.txt")
        assert newer.parent.exists()

    drag(place)
    run(taken())
    QTest.mouseRelease(place.windowHandle(), LEFT, pos=QPoint(40, 40))


def test_who_lets_go_too_early_gets_nothing_and_a_click_asks(
    place: QWidget, run: Callable[[Any], Any], until: Any, bridge: Bridge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(QDrag, "exec", lambda *_: pytest.fail("nothing is held"))

    async def written() -> None:
        await until(lambda: list(bridge.folder.temporary.glob("*/My _ result.txt")))

    drag(place, lets_go=True)
    run(written())
    assert place.findChild(QFileDialog) is None
    QTest.mouseClick(place.findChild(QPushButton), LEFT)
    dialog = place.findChild(QFileDialog)
    assert dialog is not None
    dialog.reject()


def test_a_result_that_is_closed_while_its_file_is_written_is_not_dragged(
    qtbot: QtBot, bridge: Bridge, run: Callable[[Any], Any], until: Any
) -> None:
    begun: list[Path] = []
    gate = asyncio.Event()

    async def write(target: Path) -> str:
        begun.append(target)
        await gate.wait()
        return ""

    window = QWidget()
    qtbot.addWidget(window)
    button = save_button("Save…", bridge, lambda: Export("a", {".txt": "Text"}, write))
    button.setParent(window)
    window.show()
    qtbot.waitExposed(window)
    drag(window)

    async def closed() -> None:
        await until(lambda: begun)
        (writing,) = (t for t in asyncio.all_tasks() if t.get_name() == "Saving a.txt")
        delete(button)
        gate.set()
        await writing

    run(closed())
    QTest.mouseRelease(window.windowHandle(), LEFT, pos=QPoint(40, 40))
