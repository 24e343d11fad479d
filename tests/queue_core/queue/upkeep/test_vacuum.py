"""Space is given back when nothing runs, and the order of the jobs stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_core.paths import LocalFolder
from queue_core.queue.store.queries import read_ids
from queue_core.queue.store.schema import prepare_schema
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.upkeep.vacuum import vacuum
from queue_core.queue.values import JobFilter, JobOrder

pytestmark = pytest.mark.file_list

ROWS = 3_000


@pytest.fixture(params=["none", "incremental"])
def database(local_folder: LocalFolder, request: pytest.FixtureRequest) -> Iterator[SqliteDatabase]:
    """A database with as many removed rows as kept ones, ids not in the order of storing."""
    opened = SqliteDatabase(local_folder.queue_db)
    opened.connection.execute(f"PRAGMA auto_vacuum={request.param}")
    if request.param == "incremental":
        opened.connection.execute("VACUUM")
    prepare_schema(opened)
    with opened.transaction(durable=False) as connection:
        connection.executemany(
            "INSERT INTO task_copy (id, task_type, status, origin, job_blob) "
            "VALUES (?, 'Job', 'finished', 'dashai-monitor', ?)",
            ((f"{(n * 7919) % ROWS:08d}", b"x" * 2_000) for n in range(ROWS)),
        )
    with opened.transaction(durable=False) as connection:
        connection.execute("DELETE FROM task_copy WHERE rowid % 3 != 0")
    opened.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    yield opened
    opened.close()


def order_of(database: SqliteDatabase) -> list[str]:
    return read_ids(database, JobFilter(), JobOrder())


def _is_incremental(database: SqliteDatabase) -> bool:
    return bool(database.read_one("PRAGMA auto_vacuum")[0] == 2)


def size_of(path: Path) -> int:
    return path.stat().st_size


def test_the_file_shrinks_and_the_order_stays(database: SqliteDatabase) -> None:
    before, size = order_of(database), size_of(database.path)
    report = vacuum(database, worthwhile_bytes=1)
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert report.reason == ""
    assert report.freed_bytes > size / 3
    assert size_of(database.path) <= size - report.freed_bytes + 65_536
    assert order_of(database) == before
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO task_copy (id, task_type, status) VALUES ('0', 'Job', 'finished')"
        )
    assert order_of(database) == ["0", *before]
    elsewhere = SqliteDatabase(database.path)
    assert elsewhere.read_one("PRAGMA auto_vacuum")[0] == 2
    assert elsewhere.read_one("PRAGMA integrity_check")[0] == "ok"
    elsewhere.close()


def test_little_is_left_alone(database: SqliteDatabase) -> None:
    size = size_of(database.path)
    assert "too little" in vacuum(database).reason
    assert size_of(database.path) == size


@pytest.mark.parametrize("origin", ["dashai-monitor", "dashai"])
def test_it_waits_while_a_job_runs(database: SqliteDatabase, origin: str) -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO task_copy (id, task_type, status, origin) "
            "VALUES ('runs', 'Job', 'started', ?)", (origin,),
        )  # fmt: skip
    assert "Jobs run" in vacuum(database, worthwhile_bytes=1).reason
    with database.transaction() as connection:
        connection.execute("UPDATE task_copy SET last_update = '2020-01-01 00:00:00'")
    freed = vacuum(database, worthwhile_bytes=1).freed_bytes
    assert (freed > 0) == (origin == "dashai")


def test_it_stops_when_told(database: SqliteDatabase) -> None:
    if not _is_incremental(database):
        pytest.skip("a rewrite is one step")
    report = vacuum(database, worthwhile_bytes=1, should_stop=lambda: True)
    assert report.reason == "It was told to stop."
    assert report.freed_bytes == 0


def test_a_database_in_use_is_left_for_later(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    if _is_incremental(database):
        pytest.skip("steps wait for their turn")
    monkeypatch.setattr("queue_core.queue.store.sqlite_database.BUSY_TIMEOUT_S", 0.05)
    elsewhere, impatient = SqliteDatabase(database.path), SqliteDatabase(database.path)
    elsewhere.connection.execute("BEGIN IMMEDIATE")
    assert "Another program uses" in vacuum(impatient, worthwhile_bytes=1).reason
    elsewhere.connection.execute("ROLLBACK")
    for opened in (elsewhere, impatient):
        opened.close()
