"""One folder with DashAI: each opens what the other has made, and leaves the other's jobs alone.

DashAI is stood in for by the statements that its version 0.10 sends; it keeps its own jobs under
another queue name in the same tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sample_jobs import Echo, Wait

from queue_core import HueyJobQueue, JobQueueError, JobStatus
from queue_core.paths import LocalFolder

pytestmark = pytest.mark.file_list

Until = Callable[[Callable[[], bool]], None]

TABLES = """
CREATE TABLE task (id integer not null primary key, queue text not null,
    data blob not null, priority real not null default 0.0);
CREATE TABLE kv (queue text not null, key text not null, value blob not null,
    primary key(queue, key));
CREATE TABLE schedule (id integer not null primary key, queue text not null,
    data blob not null, timestamp real not null);
CREATE TABLE task_copy (
    id TEXT PRIMARY KEY, task_type TEXT NOT NULL, job_name TEXT,
    enqueued_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, status TEXT NOT NULL,
    last_update DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, error_msg TEXT{more});
"""
NEWEST = (
    ", pid INTEGER, progress REAL, progress_message TEXT, job_blob BLOB, "
    "entity_marked INTEGER NOT NULL DEFAULT 0"
)
NOW = "STRFTIME('%Y-%m-%d %H:%M:%f','now')"


@pytest.fixture
def dashai(local_folder: LocalFolder) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(local_folder.queue_db, isolation_level=None)) as connection:
        yield connection


def put_as_dashai(connection: sqlite3.Connection, job_id: str, status: str = "not_started") -> None:
    connection.execute(
        "INSERT INTO task (queue, data, priority) VALUES ('job_queue', ?, 0)", (b"dill",)
    )
    connection.execute(
        "INSERT OR REPLACE INTO task_copy (id, task_type, job_name, status, job_blob, "
        f"last_update) VALUES (?, 'ModelJob', 'Train forest', ?, ?, {NOW})",
        (job_id, status, b"\x80\x04dill"),
    )


@pytest.mark.parametrize("more", ["", NEWEST])
def test_a_file_of_dashai_opens_and_keeps_its_rows(
    local_folder: LocalFolder, dashai: sqlite3.Connection, more: str
) -> None:
    dashai.executescript(TABLES.format(more=more))
    dashai.execute(
        "INSERT INTO task_copy (id, task_type, status) VALUES ('old', 'DatasetJob', 'finished')"
    )
    with HueyJobQueue(local_folder.root) as queue:
        record = queue.get("old")
        assert (record.status, record.job_name) == (JobStatus.FINISHED, "DatasetJob")
        assert not record.is_ours
        assert queue.wait(queue.put(Echo(value=1)), 20).result == 1


def test_its_jobs_are_shown_and_left_alone(
    running: HueyJobQueue, dashai: sqlite3.Connection
) -> None:
    put_as_dashai(dashai, "theirs")
    put_as_dashai(dashai, "their-running", "started")
    put_as_dashai(dashai, "their-deleted", "deleted")
    mine = running.put(Echo(value=1))
    running.wait(mine, 20)
    assert {r.id for r in running.list()} >= {"theirs", "their-running", mine}
    for call in (running.cancel, running.retry):
        with pytest.raises(JobQueueError, match="belongs to DashAI"):
            call("theirs")
    assert running.remove(["theirs"]) == ()
    assert running.cancel_all() == []
    running.stop()
    running.start()
    assert running.get("their-running").status is JobStatus.STARTED
    assert running.get("theirs").status is JobStatus.NOT_STARTED
    (left,) = dashai.execute("SELECT COUNT(*) FROM task WHERE queue = 'job_queue'").fetchone()
    assert left == 3


def test_its_changes_are_in_the_feed(running: HueyJobQueue, dashai: sqlite3.Connection) -> None:
    cursor = running.cursor()
    put_as_dashai(dashai, "theirs")
    batch = running.changes_since(cursor)
    assert batch.changed == ("theirs",)
    dashai.execute("DELETE FROM task_copy WHERE id = 'theirs'")
    assert running.changes_since(batch.cursor).deleted == ("theirs",)


def test_it_reads_our_rows(running: HueyJobQueue, dashai: sqlite3.Connection) -> None:
    running.wait(running.put(Echo(name="ours")), 20)
    (row,) = dashai.execute(
        "SELECT job_name, status, error_msg, progress, enqueued_at, last_update FROM task_copy "
        "ORDER BY last_update DESC"
    ).fetchall()
    assert row[:4] == ("ours", "finished", None, 100.0)
    assert dashai.execute(f"SELECT ? < {NOW} AND ? < {NOW}", row[4:]).fetchone() == (1,)


def test_its_start_does_not_end_our_running_job(
    running: HueyJobQueue, dashai: sqlite3.Connection, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    job_id = running.put(Wait(started=str(started), seconds=600))
    until(started.exists)
    dashai.execute(
        "UPDATE task_copy SET status = 'killed', pid = NULL, error_msg = 'Interrupted when the "
        "application stopped' WHERE status = 'started'"
    )
    until(lambda: running.get(job_id).status is JobStatus.STARTED)
    assert running.cancel(job_id)
    assert running.wait(job_id, 20).status is JobStatus.CANCELLED
