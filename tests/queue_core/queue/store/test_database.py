"""What is on the disk when: a `put` that has returned, and one whose disk failed."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable

import pytest
from sample_jobs import Echo

from queue_core import HueyJobQueue, JobQueueError, JobStatus
from queue_core.paths import LocalFolder
from queue_core.queue.store import disk
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.steady_thread import SteadyThread

pytestmark = pytest.mark.file_list

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def flushes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of the journal at each wait for the disk."""
    sizes: list[int] = []
    flush = disk._flush_to_disk

    def counted(descriptor: int) -> None:
        flush(descriptor)
        sizes.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(disk, "_flush_to_disk", counted)
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
    flush, count = disk._flush_to_disk, []

    def slow(descriptor: int) -> None:
        count.append(descriptor)
        entered.set()
        assert go_on.wait(20)
        flush(descriptor)

    monkeypatch.setattr(disk, "_flush_to_disk", slow)
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
        patch.setattr(disk, "_flush_to_disk", broken)
        with pytest.raises(JobQueueError, match="did not take what was written"):
            queue.put(Echo())
        assert queue.is_empty()
    job_id = queue.put(Echo())
    assert queue.peek().id == job_id


def test_closing_waits_for_what_other_threads_read(local_folder: LocalFolder) -> None:
    """A connection that is closed while another thread reads with it takes the program down."""
    many = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000) "
        "SELECT x, hex(randomblob(20)) FROM c"
    )

    def read(database: SqliteDatabase, began: threading.Event, ended: list[str]) -> None:
        try:
            while True:
                assert len(database.read(many)) == 2_000
                began.set()
        except JobQueueError as error:
            ended.append(error.message)

    for _ in range(10):
        queue = HueyJobQueue(local_folder.root)
        ended: list[str] = []
        events = [threading.Event() for _ in range(3)]
        threads = [
            threading.Thread(target=read, args=(queue._database, event, ended)) for event in events
        ]
        for thread in threads:
            thread.start()
        for event in events:
            assert event.wait(10)
        queue.close()
        for thread in threads:
            thread.join()
        assert ended == ["The queue is closed."] * 3


def test_a_transaction_that_began_before_the_close_is_carried_out(
    local_folder: LocalFolder,
) -> None:
    queue = HueyJobQueue(local_folder.root)
    inside, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with queue._database.transaction() as writing:
            inside.set()
            may_end.wait(10)
            assert queue._database.read_one("SELECT 1") is not None
            writing.execute("CREATE TABLE kept (x)")

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)
    closer = threading.Thread(target=queue.close)
    closer.start()
    may_end.set()
    writer.join()
    closer.join()
    again = HueyJobQueue(local_folder.root)
    assert again._database.read("SELECT * FROM kept") == []
    again.close()


@pytest.mark.parametrize("is_begun", [False, True], ids=["before", "after"])
def test_what_is_raised_in_a_start_leaves_no_thread_and_nothing_unsynced(
    queue: HueyJobQueue, flushes: list[int], monkeypatch: pytest.MonkeyPatch, until: Until,
    is_begun: bool,
) -> None:  # fmt: skip
    """A worker starts the thread that syncs, and may be hit just before or after it runs."""
    start = SteadyThread.start

    def interrupted(thread: SteadyThread) -> None:
        if is_begun:
            start(thread)
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(SteadyThread, "start", interrupted)
        with pytest.raises(MemoryError):
            queue._database.sync_soon()
    flushes.clear()
    queue._database.write(lambda c: c.execute("PRAGMA user_version"), durable=False)
    queue._database.sync_soon()
    until(lambda: len(flushes) > 0)
    assert len([t for t in threading.enumerate() if t.name == "syncer"]) == 1
    queue.close()
    assert "syncer" not in [t.name for t in threading.enumerate()]
