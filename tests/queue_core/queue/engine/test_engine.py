"""Order, time, limits, retries: how the engine runs jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from damage import edit
from sample_jobs import Append, Balloon, Dies, Echo, FailsTwice, PythonLoop, Raises, Wait

from queue_core import HueyJobQueue, JobNotFoundError, JobQueueError, JobStatus
from queue_core.errors import ParameterError
from queue_core.queue import schedules
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import AfterPolicy, JobFilter, JobOptions, Move, WaitKind

Until = Callable[[Callable[[], bool]], None]


class TestRetries:
    def test_a_broken_connection_is_tried_again(
        self, running: HueyJobQueue, tmp_path: Path
    ) -> None:
        options = JobOptions(max_attempts=3, retry_delay_s=0.05)
        job_id = running.put(FailsTwice(path=str(tmp_path / "count")), options)
        record = running.wait(job_id, 30)
        assert (record.status, record.result, record.attempt) == (JobStatus.FINISHED, 3, 3)
        assert record.error_msg is None
        attempts = running.attempts(job_id)
        assert [a.status for a in attempts] == ["error", "error", "finished"]
        assert "the server went away" in (attempts[0].error_msg or "")
        assert attempts[0].traceback is not None
        assert attempts[1].started_at is not None
        assert attempts[0].finished_at is not None
        assert attempts[1].started_at >= attempts[0].finished_at

    def test_a_retry_without_delay(self, running: HueyJobQueue, tmp_path: Path) -> None:
        options = JobOptions(max_attempts=3, retry_delay_s=0)
        job_id = running.put(FailsTwice(path=str(tmp_path / "count")), options)
        assert running.wait(job_id, 30).result == 3

    def test_a_bad_file_is_never_tried_again(self, running: HueyJobQueue) -> None:
        job_id = running.put(Raises(), JobOptions(max_attempts=5, retry_delay_s=0))
        assert running.wait(job_id, 20).attempt == 1

    def test_a_crash_is_tried_again_and_then_fails(self, running: HueyJobQueue) -> None:
        job_id = running.put(Dies(how="exit"), JobOptions(max_attempts=2, retry_delay_s=0.01))
        record = running.wait(job_id, 30)
        assert (record.status, record.attempt, record.max_attempts) == (JobStatus.ERROR, 2, 2)
        assert len(running.attempts(job_id)) == 2

    def test_waiting_for_the_next_attempt_says_why(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        options = JobOptions(max_attempts=3, retry_delay_s=600)
        job_id = running.put(FailsTwice(path=str(tmp_path / "count")), options)
        until(lambda: bool(running.attempts(job_id)))
        until(lambda: running.get(job_id).status is JobStatus.NOT_STARTED)
        reason = running.why_waiting(job_id)
        assert reason is not None
        assert reason.kind is WaitKind.RETRY
        assert "Attempt 2 of 3" in reason.text
        assert "the server went away" in reason.text
        assert running.cancel(job_id)


class TestOrder:
    @pytest.fixture
    def names(self, queue: HueyJobQueue) -> Callable[[], str]:
        for name in "abcde":
            queue.put(Echo(name=name))

        def order() -> str:
            found = ""
            while not queue.is_empty():
                record = queue.peek()
                found += record.job_name
                queue.cancel(record.id)
            return found

        return order

    @pytest.mark.parametrize(
        ("moved", "to", "expected"),
        [
            ("c", Move.UP, "acbde"),
            ("c", Move.DOWN, "abdce"),
            ("d", Move.TOP, "dabce"),
            ("b", Move.BOTTOM, "acdeb"),
            ("bd", Move.TOP, "bdace"),
            ("bd", Move.UP, "bdace"),
            ("ad", Move.DOWN, "bcead"),
            ("a", Move.UP, "abcde"),
            ("e", Move.DOWN, "abcde"),
            ("abcde", Move.TOP, "abcde"),
        ],
    )
    def test_move(
        self, queue: HueyJobQueue, names: Callable[[], str], moved: str, to: Move, expected: str
    ) -> None:
        by_name = {record.job_name: record.id for record in queue.list()}
        queue.move([by_name[name] for name in moved], to)
        assert names() == expected

    def test_a_moved_job_passes_those_of_higher_priority(self, queue: HueyJobQueue) -> None:
        queue.put(Echo(name="high"), JobOptions(priority=9))
        low = queue.put(Echo(name="low"))
        queue.move([low], Move.TOP)
        assert queue.peek().id == low

    def test_many_moves_keep_the_order_total(self, queue: HueyJobQueue) -> None:
        ids = [queue.put(Echo(name=str(n))) for n in range(3)]
        for _ in range(100):
            queue.move([ids[2]], Move.UP)
            queue.move([ids[2]], Move.DOWN)
        positions = [queue.why_waiting(job_id) for job_id in ids]
        assert all(p is not None and p.kind is WaitKind.NO_WORKER for p in positions)
        queue.cancel(ids[0])
        assert queue.peek().id == ids[1]

    def test_priority_of_a_waiting_job_changes(self, queue: HueyJobQueue) -> None:
        queue.put(Echo())
        second = queue.put(Echo())
        assert queue.set_priority(second, 3)
        assert queue.peek().id == second


class TestAfter:
    def test_a_chain_runs_in_order(self, running: HueyJobQueue, tmp_path: Path) -> None:
        running.start(workers=2)
        path = tmp_path / "lines"
        ids = running.put_chain([Append(path=str(path), line=n) for n in range(5)])
        assert running.wait(ids[-1], 30).status is JobStatus.FINISHED
        assert path.read_text().split() == [str(n) for n in range(5)]
        assert len({running.get(job_id).group_id for job_id in ids}) == 1

    def test_a_failure_skips_what_comes_after(self, queue: HueyJobQueue) -> None:
        bad = queue.put(Raises(name="bad"))
        second = queue.put(Echo(name="second"), JobOptions(after=(bad,)))
        third = queue.put(Echo(name="third"), JobOptions(after=(second,)))
        anyway = queue.put(
            Echo(value=1), JobOptions(after=(bad,), after_policy=AfterPolicy.RUN_ANYWAY)
        )
        reason = queue.why_waiting(second)
        assert reason is not None
        assert (reason.kind, reason.text) == (WaitKind.AFTER, "After “bad”.")
        queue.start()
        assert queue.wait(anyway, 20).result == 1
        record = queue.wait(second, 20)
        assert record.status is JobStatus.CANCELLED
        assert record.error_msg == "Skipped, because “bad” failed."
        assert "“second” was cancelled" in (queue.wait(third, 20).error_msg or "")

    def test_a_job_behind_one_that_has_failed_already(self, running: HueyJobQueue) -> None:
        bad = running.put(Raises(name="bad"))
        running.wait(bad, 20)
        skipped = running.put(Echo(), JobOptions(after=(bad,)))
        assert running.get(skipped).error_msg == "Skipped, because “bad” failed."
        options = JobOptions(after=(bad,), after_policy=AfterPolicy.RUN_ANYWAY)
        assert running.wait(running.put(Echo(value=1), options), 20).result == 1

    def test_a_finished_job_holds_nobody_up(self, running: HueyJobQueue) -> None:
        first = running.put(Echo())
        running.wait(first, 20)
        assert running.wait(running.put(Echo(value=2), JobOptions(after=(first,))), 20).result == 2

    def test_an_unknown_job_cannot_be_waited_for(self, queue: HueyJobQueue) -> None:
        with pytest.raises(JobNotFoundError):
            queue.put(Echo(), JobOptions(after=("nobody",)))
        assert queue.is_empty()

    def test_jobs_behind_an_interrupted_one_wait_for_its_repetition(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        started = tmp_path / "started"
        first = running.put(Wait(started=str(started)))
        second = running.put(Echo(value=2), JobOptions(after=(first,)))
        until(started.exists)
        running.stop()
        assert running.get(first).status is JobStatus.KILLED
        reason = running.why_waiting(second)
        assert reason is not None
        assert reason.kind is WaitKind.AFTER_INTERRUPTED
        again = running.retry(first, {"seconds": 0})
        running.start()
        assert running.wait(second, 20).result == 2
        assert running.get(again).status is JobStatus.FINISHED


class TestPause:
    def test_a_paused_queue_starts_nothing_also_after_a_restart(self, queue: HueyJobQueue) -> None:
        queue.pause_queue()
        queue.start()
        job_id = queue.put(Echo(value=1))
        reason = queue.why_waiting(job_id)
        assert reason is not None
        assert reason.text == "The queue is paused."
        queue.close()
        with HueyJobQueue(queue.folder.root) as again:
            assert again.is_paused
            with pytest.raises(TimeoutError):
                again.wait(job_id, 0.3)
            again.resume_queue()
            assert again.wait(job_id, 20).result == 1

    def test_a_suspended_job_uses_no_processor_and_goes_on(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        import psutil

        started = tmp_path / "started"
        job_id = running.put(PythonLoop(started=str(started)), JobOptions(timeout_s=600))
        until(started.exists)
        pid = running.get(job_id).pid
        assert pid is not None
        assert running.pause(job_id)
        assert not running.pause(job_id)
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
        assert running.get(job_id).paused
        other = HueyJobQueue(running.folder.root)
        assert other.resume(job_id)
        until(lambda: not running.get(job_id).paused)
        other.close()
        assert running.cancel(job_id)
        assert running.wait(job_id, 20).status is JobStatus.CANCELLED

    def test_a_suspended_job_can_be_cancelled(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        started = tmp_path / "started"
        job_id = running.put(PythonLoop(started=str(started)))
        until(started.exists)
        running.pause(job_id)
        running.cancel(job_id)
        assert running.wait(job_id, 20).status is JobStatus.CANCELLED

    def test_cancel_all_that_match(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        started = tmp_path / "started"
        running.put(PythonLoop(started=str(started), name="loop"))
        until(started.exists)
        for n in range(5):
            running.put(Echo(name=f"echo {n}"))
        assert len(running.cancel_all(JobFilter(search="echo"))) == 5
        assert running.counts().by_status[JobStatus.STARTED] == 1
        assert len(running.cancel_all()) == 1
        until(running.is_empty)


class TestLimits:
    def test_a_time_limit(self, running: HueyJobQueue, tmp_path: Path) -> None:
        job_id = running.put(
            PythonLoop(started=str(tmp_path / "started")), JobOptions(timeout_s=0.5)
        )
        record = running.wait(job_id, 20)
        assert record.status is JobStatus.ERROR
        assert record.error_msg == "Time limit 0.5 s exceeded."
        assert record.error_hint
        assert record.error_type == "TimeLimitExceeded"

    def test_a_memory_limit_names_peak_and_phase(self, running: HueyJobQueue) -> None:
        job_id = running.put(Balloon(megabytes=400), JobOptions(memory_limit_bytes=150 * 2**20))
        record = running.wait(job_id, 30)
        assert record.status is JobStatus.ERROR
        assert (record.error_msg or "").startswith("Memory limit 150 MiB exceeded, peak ")
        assert (record.peak_memory_bytes or 0) > 150 * 2**20

    def test_the_machines_floor_ends_the_biggest_job_and_holds_new_ones(
        self, queue: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        import psutil

        started = tmp_path / "started"
        floor = psutil.virtual_memory().total * 2
        first = queue.put(Wait(started=str(started)))
        queue.start(options=EngineOptions(floor_bytes=floor))
        reason = queue.why_waiting(first)
        assert reason is not None
        assert reason.kind is WaitKind.MEMORY
        assert "of free memory" in reason.text
        with pytest.raises(TimeoutError):
            queue.wait(first, 0.5)
        assert not started.exists()

    def test_samples_are_kept(self, running: HueyJobQueue, until: Until) -> None:
        job_id = running.put(Balloon(megabytes=50))
        until(lambda: len(running.samples(job_id)) >= 2)
        record = running.get(job_id)
        assert (record.memory_bytes or 0) > 40 * 2**20
        running.cancel(job_id)
        assert (running.wait(job_id, 20).peak_memory_bytes or 0) > 40 * 2**20
        assert running.get(job_id).memory_bytes is None


class TestSchedules:
    def test_a_due_schedule_puts_a_job_once(self, running: HueyJobQueue, until: Until) -> None:
        schedule_id = running.add_schedule(Echo(value=5), "*/5 * * * *", name="often")
        (schedule,) = running.schedules()
        assert schedule.next_run is not None
        assert schedule.next_run > datetime.now(UTC)
        edit(running, "UPDATE monitor_schedule SET next_run = ?", time.time() - 7200)
        until(lambda: running.schedules()[0].last_job_id is not None)
        job_id = running.schedules()[0].last_job_id
        assert job_id is not None
        record = running.wait(job_id, 20)
        assert (record.result, record.job_name) == (5, "often")
        assert running.counts().total == 1
        running.change_schedule(schedule_id, enabled=False)
        assert running.schedules()[0].next_run is None
        running.remove_schedule(schedule_id)
        assert running.schedules() == []
        with pytest.raises(JobQueueError):
            running.change_schedule(schedule_id, enabled=True)

    @pytest.mark.parametrize("cron", ["", "* * * *", "61 * * * *", "x * * * *", "* * 31 2 * *"])
    def test_a_wrong_expression_is_explained(self, queue: HueyJobQueue, cron: str) -> None:
        with pytest.raises(ParameterError, match="no schedule"):
            queue.add_schedule(Echo(), cron)

    def test_next_run(self) -> None:
        noon = datetime(2026, 3, 10, 12, 0).astimezone()
        assert schedules.next_run("30 18 * * *", noon) == noon.replace(hour=18, minute=30)
        assert schedules.next_run("@hourly", noon) == noon + timedelta(hours=1)
        leap = schedules.next_run("0 0 29 2 *", noon)
        assert leap.astimezone().date().isoformat() == "2028-02-29"
        with pytest.raises(ParameterError, match="no day 31"):
            schedules.next_run("0 0 31 2 *", noon)


class TestOpening:
    @pytest.mark.file_list
    def test_a_damaged_file_is_kept_and_a_new_one_started(self, queue: HueyJobQueue) -> None:
        queue.put(Echo())
        path = queue.folder.queue_db
        queue.close()
        path.write_bytes(b"this is not a database, " * 100)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        again = HueyJobQueue(queue.folder.root)
        assert again.list() == []
        assert "damaged" in again.notices[0]
        kept = [p for p in path.parent.iterdir() if ".damaged-" in p.name]
        assert kept[0].read_bytes().startswith(b"this is not a database")
        again.close()

    test_a_damaged_file_is_kept_and_a_new_one_started = pytest.mark.expects_log("is damaged")(
        test_a_damaged_file_is_kept_and_a_new_one_started
    )

    def test_a_newer_format_is_refused(self, queue: HueyJobQueue) -> None:
        from queue_core.errors import LocalFolderError

        edit(queue, "UPDATE monitor_state SET value = '99' WHERE key = 'schema_version'")
        with pytest.raises(LocalFolderError, match="newer version"):
            HueyJobQueue(queue.folder.root)


class TestTrouble:
    @pytest.mark.slow
    @pytest.mark.file_list
    def test_a_locked_database_only_delays(self, running: HueyJobQueue) -> None:
        import sqlite3
        import threading
        from contextlib import closing

        with closing(
            sqlite3.connect(running.folder.queue_db, isolation_level=None, check_same_thread=False)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            timer = threading.Timer(7.0, other.execute, ("COMMIT",))
            timer.start()
            job_id = running.put(Echo(value=1))
            timer.join()
        assert running.wait(job_id, 20).result == 1
        assert running.problem is None
