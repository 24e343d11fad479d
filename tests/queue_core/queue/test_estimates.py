from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_jobs import Echo, Wait

from queue_core.queue.estimates import (
    Expected,
    History,
    Likeness,
    Running,
    by_progress,
    forecast,
    quantile,
    range_words,
)
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.upkeep.forecasting import Forecaster
from queue_core.queue.values import WaitKind

FOREST = Likeness("ModelJob", "RandomForest", "dataset_id=1", 1000)
TREE = Likeness("ModelJob", "Tree", "dataset_id=1", 1000)


def history(*ran: tuple[Likeness, list[float]]) -> History:
    return History.of((like, seconds) for like, all_s in ran for seconds in all_s)


def test_nothing_is_said_of_what_was_seen_too_rarely() -> None:
    assert History().expected(FOREST) is None
    assert history((FOREST, [1.0, 2.0])).expected(FOREST) is None
    assert history((FOREST, [1.0, 2.0, 3.0])).expected(Likeness("DatasetJob")) is None


def test_the_range_holds_the_middle_of_like_jobs() -> None:
    random.seed(4)
    times = [random.lognormvariate(3, 0.4) for _ in range(400)]
    found = history((FOREST, times)).expected(FOREST)
    assert found is not None
    inside = sum(found.low_s <= seconds <= found.high_s for seconds in times) / len(times)
    assert 0.6 < inside < 0.8
    assert found.count == 400


def test_one_like_job_moves_the_guess_and_many_make_it() -> None:
    others = [2.0, 3.0, 4.0, 3.0, 2.5]

    def middle(*forests: float) -> float:
        found = history((TREE, others), (FOREST, list(forests))).expected(FOREST)
        assert found is not None
        return math.sqrt(found.low_s * found.high_s)

    assert 2 < middle() < 4
    assert 3 < middle(60.0) < 60
    assert 50 < middle(*[60.0] * 20) < 65


def test_size_of_the_data_counts_where_the_data_itself_is_new() -> None:
    small, big = (
        Likeness("ExplorerJob", "corr", "a", 1000),
        Likeness("ExplorerJob", "corr", "b", 8_000_000),
    )
    known = history((small, [1.0] * 10), (big, [100.0] * 10))
    found = known.expected(Likeness("ExplorerJob", "corr", "c", 7_500_000))
    assert found is not None
    assert found.low_s > 20


def test_the_longer_it_runs_the_less_the_short_ones_say() -> None:
    known = history((FOREST, [10.0] * 20 + [100.0] * 5))
    at_first, later = known.expected(FOREST), known.expected(FOREST, elapsed_s=20)
    assert at_first is not None
    assert later is not None
    assert at_first.low_s < 15
    assert later.low_s == pytest.approx(72)  # 80 s on, a tenth to either side
    assert known.expected(FOREST, elapsed_s=101) is None  # longer than any before it


@settings(max_examples=50)
@given(st.lists(st.floats(0.01, 1e5), min_size=3, max_size=30), st.floats(0, 1e5))
def test_a_range_is_a_range(times: list[float], elapsed_s: float) -> None:
    found = history((FOREST, times)).expected(FOREST, elapsed_s=elapsed_s)
    assert found is None or 0 <= found.low_s <= found.high_s < math.inf
    assert min(times) <= quantile(sorted(times), 0.3) <= max(times)


def test_progress_is_believed_more_the_more_of_it_there_is() -> None:
    early, late = by_progress(10, 10), by_progress(90, 90)
    assert early is not None
    assert late is not None
    assert early.low_s < 90 < early.high_s
    assert late.high_s - late.low_s < (early.high_s - early.low_s) / 10
    assert [by_progress(1, 50), by_progress(60, 1), by_progress(60, None)] == [None] * 3


def test_the_queue_is_played_through() -> None:
    known = history((FOREST, [10.0] * 30))
    running = [Running("r", FOREST, elapsed_s=4.0)]
    found = forecast(known, running, [("a", FOREST), ("b", FOREST), ("c", FOREST)], workers=2)
    middles = {name: (e.low_s + e.high_s) / 2 for name, e in found.starts.items()}
    assert middles == pytest.approx({"a": 0, "b": 6, "c": 10}, abs=0.5)
    assert found.all_s is not None
    assert (found.all_s.low_s + found.all_s.high_s) / 2 == pytest.approx(20, abs=1)


def test_what_lies_behind_an_unknown_job_is_unknown() -> None:
    known = history((FOREST, [10.0] * 30))
    waiting = [("a", FOREST), ("b", Likeness("Strange")), ("c", FOREST)]
    found = forecast(known, [], waiting, workers=1)
    assert set(found.starts) == {"a", "b"}
    assert (found.all_s, found.unknown) == (None, 1)


@pytest.mark.parametrize(
    ("low_s", "high_s", "words"),
    [
        (18.2, 21.7, "about 20 s"), (20, 20.1, "about 20 s"), (0.2, 0.7, "about 1 s"),
        (120, 245, "about 2–4 min"), (3000, 5300, "about 50–90 min"), (7000, 11000, "about 2–3 h"),
    ],
)  # fmt: skip
def test_ranges_are_said_as_coarsely_as_they_deserve(
    low_s: float, high_s: float, words: str
) -> None:
    assert range_words(Expected(low_s, high_s)) == words


def test_a_real_queue_learns_from_what_it_ran(queue: HueyJobQueue, tmp_path: Path) -> None:
    assert queue.forecast().all_s is None
    queue.start(workers=1)
    for number in range(4):
        queue.wait(queue.put(Echo(value=number, model="forest")), 30)
    queue.put(Wait(started=str(tmp_path / "runs")))
    assert queue.wait_until((tmp_path / "runs").exists, 30)
    first, second = queue.put(Echo(model="forest")), queue.put(Echo(model="tree"))
    with queue._database.transaction() as connection:
        connection.execute("UPDATE task_copy SET run_seconds = 40 WHERE task_type = 'Echo'")
        connection.execute("UPDATE task_copy SET params = '{broken' WHERE rowid = 1")
    found = Forecaster(queue._database).forecast(workers=2)
    assert set(found.starts) == {first, second}
    assert found.starts[first] == Expected(0, 0)
    assert found.starts[second] == Expected(0, pytest.approx(44))
    assert found.unknown == 1  # nobody knows how long the waiting takes
    queue.cancel_all()
    queue.stop()


def test_why_a_job_waits_says_when_it_starts(
    queue: HueyJobQueue, tmp_path: Path, until: Callable[..., None]
) -> None:
    for _ in range(3):
        queue.put(Wait(started=str(tmp_path / "never")))
    with queue._database.transaction() as connection:
        connection.execute("UPDATE task_copy SET status = 'finished', run_seconds = 60")
    queue.start(workers=1)
    jobs = [queue.put(Wait(started=str(tmp_path / "runs"))) for _ in range(3)]
    until((tmp_path / "runs").exists)
    reason = queue.why_waiting(jobs[2])
    assert reason is not None
    assert (reason.kind, reason.values["position"]) == (WaitKind.POSITION, 2)
    assert reason.text == "2nd in the queue; starts in about 2 min."
    queue.cancel_all()
    queue.stop()
