"""Cancel, pause, retry: what was said about an order is what becomes of the job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from damage import edit, stored
from sample_jobs import Echo, Progresses, Wait

from queue_core import BaseJob, HueyJobQueue, JobQueueError, JobStatus
from queue_core.queue.engine.job_huey import JobTask
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.store import lifecycle, presence
from queue_core.queue.store.database import OwnershipLostError
from queue_core.queue.store.handover import Cancelled, Claim, EndedAttempt, broken_end
from queue_core.queue.store.sqlite_errors import DatabaseBusyError
from queue_core.queue.values import AfterPolicy, JobOptions
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome

Until = Callable[..., None]


class Unlucky(BaseJob):
    """Leaves a line for each attempt, and fails with a broken connection."""

    def run(self) -> None:
        with Path(self.kwargs["path"]).open("a") as file:
            file.write("ran\n")
        raise ConnectionResetError("the server went away")


RETRY = JobOptions(max_attempts=3, retry_delay_s=0.05)


@pytest.mark.parametrize("step", range(12))
def test_a_cancel_in_any_moment_of_a_retry_is_final(
    running: HueyJobQueue, tmp_path: Path, until: Until, step: int
) -> None:
    path = tmp_path / "ran"
    job_id = running.put(Unlucky(path=str(path)), RETRY)
    until(path.exists)
    threading.Event().wait(step * 0.01)
    said = running.cancel(job_id)
    record = running.wait(job_id, 30)
    assert record.status is (JobStatus.CANCELLED if said else JobStatus.ERROR)
    if said:
        ran = path.read_text()
        running.wait(running.put(Echo()), 30)
        time.sleep(0.1)
        assert path.read_text() == ran, "it ran after it was said to be cancelled"


class TestTheEndOfAnAttempt:
    """Each order at each place of an end, on the rows alone: no clock, no process."""

    @pytest.fixture
    def claim(self, queue: HueyJobQueue) -> lifecycle.Claim:
        queue.put(Echo(), JobOptions(max_attempts=3))
        found = queue._database.write(
            lambda c: lifecycle.claim(c, "1:owner", "here:1/1", lambda _: 42, time.time())
        )
        assert found is not None
        return found

    @staticmethod
    def end(queue: HueyJobQueue, ended: EndedAttempt) -> JobStatus | None:
        return queue._database.write(lambda c: lifecycle.end(c, ended))

    @pytest.mark.parametrize("reason", EndReason)
    @pytest.mark.parametrize("retry", [False, True])
    def test_a_cancel_before_it_wins(
        self, queue: HueyJobQueue, claim: lifecycle.Claim, reason: EndReason, retry: bool
    ) -> None:
        assert queue._database.write(lambda c: lifecycle.cancel(c, claim.job_id)) is Cancelled.ASKED
        for order in ("pause", "resume"):
            assert not queue._database.write(lambda c, o=order: lifecycle.ask(c, claim.job_id, o))
        ended = EndedAttempt(
            claim, Outcome(reason, error=ErrorReport("X", "x")), time.time() if retry else None
        )
        assert self.end(queue, ended) is JobStatus.CANCELLED
        assert queue.get(claim.job_id).status is JobStatus.CANCELLED
        assert (
            queue._database.write(
                lambda c: lifecycle.claim(c, "1:owner", "here:1/1", lambda _: 42, time.time() + 99)
            )
            is None
        )

    @pytest.mark.parametrize("reason", EndReason)
    def test_a_cancel_after_the_last_one_comes_too_late(
        self, queue: HueyJobQueue, claim: lifecycle.Claim, reason: EndReason
    ) -> None:
        status = self.end(queue, EndedAttempt(claim, Outcome(reason)))
        assert not queue.cancel(claim.job_id)
        record = queue.get(claim.job_id)
        assert record.status is status
        assert record.status is not JobStatus.ERROR or record.error_msg

    def test_a_cancel_between_two_attempts_is_final(
        self, queue: HueyJobQueue, claim: lifecycle.Claim
    ) -> None:
        ended = EndedAttempt(
            claim, Outcome(EndReason.RAISED, error=ErrorReport("X", "x")), time.time(), 3
        )
        assert self.end(queue, ended) is JobStatus.NOT_STARTED
        assert queue.cancel(claim.job_id)
        assert queue.get(claim.job_id).status is JobStatus.CANCELLED
        assert self.end(queue, ended) is None, "an end that is stored twice"

    def test_what_has_not_begun_waits_again_and_has_used_no_attempt(
        self, queue: HueyJobQueue, claim: lifecycle.Claim
    ) -> None:
        unbegun = replace(broken_end(claim), has_begun=False)
        assert self.end(queue, unbegun) is JobStatus.NOT_STARTED
        record = queue.get(claim.job_id)
        assert (record.status, record.attempt) == (JobStatus.NOT_STARTED, 1)
        assert queue.attempts(claim.job_id) == []
        again = queue._database.write(
            lambda c: lifecycle.claim(c, "1:owner", "here:1/2", lambda _: 43, time.time())
        )
        assert again is not None
        assert (again.attempt, again.max_attempts) == (1, 3)
        assert self.end(queue, unbegun) is None, "another worker of this consumer runs it"
        assert queue._database.write(lambda c: lifecycle.cancel(c, claim.job_id)) is Cancelled.ASKED
        assert self.end(queue, replace(broken_end(again), has_begun=False)) is JobStatus.CANCELLED
        assert queue.get(claim.job_id).status is JobStatus.CANCELLED

    def test_the_end_of_an_attempt_is_not_that_of_the_next(
        self, queue: HueyJobQueue, claim: lifecycle.Claim
    ) -> None:
        ended = EndedAttempt(
            claim, Outcome(EndReason.RAISED, error=ErrorReport("X", "x")), time.time() - 1, 3
        )
        self.end(queue, ended)
        second = queue._database.write(
            lambda c: lifecycle.claim(c, "1:owner", "here:1/1", lambda _: 43, time.time())
        )
        assert second is not None
        assert second.attempt == 2
        assert self.end(queue, ended) is None
        assert stored(queue, "SELECT status, attempt FROM task_copy") == [("started", 2)]
        assert [attempt.attempt for attempt in queue.attempts(claim.job_id)] == [1]

    @pytest.mark.parametrize(
        "edited", ["status = 'killed'", "status = 'not_started'", "owner = 'x'", "owner = NULL",
                   "started_at = 'x'", "attempt = 7", "attempt = 'x'"],
    )  # fmt: skip
    def test_what_another_program_has_edited_is_put_right(
        self, queue: HueyJobQueue, claim: lifecycle.Claim, edited: str
    ) -> None:
        edit(queue, f"UPDATE task_copy SET {edited}")
        ended = EndedAttempt(claim, Outcome(EndReason.FINISHED, result_json="1"))
        assert self.end(queue, ended) is JobStatus.FINISHED
        assert queue.get(claim.job_id).result == 1

    def test_a_dead_owner_ends_it_once(self, queue: HueyJobQueue, claim: lifecycle.Claim) -> None:
        (row,) = queue._database.read("SELECT rowid FROM task_copy")
        interrupt = lambda c: lifecycle.interrupt(c, row[0], "1:owner")  # noqa: E731
        assert queue._database.write(interrupt) is JobStatus.KILLED
        assert queue._database.write(interrupt) is None
        assert queue.get(claim.job_id).interruptions == 1


def test_cancel_against_finish(running: HueyJobQueue, tmp_path: Path, until: Until) -> None:
    """A True is final, whoever is first."""
    for number in range(12):
        started, go = tmp_path / f"s{number}", tmp_path / f"g{number}"
        job_id = running.put(Progresses(started=str(started), go=str(go)))
        until(started.exists)
        go.touch()
        threading.Event().wait(0.004 * number)
        said = running.cancel(job_id)
        record = running.wait(job_id, 30)
        assert record.status is (JobStatus.CANCELLED if said else JobStatus.FINISHED)
        assert running.get(job_id).status is record.status


def test_orders_from_another_program(running: HueyJobQueue, tmp_path: Path, until: Until) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    job_id = running.put(Progresses(started=str(started), go=str(go)))
    until(started.exists)
    with closing(HueyJobQueue(running.folder.root)) as other:
        for _ in range(3):
            assert other.pause(job_id)
            until(lambda: other.get(job_id).paused)
            assert not other.pause(job_id)
            assert other.resume(job_id)
            until(lambda: not other.get(job_id).paused)
            assert not other.resume(job_id)
        go.touch()
        assert other.wait(job_id, 30).status is JobStatus.FINISHED
        assert not other.pause(job_id)
        assert not other.cancel(job_id)


def test_a_paused_job_is_cancelled(running: HueyJobQueue, tmp_path: Path, until: Until) -> None:
    for by_another in (False, True):
        started = tmp_path / f"started{by_another}"
        job_id = running.put(Wait(started=str(started)))
        until(started.exists)
        assert running.pause(job_id)
        with closing(HueyJobQueue(running.folder.root)) as other:
            assert (other if by_another else running).cancel(job_id)
        assert running.wait(job_id, 30).status is JobStatus.CANCELLED
    assert running.wait(running.put(Echo(value=1)), 30).result == 1


def test_a_pause_that_comes_as_the_job_ends(
    running: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    """It must not stop the process that another job gets."""
    for number in range(10):
        started, go = tmp_path / f"s{number}", tmp_path / f"g{number}"
        job_id = running.put(Progresses(started=str(started), go=str(go)))
        until(started.exists)
        go.touch()
        threading.Event().wait(0.003 * number)
        if running.pause(job_id) and not running.get(job_id).status.is_final:
            running.resume(job_id)
        assert running.wait(job_id, 30).status is JobStatus.FINISHED
    assert running.wait(running.put(Echo(value=1)), 30).result == 1


def test_threads_that_order_at_once(running: HueyJobQueue, tmp_path: Path, until: Until) -> None:
    """Pause, resume, cancel and retry of the same jobs; nothing stays behind."""
    running.start(workers=2)
    ids = [running.put(Wait(started=str(tmp_path / f"s{n}"), seconds=20)) for n in range(2)]
    raised: list[BaseException] = []
    until(lambda: (tmp_path / "s0").exists() and (tmp_path / "s1").exists())

    def order(seed: int) -> None:
        for step in range(12):
            job_id = ids[(seed + step) % len(ids)]
            try:
                match (seed * 7 + step) % 4:
                    case 0:
                        running.pause(job_id)
                    case 1:
                        running.resume(job_id)
                    case 2:
                        running.cancel(job_id)
                    case _:
                        ids.append(running.retry(job_id))
            except JobQueueError as error:
                if "has not ended" not in str(error):
                    raised.append(error)
            except BaseException as error:  # noqa: BLE001 - told by the test
                raised.append(error)

    threads = [threading.Thread(target=order, args=(seed,)) for seed in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    for job_id in ids:
        running.cancel(job_id)
    until(running.is_empty, 60)
    assert {running.get(job_id).status for job_id in ids} <= {
        JobStatus.CANCELLED,
        JobStatus.FINISHED,
    }
    assert running.wait(running.put(Echo(value=1)), 30).result == 1


@pytest.mark.expects_log  # of a deleted row it is told that what waited for it was let go
@pytest.mark.parametrize("policy", AfterPolicy)
@pytest.mark.parametrize("how", ["error", "cancelled", "removed", "deleted", "retried"])
def test_what_waits_for_a_job_is_let_go_however_it_ends(
    queue: HueyJobQueue, until: Until, policy: AfterPolicy, how: str
) -> None:
    first = queue.put(Unlucky(path="/dev/null"))
    behind = queue.put(Echo(value=1), JobOptions(after=(first,), after_policy=policy))
    last = queue.put(Echo(value=2), JobOptions(after=(behind,), after_policy=policy))
    match how:
        case "cancelled":
            assert queue.cancel(first)
        case "removed" | "retried":
            edit(queue, "UPDATE task_copy SET status = 'killed' WHERE id = ?", first)
        case "deleted":
            edit(queue, "DELETE FROM task_copy WHERE id = ?", first)
    if how == "removed":
        assert queue.remove([first]) == (first,)
    if how == "retried":
        queue.retry(first)
    queue.start(options=EngineOptions(grace_s=0.3))
    until(queue.is_empty, 30)
    expected = {
        AfterPolicy.SKIP: (JobStatus.CANCELLED, JobStatus.CANCELLED),
        AfterPolicy.RUN_ANYWAY: (JobStatus.FINISHED, JobStatus.FINISHED),
    }[policy]
    assert (queue.get(behind).status, queue.get(last).status) == expected
    if policy is AfterPolicy.SKIP:
        assert (queue.get(behind).error_msg or "").startswith("Skipped")


@pytest.mark.expects_log
def test_who_may_be_taken_for_dead_begins_no_job(running: HueyJobQueue) -> None:
    engine = running._engine
    assert engine is not None
    engine._owner.on_lost(OwnershipLostError("The server could not be reached."))
    job = running.put(Echo(value=1))
    assert not running._bell.wait(0.01)
    assert not engine.may_start_away()
    assert running.get(job).status is JobStatus.NOT_STARTED
    engine._owner.on_lost(None)
    assert running.wait(job, 30).result == 1


def test_a_worker_that_finishes_waits_for_a_job_that_it_has_just_taken(
    running: HueyJobQueue, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_of, announce = running._huey.task_of, presence.announce
    taken, go, refused = threading.Event(), threading.Event(), threading.Event()

    def held_up(claim: Claim, worker: object) -> JobTask:
        taken.set()
        assert go.wait(30)
        return task_of(claim, worker)

    def refuse(*arguments: object) -> None:
        if not refused.is_set():
            refused.set()
            raise DatabaseBusyError("Another program holds the list.")
        announce(*arguments)

    monkeypatch.setattr(running._huey, "task_of", held_up)
    monkeypatch.setattr(presence, "announce", refuse)
    job = running.put(Echo(value=1))
    assert taken.wait(30)
    running.finish()
    assert refused.is_set()
    assert (running.is_busy, running.running_here()) == (True, ())
    go.set()
    until(lambda: not running.is_busy)
    assert running.get(job).result == 1
    until(lambda: not running.consumers())
