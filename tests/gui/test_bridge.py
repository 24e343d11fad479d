from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import qasync
from sample_jobs import Echo

from gui.bridge import Bridge, Message, describe_error
from queue_core.errors import DataError, JobNotFoundError, LocalFolderError
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import ChangeBatch, JobFilter, JobOrder


@pytest.fixture
def closed_bridge(local_folder: LocalFolder, loop: qasync.QEventLoop, run: Any) -> Iterator[Bridge]:
    """A bridge whose queue has not been opened."""
    bridge = Bridge(local_folder, loop)
    yield bridge
    run(bridge.close())


def test_results_and_exceptions_come_back(bridge: Bridge, run: Any) -> None:
    def on_thread() -> str:
        return threading.current_thread().name

    def fail() -> None:
        raise KeyError("gone")

    assert run(bridge.call(on_thread)).startswith("reader")
    with pytest.raises(KeyError):
        run(bridge.call(fail))
    with pytest.raises(JobNotFoundError):
        run(bridge.record("no such job"))


def test_what_is_asked_before_the_queue_is_open_is_answered_then(
    closed_bridge: Bridge, queue: HueyJobQueue, run: Any
) -> None:
    job_id = queue.put(Echo())

    async def body() -> None:
        early = asyncio.ensure_future(closed_bridge.page(JobFilter(), JobOrder(), start=0, size=9))
        await asyncio.sleep(0)
        assert not early.done()
        assert not closed_bridge.is_open
        await closed_bridge.open(lambda: queue)
        assert (await early).ids == (job_id,)

    run(body())


def test_a_queue_that_cannot_be_opened_can_be_tried_again(
    closed_bridge: Bridge, queue: HueyJobQueue, run: Any
) -> None:
    def refuse() -> HueyJobQueue:
        raise LocalFolderError("The folder is read-only.")

    async def body() -> None:
        early = asyncio.ensure_future(closed_bridge.counts())
        with pytest.raises(LocalFolderError):
            await closed_bridge.open(refuse)
        await closed_bridge.open(lambda: queue)
        assert (await early).total == 0

    run(body())


@pytest.mark.expects_log("Doing it: Line 3 is wrong", "Doing it: 'surprise'")
def test_failures_in_the_background_are_told_once(closed_bridge: Bridge, run: Any) -> None:
    told: list[Message] = []
    closed_bridge.failed.connect(told.append)

    async def fail(error: Exception) -> None:
        raise error

    async def body() -> None:
        wrong = DataError("Line 3 is wrong.", hint="Mend it.")
        tasks = [closed_bridge.start(fail(wrong), what="Doing it") for _ in range(50)]
        tasks.append(closed_bridge.start(fail(KeyError("surprise")), what="Doing it"))
        await asyncio.wait(tasks)
        await asyncio.sleep(0.01)

    run(body())
    assert [message.text for message in told] == [
        "Line 3 is wrong.",
        "Doing it did not work: 'surprise'",
    ]
    assert told[0].hint == "Mend it."
    assert "Traceback" in told[1].details


def test_changes_of_many_jobs_come_in_few_batches(
    bridge: Bridge, queue: HueyJobQueue, run: Any
) -> None:
    batches: list[ChangeBatch] = []
    bridge.changed.connect(batches.append)

    async def body() -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        ids = await bridge.call(lambda: {queue.put(Echo(value=n)) for n in range(300)})
        seen: set[str] = set()
        while seen != ids:
            await asyncio.sleep(0.01)
            seen = {job_id for batch in batches for job_id in batch.changed}
        took_s = loop.time() - begun
        assert len(batches) <= took_s * 20 + 2

    run(body())


def test_an_error_without_words_is_named() -> None:
    assert describe_error(ValueError(), what="Reading").text == "Reading did not work: ValueError"


def test_what_is_asked_while_the_queue_closes_is_neither_answered_nor_a_failure(
    closed_bridge: Bridge, queue: HueyJobQueue, run: Any
) -> None:
    told: list[Message] = []
    closed_bridge.failed.connect(told.append)
    is_asked = threading.Event()
    late: list[asyncio.Task[Any]] = []

    def close() -> None:
        queue.close()
        assert is_asked.wait(10)

    async def body() -> None:
        await closed_bridge.open(lambda: queue)
        closing = asyncio.ensure_future(closed_bridge.close(close))
        while not closed_bridge._is_closed:
            await asyncio.sleep(0)
        late.append(closed_bridge.start(closed_bridge.counts(), what="A timer"))
        await asyncio.wait(late)
        is_asked.set()
        await closing

    run(body())
    assert late[0].cancelled()
    assert told == []
