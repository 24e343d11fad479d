"""Background work pauses; what the user clicked waits for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.throttle import Throttle


class Work:
    """Counts its runs; each lasts until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.gate = asyncio.Event()

    async def run(self) -> None:
        self.begun += 1
        await self.gate.wait()
        self.ended += 1


@pytest.fixture
def owner() -> Iterator[QObject]:
    owner = QObject()
    yield owner
    owner.deleteLater()


def throttle(bridge: Bridge, work: Work, owner: QObject) -> Throttle:
    return Throttle(bridge, work.run, what="Counting", interval_s=3600, parent=owner)


def test_background_work_runs_once_and_then_pauses(
    bridge: Bridge, run: Any, owner: QObject, until: Any
) -> None:
    async def body() -> None:
        work = Work()
        asked = throttle(bridge, work, owner)
        asked.request()
        await until(lambda: work.begun == 1)
        work.gate.set()
        await until(lambda: work.ended == 1)
        asked.request()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert work.begun == 1

    run(body())


def test_a_click_runs_during_the_pause_and_in_place_of_what_runs(
    bridge: Bridge, run: Any, owner: QObject, until: Any
) -> None:
    async def body() -> None:
        work = Work()
        asked = throttle(bridge, work, owner)
        asked.request()
        await until(lambda: work.begun == 1)
        asked.request_now()
        await until(lambda: work.begun == 2)
        work.gate.set()
        await until(lambda: work.ended == 1)
        asked.request_now()
        await until(lambda: work.ended == 2)

    run(body())


def test_work_ends_with_the_widget_that_it_is_for(
    bridge: Bridge, run: Any, owner: QObject, until: Any
) -> None:
    async def body() -> None:
        work = Work()
        gone = QObject(owner)
        throttle(bridge, work, gone).request()
        await until(lambda: work.begun == 1)
        gone.deleteLater()
        await until(lambda: not isValid(gone))
        work.gate.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert work.ended == 0

    run(body())
