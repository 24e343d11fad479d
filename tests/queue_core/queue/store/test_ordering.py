"""The order that the user asked for is the order in which jobs run, after any number of moves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from damage import edit
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_jobs import Echo

from queue_core import HueyJobQueue
from queue_core.queue.store import lifecycle, ordering
from queue_core.queue.values import Before, JobOptions, Move


def order_of(queue: HueyJobQueue) -> list[str]:
    rows = queue._database.read(
        f"SELECT id FROM task_copy WHERE status = 'not_started' ORDER BY {lifecycle.RUN_ORDER}"
    )
    return [row["id"] for row in rows]


def moved(order: list[str], chosen: set[str], to: Move) -> list[str]:
    """Return what a person expects: the chosen ones together, one step or all the way."""
    block = [job_id for job_id in order if job_id in chosen]
    others = [job_id for job_id in order if job_id not in chosen]
    before_first = sum(1 for job_id in order[: order.index(block[0])] if job_id not in chosen)
    before_last = sum(1 for job_id in order[: order.index(block[-1])] if job_id not in chosen)
    place = {
        Move.TOP: 0,
        Move.BOTTOM: len(others),
        Move.UP: max(0, before_first - 1),
        Move.DOWN: min(len(others), before_last + 1),
    }[to]
    return [*others[:place], *block, *others[place:]]


def play(queue: HueyJobQueue, moves: list[tuple[set[int], Move]]) -> None:
    """Carry out moves within one transaction, which is then taken back, beside a list."""
    ids = order_of(queue)

    def change(connection: sqlite3.Connection) -> None:
        model = list(ids)
        for numbers, to in moves:
            chosen = {ids[number] for number in numbers}
            assert set(ordering.move(connection, chosen, to)) == chosen
            model = moved(model, chosen, to)
            assert order_of(queue) == model
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        queue._database.write(change)


@pytest.fixture
def six(queue: HueyJobQueue) -> HueyJobQueue:
    """A queue in which six jobs of three priorities wait."""
    for number in range(6):
        queue.put(Echo(value=number), JobOptions(priority=(0, 0, 2, 1, 0, 2)[number]))
    return queue


MOVES = st.lists(
    st.tuples(st.sets(st.integers(0, 5), min_size=1), st.sampled_from(Move)), max_size=300
)


@given(moves=MOVES)
@settings(max_examples=15)
def test_any_moves(six: HueyJobQueue, moves: list[tuple[set[int], Move]]) -> None:
    play(six, moves)


@pytest.mark.parametrize("to", [Move.UP, Move.DOWN])
def test_hundreds_of_small_steps(six: HueyJobQueue, to: Move) -> None:
    """Halving the room between two neighbours ends after some fifty times."""
    place = 1 if to is Move.UP else -2
    model = order_of(six)
    for _ in range(400):
        chosen = {model[place]}
        six._database.write(lambda c, chosen=chosen: ordering.move(c, chosen, to), durable=False)
        model = moved(model, chosen, to)
        assert order_of(six) == model


@pytest.mark.parametrize("position", ["NULL", "9e999", "-9e999", "'x'", "x'00'", "0", "1e308"])
def test_damaged_positions_are_numbered_anew(six: HueyJobQueue, position: str) -> None:
    model = order_of(six)
    edit(six, f"UPDATE task_copy SET position = {position} WHERE id = ?", model[3])
    model = order_of(six)
    for to in (Move.UP, Move.DOWN, Move.TOP, Move.BOTTOM, Move.UP):
        assert list(six.move([model[3]], to)) == [model[3]]
        model = moved(model, {model[3]}, to)
        assert order_of(six) == model
    later = six.put(Echo())
    assert order_of(six)[-1] == later or six.get(later).priority < six.get(model[-1]).priority


def test_jobs_are_dropped_before_any_other(six: HueyJobQueue) -> None:
    ids = [job.id for job in six.queue_order(limit=9)]
    a, b, c, d, e, f = ids
    assert list(six.move([e, b], Before(d))) == [b, e]
    assert [job.id for job in six.queue_order(limit=9)] == [a, c, b, e, d, f]
    six.move([a], Before(None))
    six.move([f, d], Before(c))
    assert [job.id for job in six.queue_order(limit=9)] == [d, f, c, b, e, a]
    six.move([c], Before(c))
    assert [job.id for job in six.queue_order(limit=4)] == [d, f, c, b]


def test_what_does_not_wait_is_not_moved(queue: HueyJobQueue) -> None:
    ended, waits = queue.put(Echo()), queue.put(Echo())
    queue.cancel(ended)
    assert list(queue.move([ended, "unknown", waits], Move.TOP)) == [waits]
    assert list(queue.move([], Move.TOP)) == []
    assert not queue.set_priority(ended, 3)


def test_a_move_that_cannot_be_stored_changes_nothing(
    six: HueyJobQueue, until: Callable[..., None]
) -> None:
    model = order_of(six)
    edit(six, "CREATE TRIGGER no BEFORE UPDATE ON task_copy WHEN NEW.id = "
         f"'{model[5]}' BEGIN SELECT RAISE(ABORT, 'no'); END")  # fmt: skip
    with pytest.raises((sqlite3.Error, Exception), match="no"):
        six.move([model[4], model[5]], Move.TOP)
    assert order_of(six) == model
