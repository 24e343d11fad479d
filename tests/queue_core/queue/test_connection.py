"""What is on the disk when: a `put` that has returned, and one whose disk failed."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable

import pytest
from sample_jobs import Echo

from queue_core import HueyJobQueue, JobQueueError, JobStatus
from queue_core.queue import connection

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def flushes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of the journal at each wait for the disk."""
    sizes: list[int] = []
    flush = connection._flush_to_disk

    def counted(descriptor: int) -> None:
        flush(descriptor)
        sizes.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(connection, "_flush_to_disk", counted)
    return sizes


def test_a_put_returns_when_the_disk_has_it_and_waits_once(
    queue: HueyJobQueue, flushes: list[int]
) -> None:
    journal = queue.folder.queue_db.with_name("job_queue.db-wal")
    queue.put(Echo())
    flushes.clear()
    for number in range(1, 4):
        queue.put(Echo())
        assert len(flushes) == number
        assert flushes[-1] == journal.stat().st_size


def test_one_wait_serves_all_that_was_written_before_it(
    queue: HueyJobQueue, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    queue.put(Echo())
    entered, go_on = threading.Event(), threading.Event()
    flush, count = connection._flush_to_disk, []

    def slow(descriptor: int) -> None:
        count.append(descriptor)
        entered.set()
        assert go_on.wait(20)
        flush(descriptor)

    monkeypatch.setattr(connection, "_flush_to_disk", slow)
    putters = [threading.Thread(target=queue.put, args=(Echo(),)) for _ in range(8)]
    putters[0].start()
    assert entered.wait(20)
    for putter in putters[1:]:
        putter.start()
    until(lambda: queue.counts().by_status[JobStatus.NOT_STARTED] == 9)  # written, not on the disk
    go_on.set()
    for putter in putters:
        putter.join()
    assert len(count) == 2


def test_a_job_whose_put_failed_is_not_in_the_queue(
    queue: HueyJobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_flush_to_disk", broken)
        with pytest.raises(JobQueueError, match="did not take what was written"):
            queue.put(Echo())
        assert queue.is_empty()
    job_id = queue.put(Echo())
    assert queue.peek().id == job_id
