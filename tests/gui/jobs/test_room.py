"""The table and the details share the room as the user has drawn the line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from gui.jobs.room import JobsRoom
from gui.main_window import MainWindow
from gui.window_state import WindowState


def share_of_details(room: JobsRoom) -> float:
    pane, details = room.sizes()
    return details / (pane + details)


def test_details_get_their_share_at_the_first_time_and_keep_it(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        room = window._room
        window.table.select(seeded[:1])
        await until(window.details.isVisible)
        await until(lambda: abs(share_of_details(room) - 0.4) < 0.02)
        room.moveSplitter(room.width() // 2, 1)
        room.splitterMoved.emit(room.width() // 2, 1)
        window.table.clearSelection()
        await until(window.details.isHidden)
        window.table.select(seeded[:1])
        await until(window.details.isVisible)
        assert abs(share_of_details(room) - 0.5) < 0.02
        window.resize(900, 700)
        await until(lambda: room.orientation() is Qt.Orientation.Vertical)
        assert abs(share_of_details(room) - 0.6) < 0.1

    run(body())
    window.save_state()
    again = WindowState(window.bridge.folder)
    assert abs(again.share("across", default=0.4) - 0.5) < 0.02
    assert again.share("down", default=0.5) == 0.6
