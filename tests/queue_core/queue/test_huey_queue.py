from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from other_program import other_program
from sample_jobs import Append, Echo, Progresses, Raises, Wait

from queue_core import BaseJob, HueyJobQueue, JobNotFoundError, JobQueueError, JobStatus
from queue_core.queue.values import JobFilter, JobOptions, JobOrder

Until = Callable[[Callable[[], bool]], None]


class TestPut:
    def test_a_job_is_stored_with_what_is_known_of_it(self, queue: HueyJobQueue) -> None:
        before = datetime.now(UTC)
        record = queue.get(queue.put(Echo(value=1, name="Say one")))
        assert record.status is JobStatus.NOT_STARTED
        assert (record.task_type, record.job_name) == ("Echo", "Say one")
        assert record.params == {"value": 1, "name": "Say one"}
        assert before <= record.enqueued_at <= datetime.now(UTC)
        assert record.started_at is None
        assert record.is_ours

    def test_it_survives_the_program(self, queue: HueyJobQueue) -> None:
        job_id = queue.put(Echo(value=1))
        queue.close()
        with HueyJobQueue(queue.folder.root) as again:
            assert again.wait(job_id, 20).result == 1

    def test_ids_are_in_order_of_creation(self, queue: HueyJobQueue) -> None:
        ids = [queue.put(Echo()) for _ in range(20)]
        assert ids == sorted(ids) == list(reversed(queue.ids()))

    def test_what_cannot_be_stored_is_refused_by_name(self, queue: HueyJobQueue) -> None:
        with pytest.raises(JobQueueError, match="Echo cannot be stored"):
            queue.put(Echo(value=(n for n in [1])))
        assert queue.is_empty()

    def test_a_failing_put_tells_the_job(self, queue: HueyJobQueue) -> None:
        told: list[str] = []

        class Local(BaseJob):
            def run(self) -> None:
                """Never runs."""

            def set_status_as_error(self) -> None:
                told.append("error")

        with pytest.raises(JobQueueError):
            queue.put(Local(value=(n for n in [1])))
        assert told == ["error"]

    @pytest.mark.file_list
    def test_files_are_readable_by_their_owner_only(self, queue: HueyJobQueue) -> None:
        queue.put(Echo())
        assert stat.S_IMODE(queue.folder.root.stat().st_mode) == 0o700
        assert stat.S_IMODE(queue.folder.queue_db.stat().st_mode) == 0o600
        assert stat.S_IMODE(queue.folder.secret_key.stat().st_mode) == 0o600


class TestReading:
    def test_an_unknown_id_is_an_error(self, queue: HueyJobQueue) -> None:
        for call in (queue.get, queue.cancel, queue.retry, queue.logs, queue.wait):
            with pytest.raises(JobNotFoundError, match="no job with the id nobody"):
                call("nobody")

    def test_async_get(self, queue: HueyJobQueue) -> None:
        job_id = queue.put(Echo())
        assert asyncio.run(queue.async_get(job_id)) == queue.get(job_id)

    def test_peek_shows_the_next_job_and_leaves_it(self, queue: HueyJobQueue) -> None:
        with pytest.raises(JobQueueError, match="No job is waiting"):
            queue.peek()
        first = queue.put(Echo())
        queue.put(Echo())
        assert queue.peek().id == queue.peek().id == first
        assert not queue.is_empty()

    def test_filter_search_order_and_page(self, queue: HueyJobQueue) -> None:
        names = ["Load iris.csv", "Load 100%.csv", "Train on iris"]
        ids = [queue.put(Echo(name=name)) for name in names]
        queue.put(Raises(name="other"))
        assert [r.job_name for r in queue.list(JobFilter(search="IRIS load"))] == [names[0]]
        assert [r.job_name for r in queue.list(JobFilter(search="0%"))] == [names[1]]
        assert queue.ids(JobFilter(task_types=frozenset({"Raises"}))) != []
        assert queue.ids(JobFilter(statuses=frozenset({JobStatus.ERROR}))) == []
        by_name = JobOrder("job_name", descending=False)
        assert [r.job_name for r in queue.list(order=by_name, limit=2)] == sorted(names)[:2]
        assert set(queue.get_many([*ids, "nobody"])) == set(ids)
        counts = queue.counts()
        assert (counts.total, counts.by_type["Echo"]) == (4, 3)
        with pytest.raises(ValueError, match="shoe size"):
            queue.list(order=JobOrder("shoe size"))


class TestRunning:
    def test_a_job_runs_and_its_result_is_kept(self, running: HueyJobQueue) -> None:
        record = running.wait(running.put(Echo(value={"rows": 3})), 20)
        assert (record.status, record.result, record.progress) == ("finished", {"rows": 3}, 100)
        assert record.started_at is not None
        assert record.finished_at is not None
        assert timedelta(0) <= (record.duration() or timedelta(-1)) < timedelta(seconds=20)
        assert running.is_empty()
        assert record.pid is None

    def test_jobs_run_in_order_and_once(self, running: HueyJobQueue, tmp_path: Path) -> None:
        path = tmp_path / "lines"
        ids = [running.put(Append(path=str(path), line=n)) for n in range(30)]
        for job_id in ids:
            running.wait(job_id, 30)
        assert path.read_text().split() == [str(n) for n in range(30)]

    def test_a_delayed_job_waits_and_then_runs(self, running: HueyJobQueue) -> None:
        late = running.put(Echo(), JobOptions(delay_s=0.6))
        first = running.wait(running.put(Echo()), 20)
        record = running.wait(late, 20)
        assert record.started_at is not None
        assert first.started_at is not None
        assert record.started_at > first.started_at
        assert record.started_at - record.enqueued_at >= timedelta(seconds=0.59)

    def test_priority_goes_first(self, queue: HueyJobQueue, tmp_path: Path) -> None:
        path = tmp_path / "lines"
        for line, priority in (("low", -1), ("normal", 0), ("high", 5)):
            queue.put(Append(path=str(path), line=line), JobOptions(priority=priority))
        queue.start()
        for job_id in queue.ids():
            queue.wait(job_id, 20)
        assert path.read_text().split() == ["high", "normal", "low"]

    def test_progress_and_warnings_arrive(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        go = tmp_path / "go"
        job_id = running.put(Progresses(started=str(tmp_path / "started"), go=str(go)))
        until(lambda: running.get(job_id).progress == 25)
        assert running.get(job_id).progress_message == "reading"
        assert running.get(job_id).pid is not None
        go.touch()
        record = running.wait(job_id, 20)
        assert record.progress == 100
        assert record.warnings == ("3 rows were left out",)

    def test_the_number_of_workers_changes_while_running(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        waits = [tmp_path / f"started{n}" for n in range(3)]
        ids = [running.put(Wait(started=str(path))) for path in waits]
        until(waits[0].exists)
        assert running.counts().by_status[JobStatus.STARTED] == 1
        running.start(workers=3)
        until(lambda: all(path.exists() for path in waits))
        running.start(workers=1)
        last = running.put(Echo())
        for job_id in ids[:2]:
            running.cancel(job_id)
        assert running.get(last).status is JobStatus.NOT_STARTED
        running.cancel(ids[2])
        assert running.wait(last, 20).status is JobStatus.FINISHED

    def test_stop_interrupts_and_start_goes_on(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        started = tmp_path / "started"
        job_id, waiting = running.put(Wait(started=str(started))), running.put(Echo(value=2))
        until(started.exists)
        running.stop()
        record = running.get(job_id)
        assert record.status is JobStatus.KILLED
        assert "Interrupted" in (record.error_msg or "")
        assert running.get(waiting).status is JobStatus.NOT_STARTED
        running.start()
        assert running.wait(waiting, 20).result == 2
        assert running.get(job_id).status is JobStatus.KILLED


class TestRetryAndRemove:
    def test_a_retry_is_a_new_job_that_knows_the_old_one(self, running: HueyJobQueue) -> None:
        first = running.put(Echo(value=1))
        running.wait(first, 20)
        second = running.retry(first, {"value": 2})
        record = running.wait(second, 20)
        assert (record.result, record.retry_of, record.params["value"]) == (2, first, 2)
        third = running.wait(running.retry(second), 20)
        assert third.result == 2
        assert running.get(first).result == 1

    def test_only_ended_jobs_are_retried_or_removed(self, queue: HueyJobQueue) -> None:
        waiting = queue.put(Echo())
        with pytest.raises(JobQueueError, match="has not ended yet"):
            queue.retry(waiting)
        assert queue.remove([waiting]) == ()
        queue.cancel(waiting)
        assert not queue.cancel(waiting)
        assert queue.remove([waiting, "nobody"]) == (waiting,)
        with pytest.raises(JobNotFoundError):
            queue.get(waiting)

    @pytest.mark.file_list
    def test_huey_keeps_no_results(self, running: HueyJobQueue) -> None:
        for value in range(5):
            running.wait(running.put(Echo(value=value)), 20)
        with closing(sqlite3.connect(running.folder.queue_db)) as database:
            for table in ("kv", "task", "schedule", "counter"):
                assert database.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)
            (mode,) = database.execute("PRAGMA journal_mode").fetchone()
        assert mode == "wal"


class TestChanges:
    def test_each_change_is_seen_once(self, running: HueyJobQueue) -> None:
        start = running.changes_since(0).cursor
        job_id = running.put(Echo())
        running.wait(job_id, 20)
        batch = running.changes_since(start)
        assert batch.changed == (job_id,)
        running.remove([job_id])
        after = running.changes_since(batch.cursor)
        assert (after.changed, after.deleted) == ((), (job_id,))
        assert not running.changes_since(after.cursor)

    def test_a_reader_far_behind_is_told_to_read_everything(self, queue: HueyJobQueue) -> None:
        job_id = queue.put(Echo())
        cursor = queue.changes_since(0).cursor
        with other_program(queue) as other:
            for n in range(6_000):
                other.execute("UPDATE task_copy SET progress = ? WHERE id = ?", (n, job_id))
        assert queue.changes_since(cursor).reset
        assert queue.changes_since(queue.cursor() + 10).reset

    def test_changes_of_another_process_ring(self, queue: HueyJobQueue) -> None:
        import threading

        job_id = queue.put(Echo())
        rung = threading.Event()
        unsubscribe = queue.subscribe(rung.set)
        assert rung.wait(5)
        rung.clear()
        with other_program(queue) as other:
            other.execute("UPDATE task_copy SET job_name = 'new' WHERE id = ?", (job_id,))
        assert rung.wait(5)
        unsubscribe()


class TestTrust:
    def test_a_blob_without_our_signature_is_never_opened(
        self, queue: HueyJobQueue, tmp_path: Path
    ) -> None:
        import pickle

        trap = tmp_path / "opened"

        class Trap:
            def __reduce__(self) -> tuple[object, ...]:
                return (Path.touch, (trap,))

        job_id = queue.put(Echo())
        with other_program(queue) as other:
            other.execute("UPDATE task_copy SET job_blob = ?", (pickle.dumps(Trap()),))
        queue.start()
        record = queue.wait(job_id, 20)
        assert record.status is JobStatus.ERROR
        assert "signature" in (record.error_msg or "")
        assert not trap.exists()
        with pytest.raises(JobQueueError, match="signature"):
            queue.retry(job_id)

    def test_another_key_does_not_open_our_jobs(self, queue: HueyJobQueue) -> None:
        job_id = queue.put(Echo())
        queue.close()
        queue.folder.secret_key.write_bytes(b"x" * 32)
        with HueyJobQueue(queue.folder.root) as again:
            assert again.wait(job_id, 20).status is JobStatus.ERROR
