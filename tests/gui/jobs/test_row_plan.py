from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gui.jobs.row_plan import MOST_STEPS, plan_rows, spans_of
from gui.jobs.shown_rows import ShownRows
from queue_core.queue.values import JobPage

IDS = st.lists(st.sampled_from([f"job{n}" for n in range(40)]), unique=True)


def whole(ids: list[str]) -> JobPage:
    return JobPage(len(ids), 0, tuple(ids))


def followed(old: JobPage, new: JobPage) -> ShownRows:
    """Return what a table knows after it took the steps, none of which may contradict a row."""
    rows = ShownRows()
    rows.set(old)
    plan = plan_rows(old, new)
    if plan.reset:
        rows.set(new)
        return rows
    for first, last in plan.removed:
        assert 0 <= first <= last < rows.total
        rows.remove(first, last)
    for first, last in plan.inserted:
        assert 0 <= first <= rows.total
        rows.insert(first, last, new)
    assert rows.total == new.total
    return rows


@given(IDS, IDS)
def test_following_the_plan_leads_to_the_new_rows(old: list[str], new: list[str]) -> None:
    rows = followed(whole(old), whole(new))
    assert rows.ids == new
    assert [rows.row_of(job_id) for job_id in new] == list(range(len(new)))
    assert plan_rows(whole(old), whole(new)).is_empty == (old == new)


@given(IDS, IDS, st.integers(0, 40), st.integers(0, 40), st.integers(1, 20))
def test_parts_of_lists_agree_where_both_know_a_row(
    old: list[str], new: list[str], old_start: int, new_start: int, size: int
) -> None:
    before = JobPage(len(old), old_start, tuple(old[old_start : old_start + size]))
    after = JobPage(len(new), new_start, tuple(new[new_start : new_start + size]))
    rows = followed(before, after)
    for job_id in set(after.ids) & set(before.ids):
        assert rows.row_of(job_id) == new.index(job_id)


def test_a_new_job_on_top_is_one_step() -> None:
    old = [f"job{n}" for n in range(1000)]
    plan = plan_rows(whole(old), whole(["new", *old]))
    assert (plan.reset, plan.removed, plan.inserted) == (False, (), ((0, 0),))


def test_a_part_far_down_moves_when_jobs_come_on_top() -> None:
    ids = [f"job{n}" for n in range(1000)]
    old = JobPage(1_000_000, 5000, tuple(ids))
    plan = plan_rows(old, JobPage(1_000_003, 5003, tuple(ids)))
    assert (plan.reset, plan.removed, plan.inserted) == (False, (), ((0, 2),))
    elsewhere = plan_rows(old, JobPage(1_000_003, 900_000, ("x",)))
    assert (elsewhere.reset, elsewhere.inserted) == (False, ((0, 2),))


def test_jobs_that_changed_places_start_over() -> None:
    assert plan_rows(whole(["a", "b", "c"]), whole(["c", "a", "b"])).reset


def test_too_many_small_steps_start_over() -> None:
    old = [f"job{n}" for n in range(1000)]
    assert plan_rows(whole(old), whole(old[:: 1000 // (MOST_STEPS * 4)])).reset
    assert not plan_rows(whole(old), whole(old[10:])).reset


def test_neighbouring_rows_are_one_span() -> None:
    assert spans_of([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
