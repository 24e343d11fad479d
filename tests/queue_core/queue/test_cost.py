"""What a job costs must not grow with the number of jobs that are kept."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sample_jobs import Append, Echo, FailsTwice, Raises, Wait

from queue_core import HueyJobQueue, JobStatus
from queue_core.paths import LocalFolder
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.values import JobFilter, JobOptions

pytestmark = pytest.mark.file_list

Until = Callable[[Callable[[], bool]], None]

# Holds jobs that may run, are due, were repeated, are not ours, or are damaged; not all jobs.
_SMALL_INDEXES = (
    "monitor_ready", "monitor_due", "monitor_retry", "monitor_others", "monitor_unknown",
    "monitor_entity", "monitor_away",
)  # fmt: skip


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The SQL that all threads of this process run, with the values in it."""
    seen: set[str] = set()  # filled from now on: the fixture comes before the queue
    connect = SqliteDatabase._connect

    def traced(self: SqliteDatabase) -> sqlite3.Connection:
        connection = connect(self)
        connection.set_trace_callback(seen.add)
        return connection

    monkeypatch.setattr(SqliteDatabase, "_connect", traced)
    return seen


def _whole_table_reads(path: Path, statements: set[str]) -> set[str]:
    found = set()
    with closing(sqlite3.connect(path)) as connection:
        for statement in sorted(statements):
            if not re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT)\b", statement):
                continue
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            for *_, step in plan:
                if re.match(r"SCAN (task_copy|t)\b", step) and not step.endswith(_SMALL_INDEXES):
                    found.add(f"{step}: {statement}")
    return found


def test_the_life_of_a_job_never_reads_the_whole_table(
    statements: set[str], queue: HueyJobQueue, local_folder: LocalFolder, tmp_path: Path,
    until: Until,
) -> None:  # fmt: skip
    queue.start(workers=2, options=EngineOptions(grace_s=0.5))
    for _ in range(3):
        queue.wait(queue.put(Echo(value=1)), 30)
    failed = queue.put(Raises())
    queue.wait(failed, 30)
    queue.retry(failed)
    again = JobOptions(max_attempts=3, retry_delay_s=0.01)
    assert queue.wait(queue.put(FailsTwice(path=str(tmp_path / "n")), again), 30).attempt == 3
    started = tmp_path / "started"
    running = queue.put(Wait(started=str(started)))
    until(started.exists)
    behind = queue.put(
        Append(path=str(tmp_path / "a"), line="x"), JobOptions(after=(running,), priority=3)
    )
    later = queue.put(Echo(), JobOptions(delay_s=600))
    assert queue.why_waiting(later) is not None
    with closing(HueyJobQueue(local_folder.root)) as other:
        assert other.pause(running)
        until(lambda: other.get(running).paused)
        assert other.resume(running)
        until(lambda: not other.get(running).paused)
        assert other.changes_since(1).cursor > 1
    queue.cancel(later)
    queue.cancel(running)
    until(lambda: queue.get(behind).status is JobStatus.CANCELLED)
    assert queue.attempts(running)
    assert queue.list(JobFilter(frozenset({JobStatus.ERROR})), limit=5)
    assert queue.interrupted() == []
    until(lambda: any("not_before >" in statement for statement in statements.copy()))
    assert _whole_table_reads(local_folder.queue_db, statements) == set()
