"""The queue that most tests of the core use, loaded by the root `conftest.py`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from broken_disk import FaultyConnection, breakable

from queue_core import HueyJobQueue
from queue_core.paths import LocalFolder
from queue_core.queue.engine.options import EngineOptions


@pytest.fixture
def disk() -> Iterator[type[FaultyConnection]]:
    """All connections of the queues that are opened later, to be broken and mended."""
    with breakable() as connection:
        yield connection


@pytest.fixture
def queue(local_folder: LocalFolder) -> Iterator[HueyJobQueue]:
    """A queue that is not started."""
    opened = HueyJobQueue(local_folder.root)
    yield opened
    opened.close()


@pytest.fixture
def running(queue: HueyJobQueue) -> HueyJobQueue:
    """A queue with one worker."""
    return queue.start(workers=1, options=EngineOptions(grace_s=0.5))


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition that the queue, a file or another process makes true."""

    def wait(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
        pause = threading.Event()
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            pause.wait(0.005)

    return wait
