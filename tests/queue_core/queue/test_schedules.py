"""Schedules that cannot be put, rows that say nothing: each by itself, and told."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from damage import edit
from sample_jobs import Echo

from queue_core import JobQueueError
from queue_core.queue import schedules
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import Schedule

LONG_AGO_S = 1.0
UNSIGNED = "UPDATE monitor_schedule SET job_blob = x'00'"


def put_due(queue: HueyJobQueue) -> None:
    schedules.put_due(queue._database, queue._put_scheduled)


def by_name(queue: HueyJobQueue) -> Mapping[str, Schedule]:
    return {item.name: item for item in queue.schedules()}


def put_names(queue: HueyJobQueue) -> list[str]:
    return sorted(record.job_name for record in queue.list())


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("job_blob = x'00'", "signature"),
        ("job_blob = 7", "could not be put"),
        ("params = '{'", "params"),
        ("params = x'ff'", "params"),
        ("cron = 'every day'", "2 fields instead of 5"),
        ("cron = '0 0 31 2 *'", "no day 31"),
        ("cron = x'2a'", "cron"),
        ("name = x'00ff'", "name"),
        ("task_type = x'00'", "task_type"),
        ("id = NULL", "id"),
    ],
)
def test_a_damaged_schedule_keeps_no_other_one_from_its_time(
    queue: HueyJobQueue, damage: str, says: str
) -> None:
    for name in ("bad", "good", "later"):
        queue.add_schedule(Echo(), "0 3 * * *", name=name)
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", LONG_AGO_S)
    edit(queue, f"UPDATE monitor_schedule SET {damage} WHERE name = 'bad'")
    put_due(queue)
    assert [name for name in put_names(queue) if name in ("good", "later")] == ["good", "later"]
    (bad,) = (item for item in queue.schedules() if item.name not in ("good", "later"))
    assert bad.problem is not None
    assert says in bad.problem
    assert by_name(queue)["good"].problem is None
    jobs = queue.counts().total
    put_due(queue)
    assert queue.counts().total == jobs, "what could not be put is not tried each second"
    queue.remove_schedule(bad.id)
    assert sorted(by_name(queue)) == ["good", "later"]


def test_what_is_put_is_what_was_signed(queue: HueyJobQueue) -> None:
    queue.add_schedule(Echo(value="good"), "0 3 * * *", name="nightly")
    edit(queue, "UPDATE monitor_schedule SET next_run = ?, environment = '{', params = '{}'",
         LONG_AGO_S)  # fmt: skip
    put_due(queue)
    (record,) = queue.list()
    queue.start()
    assert queue.wait(record.id, 30).result == "good"


@pytest.mark.file_list
def test_a_name_that_is_not_utf_8_is_shown_as_it_is(queue: HueyJobQueue) -> None:
    queue.add_schedule(Echo(), "0 3 * * *", name="x")
    edit(queue, "UPDATE monitor_schedule SET name = CAST(x'ff41' AS TEXT)")
    assert list(by_name(queue)) == ["\\xffA"]


@pytest.mark.parametrize("moment", ["'soon'", "x'00'", "9e999", "1e300", "-9e999"])
def test_a_next_time_that_is_none_is_worked_out_again(queue: HueyJobQueue, moment: str) -> None:
    queue.add_schedule(Echo(), "0 3 * * *", name="nightly")
    edit(queue, f"UPDATE monitor_schedule SET next_run = {moment}")
    assert by_name(queue)["nightly"].problem is not None
    put_due(queue)
    schedule = by_name(queue)["nightly"]
    assert schedule.problem is None
    assert schedule.next_run is not None
    assert timedelta() < schedule.next_run - datetime.now(UTC) <= timedelta(hours=26)
    assert queue.counts().total == 0


@pytest.mark.parametrize("rule", ["0 3 * * *", "*/5 * * * *", "0 3 * * 1"])
def test_a_clock_that_stood_years_ahead_puts_nothing_off(queue: HueyJobQueue, rule: str) -> None:
    queue.add_schedule(Echo(), rule, name="often")
    in_years = datetime.now(UTC) + timedelta(days=2000)
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", in_years.timestamp())
    put_due(queue)
    (schedule,) = queue.schedules()
    assert schedule.next_run == schedules.next_run(rule, datetime.now(UTC))
    assert queue.counts().total == 0


def test_a_clock_that_goes_back_a_little_puts_nothing_twice(queue: HueyJobQueue) -> None:
    """The run after the next one stands there when the next one has run before its time."""
    queue.add_schedule(Echo(), "0 3 * * 1", name="weekly")
    first = schedules.next_run("0 3 * * 1", datetime.now(UTC))
    second = schedules.next_run("0 3 * * 1", first)
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", second.timestamp())
    put_due(queue)
    assert queue.schedules()[0].next_run == second


def test_a_problem_is_told_and_goes_when_its_cause_is_gone(queue: HueyJobQueue) -> None:
    schedule_id = queue.add_schedule(Echo(), "0 3 * * *", name="nightly")
    edit(queue, "CREATE TABLE kept AS SELECT job_blob FROM monitor_schedule")
    edit(queue, UNSIGNED)
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", LONG_AGO_S)
    put_due(queue)
    (notice,) = queue.notices
    assert "nightly" in notice
    assert "signature" in notice
    schedule = by_name(queue)["nightly"]
    assert (schedule.enabled, schedule.last_job_id) == (True, None)
    assert schedule.next_run is not None
    assert schedule.next_run > datetime.now(UTC)
    edit(queue, "UPDATE monitor_schedule SET job_blob = (SELECT job_blob FROM kept)")
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", LONG_AGO_S)
    put_due(queue)
    assert by_name(queue)["nightly"].problem is None
    assert queue.notices == ()
    assert queue.counts().total == 1
    edit(queue, "UPDATE monitor_schedule SET cron = 'never'")
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", LONG_AGO_S)
    put_due(queue)
    assert by_name(queue)["nightly"].next_run is None
    queue.change_schedule(schedule_id, cron="@hourly")
    mended = by_name(queue)["nightly"]
    assert (mended.problem, mended.next_run is None) == (None, False)


def test_a_copy_that_fails_half_way_leaves_nothing(queue: HueyJobQueue) -> None:
    queue.add_schedule(Echo(), "0 3 * * *", name="first")
    queue.add_schedule(Echo(), "0 3 * * *", name="second")
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", LONG_AGO_S)

    def put(row: Any) -> str:
        job_id = queue._put_scheduled(row)
        if row["name"] == "first":
            raise RuntimeError("the disk made a noise")
        return job_id

    schedules.put_due(queue._database, put)
    assert put_names(queue) == ["second"]
    assert by_name(queue)["first"].problem == (
        "It could not be put: RuntimeError: the disk made a noise."
    )


@pytest.mark.file_list
def test_what_the_database_does_not_take_is_tried_again(queue: HueyJobQueue) -> None:
    queue.add_schedule(Echo(), "0 3 * * *", name="nightly")
    edit(queue, "UPDATE monitor_schedule SET next_run = ?", LONG_AGO_S)

    def put(_row: Any) -> str:
        raise sqlite3.OperationalError("database or disk is full")

    schedules.put_due(queue._database, put)
    assert by_name(queue)["nightly"].next_run == datetime.fromtimestamp(LONG_AGO_S, UTC)
    put_due(queue)
    assert put_names(queue) == ["nightly"]


def test_a_closed_queue_is_no_exception(queue: HueyJobQueue) -> None:
    queue.close()
    with pytest.raises(JobQueueError, match="closed"):  # told by the one who asks each second
        put_due(queue)
    assert queue.notices == ()


@pytest.mark.file_list
def test_an_older_file_gets_the_column(queue: HueyJobQueue) -> None:
    queue.add_schedule(Echo(), "0 3 * * *", name="nightly")
    queue.close()
    edit(queue, "ALTER TABLE monitor_schedule DROP COLUMN problem")
    edit(queue, "UPDATE monitor_state SET value = '3' WHERE key = 'schema_version'")
    again = HueyJobQueue(queue.folder.root)
    assert by_name(again)["nightly"].problem is None
    again.close()


class Clock:
    """A clock that the test sets, in place of the module's."""

    def __init__(self, moment: datetime) -> None:
        self.now_s = moment.timestamp()

    def time(self) -> float:
        return self.now_s


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes no zone from the environment")
class TestClocks:
    @pytest.fixture
    def tick(
        self, queue: HueyJobQueue, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[datetime, str], Callable[[float], int]]:
        """Start a schedule in Berlin at a moment; the result lets time pass and counts jobs."""

        def start(moment: datetime, rule: str) -> Callable[[float], int]:
            clock = Clock(moment)

            class Now(datetime):
                @classmethod
                def now(cls, tz: Any = None) -> Now:
                    return cls.fromtimestamp(clock.now_s, tz)

            monkeypatch.setattr(schedules, "time", clock)
            monkeypatch.setattr(schedules, "datetime", Now)
            queue.add_schedule(Echo(), rule, name="often")
            following = schedules.next_run(rule, moment).timestamp()
            edit(queue, "UPDATE monitor_schedule SET next_run = ?", following)

            def pass_time(seconds: float) -> int:
                clock.now_s += seconds
                put_due(queue)
                return queue.counts().total

            return pass_time

        monkeypatch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield start  # type: ignore[misc]
        monkeypatch.undo()
        time.tzset()

    @pytest.mark.parametrize("day", [(2026, 3, 28, 23, 30), (2026, 10, 24, 22, 30)])
    def test_an_hour_that_is_left_out_or_shown_twice(
        self, tick: Callable[..., Callable[[float], int]], day: tuple[int, ...]
    ) -> None:
        pass_time = tick(datetime(*day, tzinfo=UTC), "0 * * * *")  # type: ignore[misc]
        assert [pass_time(60) for _ in range(240)][-1] == 4

    def test_what_was_slept_through_is_put_once(
        self, tick: Callable[..., Callable[[float], int]]
    ) -> None:
        pass_time = tick(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "*/5 * * * *")
        assert pass_time(3 * 86_400) == 1
        assert pass_time(1) == 1
        assert pass_time(300) == 2
