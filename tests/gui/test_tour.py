"""The tour begins by itself once, in an empty program, and gives way to the first job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import qasync
from sample_jobs import Echo

from gui import tour
from gui.bridge import Bridge
from gui.features import FEATURES
from gui.main_window import MainWindow
from gui.window_state import WindowState
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue


@pytest.fixture
def window(
    local_folder: LocalFolder, loop: qasync.QEventLoop, queue: HueyJobQueue, run: Any
) -> Iterator[MainWindow]:
    """A window that has everything and whose queue opens later, as in the program."""
    bridge = Bridge(local_folder, loop)
    window = MainWindow(bridge, WindowState(local_folder))
    for install in FEATURES:
        install(window, bridge)
    window.resize(1280, 800)
    window.show()
    run(bridge.open(lambda: queue))
    yield window
    window.close_now()
    run(bridge.close())
    window.deleteLater()


def card_of(window: MainWindow) -> tour.TourCard | None:
    return window.findChild(tour.TourCard)


def test_it_walks_through_the_window_once(window: MainWindow, run: Any, until: Any) -> None:
    seen = []

    async def body() -> None:
        await until(lambda: card_of(window) is not None)
        card = card_of(window)
        assert card is not None
        for step in tour.STEPS:
            seen.append(card._title.text())
            anchor = step.anchor(window)
            assert card.isVisible()
            assert window.rect().contains(card.geometry())
            assert card.y() >= anchor.mapTo(window, anchor.rect().bottomLeft()).y()
            card.next.click()
        await until(lambda: card_of(window) is None)

    run(body())
    assert seen == [step.title for step in tour.STEPS]
    window.state.flush()
    assert WindowState(window.bridge.folder).flag(tour.SEEN, default=False)


def test_it_gives_way_to_the_first_job(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    run(until(lambda: card_of(window) is not None))
    queue.put(Echo(name="first"))
    run(until(lambda: card_of(window) is None))
    window.action_set.trigger("app.tour")  # and comes back when it is asked for
    assert card_of(window) is not None
