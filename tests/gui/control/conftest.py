"""A window on a real queue that can be steered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from gui.bridge import Bridge
from gui.control.feature import install
from gui.main_window import MainWindow
from gui.window_state import WindowState
from queue_core.queue.values import ChangeBatch

WAIT_S = 20.0
Until = Callable[[Callable[[], Any]], Awaitable[None]]


@pytest.fixture(name="until")
def until_fixture() -> Until:
    """Let the window work until a condition holds."""

    async def until(condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, "it did not come true in time"
            await asyncio.sleep(0.005)

    return until


@pytest.fixture
def window(bridge: Bridge, run: Any, until: Until) -> Iterator[MainWindow]:
    """The window with the steering of the queue, shown."""
    window = MainWindow(bridge, WindowState(bridge.folder))
    install(window, bridge)
    window.resize(1280, 800)
    window.show()
    bridge.changed.emit(ChangeBatch(0, reset=True))
    run(until(lambda: window.model.is_loaded))
    yield window
    window.close_now()
    run(bridge.close())
    window.deleteLater()


@pytest.fixture
def select(window: MainWindow, until: Until) -> Callable[..., Awaitable[None]]:
    """Select jobs and wait until the window knows them."""

    async def select(*job_ids: str) -> None:
        await until(lambda: all(window.model.row_of(i) is not None for i in job_ids))
        window.table.select(job_ids)
        await until(lambda: set(window.action_set.selection.ids) == set(job_ids))
        await until(lambda: len(window.action_set.selection.records) == len(job_ids))

    return select
