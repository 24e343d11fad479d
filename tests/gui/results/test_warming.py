"""The process that reads tables is there before somebody opens one, where there is room for it."""

from __future__ import annotations

from typing import Any

import pytest

from gui.helper import helpers_of
from gui.main_window import MainWindow
from gui.results import warming
from gui.results.warming import TableReaderWarmth
from queue_core.queue.values import ChangeBatch


@pytest.mark.parametrize("room", [True, False])
def test_it_is_started_at_a_calm_moment_where_there_is_room(
    window: MainWindow, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    asked: list[bool] = []

    def has_room() -> bool:
        asked.append(room)
        return room

    monkeypatch.setattr(warming, "has_room", has_room)
    monkeypatch.setattr(warming, "CALM_MS", 5)
    reading = helpers_of(window.bridge).reading
    warmth = TableReaderWarmth(window, window.bridge)
    window.bridge.changed.emit(ChangeBatch(0))  # not calm yet
    assert not reading.is_running
    run(until(lambda: asked))
    if room:
        run(until(lambda: reading.is_running))
        run(reading.call(warming.warm_up))  # answered once it is warm
    assert reading.is_running is room
    assert warmth.parent() is window
