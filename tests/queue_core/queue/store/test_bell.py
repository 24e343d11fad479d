"""Who waits for the database hears of every write, and costs nothing while there is none."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.store.bell import LOOK_S, WATCHED_LOOK_S, Bell, PollingBell, Ring
from queue_core.queue.store.bell_choice import make_bell
from queue_core.queue.store.feed import ChangeWatcher
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.system.choice import is_portable

pytestmark = pytest.mark.file_list

linux = pytest.mark.skipif(is_portable(), reason="only Linux tells of writes here")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "queue.db-wal"
    path.write_bytes(b"x")
    return path


@pytest.fixture
def bell(file: Path) -> Iterator[Bell]:
    bell = make_bell(file)
    yield bell
    bell.close()


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


@pytest.mark.parametrize("kind", [PollingBell, None])
def test_a_ring_from_any_thread_ends_the_wait(kind: type[Bell] | None, file: Path) -> None:
    bell = PollingBell() if kind else make_bell(file)
    for _ in range(50):
        thread = threading.Thread(target=bell.ring)
        thread.start()
        while bell.wait() is not Ring.OWN:
            pass
        thread.join()
    for _ in range(3):
        bell.ring()
    assert bell.wait() is Ring.OWN
    assert bell.wait() is Ring.NOTHING
    bell.close()
    bell.ring()  # too late, and harmless


@linux
def test_a_write_of_another_process_ends_the_wait(bell: Bell, file: Path) -> None:
    assert bell.wait() is Ring.NOTHING
    subprocess.run([sys.executable, "-c", f"open({str(file)!r}, 'ab').write(b'x')"], check=True)
    assert bell.wait() is Ring.WRITTEN
    assert bell.wait() is Ring.NOTHING


@linux
def test_it_sleeps_while_nothing_is_written(bell: Bell) -> None:
    bell.wait()
    start = time.monotonic()
    assert bell.wait() is Ring.NOTHING
    assert time.monotonic() - start >= WATCHED_LOOK_S * 0.9


@linux
def test_a_file_that_comes_later_or_is_replaced_is_watched(tmp_path: Path) -> None:
    path = tmp_path / "late-wal"
    bell = make_bell(path)
    start = time.monotonic()
    assert bell.wait() is Ring.NOTHING
    assert time.monotonic() - start < WATCHED_LOOK_S * 0.9
    for _ in range(2):
        (tmp_path / "new").write_bytes(b"x")
        (tmp_path / "new").replace(path)
        while bell.wait() is not Ring.NOTHING:
            pass
        append(path)
        assert bell.wait() is Ring.WRITTEN
    bell.close()


@linux
def test_a_system_that_tells_nothing_is_not_relied_on(bell: Bell, file: Path) -> None:
    bell.wait()
    for _ in range(3):
        bell.missed()
    start = time.monotonic()
    assert bell.wait() is Ring.NOTHING
    assert LOOK_S * 0.9 <= time.monotonic() - start < WATCHED_LOOK_S * 0.9
    append(file)  # it tells again
    assert bell.wait() is Ring.WRITTEN
    assert bell.wait() is Ring.NOTHING


@linux
def test_a_change_is_told_by_the_write_alone(local_folder: LocalFolder) -> None:
    with HueyJobQueue(local_folder.root) as queue:
        watched = SqliteDatabase(local_folder.queue_db)
        watcher = ChangeWatcher(watched)
        told = threading.Event()
        watcher.subscribe(told.set)
        assert told.wait(10)  # what changed before it listened
        for _ in range(20):
            told.clear()
            queue.pause_queue()
            queue.resume_queue()
            assert told.wait(10)
        watcher.stop()
        watched.close()


def test_listening_can_end_and_begin_again(local_folder: LocalFolder) -> None:
    queue = HueyJobQueue(local_folder.root)  # not started: nobody else listens
    for _ in range(5):
        told = threading.Event()
        unsubscribe = queue.subscribe(told.set)
        assert told.wait(10)
        unsubscribe()
    queue.close()
