"""Tasks that follow each other end with what started them, and nothing keeps the ended ones."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

from shiboken6 import delete

from gui.bridge import Bridge
from gui.results.loading import LoadingView


def test_a_view_keeps_its_newest_task_alone_and_ends_it(
    bridge: Bridge, run: Any, until: Any
) -> None:
    view = LoadingView(bridge)
    tasks: list[weakref.ref[asyncio.Task[Any]]] = []

    def start(work: Any) -> None:
        view.run(work)
        assert view._latest.task is not None
        tasks.append(weakref.ref(view._latest.task))

    async def body() -> None:
        for _ in range(3):
            start(asyncio.sleep(0))
            await until(lambda: not view.is_loading)
        start(asyncio.Event().wait())
        newest = view._latest.task
        assert newest is not None
        gc.collect()
        assert [task() for task in tasks] == [None, None, None, newest]
        delete(view)
        await until(newest.cancelled)

    run(body())
