"""Clean-up against a model, beside running jobs, and on files that are not where they should be."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sample_jobs
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_core import HueyJobQueue
from queue_core.paths import LocalFolder, log_path
from queue_core.queue.store.clock import new_id, to_text
from queue_core.queue.store.database import Database
from queue_core.queue.store.schema import prepare_schema
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.upkeep.retention import CleanUpReport, clean_up
from queue_core.queue.values import JobOptions, RetentionPolicy
from queue_core.runner.log.log_writer import LogWriter

pytestmark = pytest.mark.file_list

ENDED = ("finished", "error", "cancelled", "killed")
NOW = datetime.now(UTC)


@pytest.fixture
def database(local_folder: LocalFolder) -> Iterator[Database]:
    opened = SqliteDatabase(local_folder.queue_db)
    prepare_schema(opened)
    yield opened
    opened.close()


def add(
    database: Database, status: str = "finished", *, days: float = 0.0, origin: str | None = None,
    pinned: bool = False, job_id: str | None = None,
) -> str:  # fmt: skip
    """Store a row that ended *days* ago."""
    job_id = job_id or new_id()
    ended = to_text(NOW - timedelta(days=days))
    with database.transaction(durable=False) as connection:
        connection.execute(
            "INSERT INTO task_copy (id, task_type, status, finished_at, last_update, pinned, "
            "origin) VALUES (?, 'Job', ?, ?, ?, ?, ?)",
            (
                job_id, status, ended if status in ENDED else None, ended, int(pinned),
                "dashai-monitor" if origin is None else origin,
            ),
        )  # fmt: skip
    return job_id


def write_log(folder: LocalFolder, job_id: str, size: int) -> Path:
    path = log_path(folder.logs, job_id)
    writer = LogWriter(path, attempt=1, limit_bytes=1 << 30)
    writer.feed("stdout", b"x" * size + b"\n")
    writer.close()
    return path


def ids(database: Database) -> list[str]:
    return [row["id"] for row in database.read("SELECT id FROM task_copy ORDER BY rowid")]


JOBS = st.lists(
    st.tuples(
        st.sampled_from([*ENDED, "not_started", "started"]),
        st.integers(0, 40),  # days
        st.booleans(),  # pinned
        st.sampled_from(["dashai-monitor", "dashai"]),
        st.booleans(),  # others wait for it
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(jobs=JOBS, age=st.none() | st.integers(1, 40), count=st.none() | st.integers(1, 5),
       batch=st.integers(1, 7))  # fmt: skip
def test_it_removes_what_the_policy_says_and_nothing_else(
    database: Database, local_folder: LocalFolder, jobs: list[tuple[str, int, bool, str, bool]],
    age: int | None, count: int | None, batch: int,
) -> None:  # fmt: skip
    with database.transaction(durable=False) as connection:
        connection.execute("DELETE FROM task_copy")
        connection.execute("DELETE FROM monitor_dependency")
    expected, removable = [], []
    for status, days, pinned, origin, awaited in jobs:
        # Half a day more: the clock goes on between the row and the clean-up.
        job_id = add(database, status, days=days + 0.5, pinned=pinned, origin=origin)
        expected.append(job_id)
        if awaited:
            with database.transaction(durable=False) as connection:
                connection.execute("INSERT INTO monitor_dependency VALUES ('other', ?)", (job_id,))
        if status in ENDED and origin == "dashai-monitor" and not pinned and not awaited:
            removable.append((days, job_id, status))
    young = [item for item in removable if age is None or item[0] + 0.5 <= age]
    # Of jobs that ended at one moment the one that was put later stays.
    newest_first = sorted(young, key=lambda item: (-item[0], expected.index(item[1])), reverse=True)
    kept: dict[str, list[str]] = {}
    for _, job_id, status in newest_first:
        if count is None or len(kept.setdefault(status, [])) < count:
            kept.setdefault(status, []).append(job_id)
    kept_ids = {job_id for listed in kept.values() for job_id in listed}
    gone = {job_id for _, job_id, _ in removable} - kept_ids
    policy = RetentionPolicy(max_age_days=age, max_count=count)
    report = clean_up(database, local_folder, policy, batch=batch)
    assert ids(database) == [job_id for job_id in expected if job_id not in gone]
    assert report.removed == len(gone)
    assert clean_up(database, local_folder, policy).removed == 0


def test_nothing_is_removed_without_a_policy(database: Database, local_folder: LocalFolder) -> None:
    job_id = add(database, days=10_000)
    assert clean_up(database, local_folder, RetentionPolicy()).removed == 0
    assert ids(database) == [job_id]


def test_logs_go_with_their_jobs(database: Database, local_folder: LocalFolder) -> None:
    old, new = add(database, days=9), add(database, days=1)
    old_log, new_log = write_log(local_folder, old, 1000), write_log(local_folder, new, 1000)
    old_log.with_suffix(".tail1").write_bytes(b"x" * 500)
    report = clean_up(database, local_folder, RetentionPolicy(max_age_days=5))
    assert report.removed_for_age == 1
    assert report.freed_bytes > 1500
    assert not old_log.exists()
    assert not old_log.with_suffix(".tail1").exists()
    assert new_log.exists()


def test_too_large_logs_go_oldest_first_until_the_rest_fits(
    database: Database, local_folder: LocalFolder
) -> None:
    silent = add(database, days=20)
    oldest = add(database, days=9)
    pinned = add(database, days=8, pinned=True)
    newer = add(database, days=7)
    newest = add(database, days=6)
    running = add(database, "started", days=10)
    for job_id in (oldest, pinned, newer, newest, running):
        write_log(local_folder, job_id, 10_000)
    report = clean_up(database, local_folder, RetentionPolicy(max_bytes=31_000))
    assert ids(database) == [silent, pinned, newest, running]
    assert report.removed_for_bytes == 2
    assert clean_up(database, local_folder, RetentionPolicy(max_bytes=31_000)).removed == 0


def test_old_logs_without_a_job_go_and_strangers_stay(
    database: Database, local_folder: LocalFolder
) -> None:
    known = write_log(local_folder, add(database), 10)
    orphan, fresh = (write_log(local_folder, new_id(), 10) for _ in range(2))
    stranger = orphan.parent / "notes.log"
    stranger.touch()
    yesterday = time.time() - 2 * 86_400
    for path in (known, orphan, stranger):
        os.utime(path, (yesterday, yesterday))
    kept_aside = local_folder.root / "job_queue.db.damaged-20260101-000000"
    kept_aside.touch()
    assert clean_up(database, local_folder, RetentionPolicy()).orphans == 0
    kept_aside.unlink()
    report = clean_up(database, local_folder, RetentionPolicy())
    assert report.orphans == 1
    assert not orphan.exists()
    assert known.exists()
    assert fresh.exists()
    assert stranger.exists()


def test_it_stops_when_told_and_goes_on_next_time(
    database: Database, local_folder: LocalFolder
) -> None:
    for _ in range(30):
        add(database, days=9)
    asked = []

    def should_stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    policy = RetentionPolicy(max_age_days=5)
    report = clean_up(database, local_folder, policy, batch=10, should_stop=should_stop)
    assert report.was_stopped
    assert len(ids(database)) == 10
    assert not clean_up(database, local_folder, policy).was_stopped
    assert ids(database) == []


def test_a_job_that_changes_meanwhile_stays(database: Database, local_folder: LocalFolder) -> None:
    job_ids = [add(database, "killed", days=9) for _ in range(6)]
    with database.transaction() as connection:
        # Whoever deletes the first one takes up the last one again, in the same transaction.
        connection.execute(
            "CREATE TEMP TRIGGER resumed AFTER DELETE ON task_copy BEGIN UPDATE task_copy "
            f"SET status = 'not_started' WHERE id = '{job_ids[-1]}'; END"
        )
    clean_up(database, local_folder, RetentionPolicy(max_age_days=5), batch=2)
    assert ids(database) == [job_ids[-1]]


def test_it_runs_beside_a_queue_that_works(running: HueyJobQueue, tmp_path: Path) -> None:
    waiting_for = running.put(sample_jobs.Echo(value=1), JobOptions(delay_s=600))
    waits = running.put(sample_jobs.Echo(value=2), JobOptions(after=(waiting_for,)))
    kept = running.put(sample_jobs.Echo(value=3), JobOptions(pinned=True))
    reports: list[CleanUpReport] = []
    stopping = threading.Event()

    def clean_all_the_time() -> None:
        database = SqliteDatabase(running.folder.queue_db)
        while not stopping.is_set():
            policy = RetentionPolicy(max_count=5)
            reports.append(clean_up(database, running.folder, policy, should_stop=stopping.is_set))
        database.close()

    cleaner = threading.Thread(target=clean_all_the_time)
    cleaner.start()
    path = tmp_path / "ran"
    job_ids = [running.put(sample_jobs.Append(path=str(path), line=n)) for n in range(150)]
    running.wait_until(running_is_idle(running), 60)
    stopping.set()
    cleaner.join()
    clean_up(running._database, running.folder, RetentionPolicy(max_count=5))
    assert path.read_text().split() == [str(n) for n in range(150)]
    assert list(running.ids())[:5] == job_ids[:-6:-1]
    assert sum(report.removed for report in reports) >= 100
    assert {waiting_for, waits, kept} <= set(running.ids())


def running_is_idle(queue: HueyJobQueue):
    """Return a condition: nothing runs, and only what is to wait does."""
    return lambda: (
        not any(
            record.status == "started"
            or (record.task_type == "Append" and not record.status.is_final)
            for record in queue.list()
        )
    )
