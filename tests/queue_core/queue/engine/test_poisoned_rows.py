"""One row that another program or a bit has damaged: it is said, and it holds up nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from damage import WRONG_VALUES, columns, edit, poison, read_everything, stored
from sample_jobs import Echo, Progresses

from queue_core import HueyJobQueue, JobStatus
from queue_core.errors import MonitorError
from queue_core.queue.engine import engine
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import JobOptions, Move, RetentionPolicy

pytestmark = [pytest.mark.file_list, pytest.mark.sweep]

Until = Callable[..., None]

OPTIONS = EngineOptions(grace_s=0.3)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine look for what is wrong more often: each test here waits for that."""
    monkeypatch.setattr(engine, "_RECOVERY_INTERVAL_S", 0.5)
    monkeypatch.setattr(engine, "_MENDING_INTERVAL_S", 0.2)


def _poisoned(queue: HueyJobQueue, value: str) -> dict[int, str]:
    """Put a job for each column and damage it there; return the columns by number of row."""
    victims = {}
    for column in columns():
        job_id = queue.put(Echo(value=column))
        ((rowid,),) = stored(queue, "SELECT rowid FROM task_copy WHERE id = ?", job_id)
        if poison(queue, job_id, column, value):
            victims[int(str(rowid))] = column
    return victims


def _unfinished(queue: HueyJobQueue, victims: dict[int, str]) -> dict[str, object]:
    """Return the victims that have not ended, with what is said of them."""
    rows = dict(stored(queue, "SELECT rowid, status FROM task_copy"))
    return {
        column: rows.get(rowid)
        for rowid, column in victims.items()
        if rows.get(rowid) not in ("finished", "error", "cancelled", "killed")
    }


def _check(queue: HueyJobQueue, victims: dict[int, str], until: Until) -> None:
    after = queue.put(Echo(value="after"))
    assert queue.wait(after, 60).result == "after"
    queue.wait_until(lambda: not _unfinished(queue, victims), 30)
    assert _unfinished(queue, victims) == {}
    silent = stored(
        queue, "SELECT id, error_msg FROM task_copy WHERE status = 'error' AND "
        "COALESCE(error_msg, '') = ''"
    )  # fmt: skip
    assert silent == []
    assert read_everything(queue, [after]) == []
    removed = queue.remove(queue.ids())
    assert after in removed
    assert stored(queue, "SELECT rowid, id FROM task_copy") == []


@pytest.mark.expects_log
@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
class TestEveryColumn:
    def test_before_the_start(self, queue: HueyJobQueue, until: Until, value: str) -> None:
        good = queue.put(Echo(value="good"))
        victims = _poisoned(queue, value)
        ids = queue.ids()
        assert len(ids) == len(list(columns())) + 1
        assert read_everything(queue, [str(job_id) for job_id in ids]) == []
        queue.start(workers=2, options=OPTIONS)
        assert queue.wait(good, 30).result == "good"
        _check(queue, victims, until)

    def test_while_the_queue_runs(self, queue: HueyJobQueue, until: Until, value: str) -> None:
        queue.start(workers=2, options=OPTIONS)
        queue.pause_queue()
        victims = _poisoned(queue, value)
        assert read_everything(queue, []) == []
        queue.resume_queue()
        _check(queue, victims, until)

    def test_while_the_job_runs(
        self, queue: HueyJobQueue, tmp_path: Path, until: Until, value: str
    ) -> None:
        queue.start(workers=4, options=OPTIONS)
        go = tmp_path / "go"
        victims = {}
        waiting = list(columns())
        while waiting:
            some, waiting = waiting[:4], waiting[4:]
            started = {}
            for column in some:
                started[column] = tmp_path / f"started-{column}"
                job_id = queue.put(Progresses(started=str(started[column]), go=str(go)))
                ((rowid,),) = stored(queue, "SELECT rowid FROM task_copy WHERE id = ?", job_id)
                until(started[column].exists)
                if poison(queue, job_id, column, value):
                    victims[int(str(rowid))] = column
            assert read_everything(queue, []) == []
            go.touch()
            until(lambda: not queue.running_here())
            go.unlink()
        _check(queue, victims, until)


# Rows that nobody has put, and rows that do not fit together.
STRANGE = {
    "id_null": "(id, task_type, status, origin, position) VALUES (NULL, 'X', 'not_started', ?, 0)",
    "id_number": "(id, task_type, status, origin, position) VALUES (5, 'X', 'not_started', ?, 0)",
    "id_blob": "(id, task_type, status, origin, position) VALUES (x'ff', 'X', 'not_started', ?, 0)",
    "id_empty": "(id, task_type, status, origin, position) VALUES ('', 'X', 'not_started', ?, 0)",
    "bare": "(id, task_type, status, origin, position) VALUES ('bare', 'X', 'not_started', ?, 0)",
    "started": "(id, task_type, status, origin) VALUES ('bare', 'X', 'started', ?)",
    "started_null": "(id, task_type, status, origin) VALUES (NULL, 'X', 'started', ?)",
    "started_blob": "(id, task_type, status, origin) VALUES (x'ff', 'X', 'started', ?)",
    "started_number": "(id, task_type, status, origin, owner) VALUES (7, 'X', 'started', ?, 5)",
    "big_pid": "(id, task_type, status, origin, pid, owner) "
    "VALUES ('p', 'X', 'started', ?, 9223372036854775807, '999999:1.0')",
    "foreign_pid": "(id, task_type, status, origin, pid, owner) VALUES "
    "('p', 'X', 'started', ?, 1, '1:x')",
    "requested": "(id, task_type, status, origin, requested) "
    "VALUES ('r', 'X', 'not_started', ?, 'cancel')",
    "requested_null_id": "(id, task_type, status, origin, requested) "
    "VALUES (NULL, 'X', 'not_started', ?, 'cancel')",
    "no_such_status": "(id, task_type, status, origin) VALUES ('s', 'X', 'dreaming', ?)",
}


@pytest.mark.expects_log
@pytest.mark.parametrize("live", [False, True], ids=["before", "live"])
@pytest.mark.parametrize("row", STRANGE.values(), ids=STRANGE)
def test_a_row_that_nobody_has_put(queue: HueyJobQueue, until: Until, row: str, live: bool) -> None:
    if live:
        queue.start(options=OPTIONS)
    edit(queue, f"INSERT INTO task_copy {row}", "dashai-monitor")
    assert read_everything(queue, []) == []
    if not live:
        queue.start(options=OPTIONS)
    good = queue.put(Echo(value=1))
    assert queue.wait(good, 30).result == 1
    until(queue.is_empty, 20)
    assert read_everything(queue, []) == []
    assert all(record.status.is_final for record in queue.list())
    queue.remove(queue.ids())
    assert queue.counts().total == 0


@pytest.mark.expects_log
def test_a_row_that_claims_to_run_here_and_does_not(running: HueyJobQueue, until: Until) -> None:
    """E.g. a file that was copied back, or a row whose id another program has changed."""
    ended = running.put(Echo())
    running.wait(ended, 30)
    owner = running.consumers()[0].owner
    edit(running, "UPDATE task_copy SET status = 'started', owner = ? WHERE id = ?", owner, ended)
    until(lambda: running.get(ended).status.is_final)
    assert "no program runs it" in (running.get(ended).error_msg or "")


OTHER_TABLES = {
    "attempt": "INSERT INTO monitor_attempt (job_id, attempt, status) VALUES ('{id}', 'x', 'odd')",
    "attempt_blob": "INSERT INTO monitor_attempt (job_id, attempt, status) "
    "VALUES ('{id}', 1, x'ff')",
    "sample": "INSERT INTO monitor_sample VALUES ('{id}', 'x', 'y', 9e999, x'00')",
    "consumer_null": "INSERT INTO monitor_state VALUES ('consumer:5:1.0', NULL)",
    "consumer_text": "INSERT INTO monitor_state VALUES ('consumer:5:1.0', '{{')",
    "consumer_blob": "INSERT INTO monitor_state VALUES (x'ff', x'ff')",
    "change_last": "INSERT INTO monitor_change VALUES (9223372036854775807, 'x', 0)",
    "change_blob": "INSERT INTO monitor_change (job_id, deleted) VALUES (x'ff', 'x')",
    "message": "UPDATE task SET data = 'xxx'",
    "message_number": "UPDATE task SET data = 1000000000000000",
    "message_foreign": "INSERT INTO task (queue, data, priority) "
    "VALUES ('dashai-monitor', x'80049500', 100)",
    "message_gone": "DELETE FROM task",
    "message_shared": "UPDATE task_copy SET message_id = (SELECT MIN(message_id) FROM task_copy)",
    "results": "INSERT INTO kv VALUES ('dashai-monitor', 'r:x', x'ff')",
    "schedule": "INSERT INTO monitor_schedule (id, name, cron, task_type, job_blob, created_at, "
    "next_run) VALUES (x'ff', 5, x'ff', 7, 'x', x'00', 1)",
    "schedule_null": "INSERT INTO monitor_schedule (id, name, cron, task_type, job_blob, "
    "created_at, next_run, enabled) VALUES (NULL, '', '', '', '', '', 'x', 'on')",
    "dependency": "INSERT INTO monitor_dependency VALUES ('{id}', 'nobody')",
    "dependency_self": "INSERT INTO monitor_dependency VALUES ('{id}', '{id}')",
    "dependency_blob": "INSERT INTO monitor_dependency VALUES (x'ff', x'ff')",
}


@pytest.mark.expects_log
@pytest.mark.parametrize("live", [False, True], ids=["before", "live"])
@pytest.mark.parametrize("sql", OTHER_TABLES.values(), ids=OTHER_TABLES)
def test_rows_of_the_other_tables(queue: HueyJobQueue, until: Until, sql: str, live: bool) -> None:
    if live:
        queue.start(options=OPTIONS)
        queue.pause_queue()
    victim = queue.put(Echo(value=0))
    others = [queue.put(Echo(value=number)) for number in (1, 2)]
    edit(queue, sql.format(id=victim))
    assert read_everything(queue, [victim]) == []
    if live:
        queue.resume_queue()
    else:
        queue.start(options=OPTIONS)
    for number, job_id in enumerate(others, 1):
        assert queue.wait(job_id, 30).result == number
    until(lambda: queue.get(victim).status.is_final, 20)
    assert queue.wait(queue.put(Echo(value=3)), 30).result == 3
    assert read_everything(queue, [victim]) == []
    assert queue.remove([victim]) == (victim,)


@pytest.mark.expects_log
def test_a_job_behind_one_that_was_deleted(queue: HueyJobQueue, until: Until) -> None:
    """Another program deletes rows without telling those that wait for them."""
    first = queue.put(Echo())
    skipped = queue.put(Echo(), JobOptions(after=(first,)))
    runs = queue.put(Echo(value=1), JobOptions(after=(first,), after_policy="run_anyway"))  # type: ignore[arg-type]
    behind = queue.put(Echo(), JobOptions(after=(skipped,)))
    edit(queue, "DROP TRIGGER monitor_forget")
    edit(queue, "DELETE FROM task_copy WHERE id = ?", first)
    queue.start(options=OPTIONS)
    until(queue.is_empty, 20)
    assert queue.get(skipped).status is JobStatus.CANCELLED
    assert "removed" in (queue.get(skipped).error_msg or "")
    assert queue.get(behind).status is JobStatus.CANCELLED
    assert queue.get(runs).result == 1


@pytest.mark.parametrize("ended", [False, True], ids=["waiting", "ended"])
@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_every_order_to_a_damaged_row_is_carried_out_or_refused(
    queue: HueyJobQueue, value: str, ended: bool
) -> None:
    """By a program that runs no jobs, so that nothing has been put right before."""
    victims = {}
    for column in columns():
        job_id = queue.put(Echo(value=column))
        if ended:
            edit(queue, "UPDATE task_copy SET status = 'error', error_msg = 'x', "
                 "finished_at = enqueued_at WHERE id = ?", job_id)  # fmt: skip
        ((rowid,),) = stored(queue, "SELECT rowid FROM task_copy WHERE id = ?", job_id)
        if poison(queue, job_id, column, value):
            victims[column] = f"damaged-row-{rowid}" if column == "id" else job_id
    raised = []
    for column, job_id in victims.items():
        for name, order in (
            ("retry", lambda j=job_id: queue.retry(j)),
            ("pause", lambda j=job_id: queue.pause(j)),
            ("resume", lambda j=job_id: queue.resume(j)),
            ("move", lambda j=job_id: queue.move([j], Move.UP)),
            ("priority", lambda j=job_id: queue.set_priority(j, 1)),
            ("pin", lambda j=job_id: queue.pin([j], pinned=False)),
            ("logs", lambda j=job_id: queue.search_logs("x", [j])),
            ("stacks", lambda j=job_id: queue.stack_snapshot(j)),
            ("cancel", lambda j=job_id: queue.cancel(j)),
        ):
            try:
                order()
            except MonitorError:
                pass
            except Exception as error:  # noqa: BLE001 - the point of it
                raised.append(f"{name} of {column}: {type(error).__name__}: {error}")
    assert raised == []
    repeated = [record for record in queue.list() if record.retry_of in victims.values()]
    assert [record.damage for record in repeated if record.damage] == []
    queue.clean_up(RetentionPolicy(max_count=3, max_bytes=0, max_age_days=1))
    assert read_everything(queue, []) == []


@pytest.mark.parametrize("value", ["NULL", "x'00ff'", "9e999", "'{'", "'[1, null, {}]'"])
def test_a_report_of_a_damaged_row(queue: HueyJobQueue, tmp_path: Path, value: str) -> None:
    for column in ("params", "error_frames", "traceback", "attempt", "result", "started_at"):
        job_id = queue.put(Echo())
        queue.cancel(job_id)
        poison(queue, job_id, column, value)
        assert queue.crash_report(job_id, tmp_path).exists()
