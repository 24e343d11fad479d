from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gui.jobs.row_plan import MOST_STEPS, plan_rows, spans_of

IDS = st.lists(st.sampled_from([f"job{n}" for n in range(40)]), unique=True)


@given(IDS, IDS)
def test_following_the_plan_leads_to_the_new_rows(old: list[str], new: list[str]) -> None:
    plan = plan_rows(old, new)
    rows = list(old)
    if plan.reset:
        rows = list(plan.ids)
    for first, last in plan.removed:
        assert 0 <= first <= last < len(rows)
        del rows[first : last + 1]
    for first, last in plan.inserted:
        assert 0 <= first <= len(rows)
        rows[first:first] = plan.ids[first : last + 1]
    assert rows == new
    assert plan.rows == {job_id: row for row, job_id in enumerate(new)}
    assert plan.is_empty == (old == new)


def test_a_new_job_on_top_is_one_step() -> None:
    old = [f"job{n}" for n in range(1000)]
    plan = plan_rows(old, ["new", *old])
    assert (plan.reset, plan.removed, plan.inserted) == (False, (), ((0, 0),))


def test_jobs_that_changed_places_start_over() -> None:
    assert plan_rows(["a", "b", "c"], ["c", "a", "b"]).reset


def test_too_many_small_steps_start_over() -> None:
    old = [f"job{n}" for n in range(1000)]
    assert plan_rows(old, old[:: 1000 // (MOST_STEPS * 4)]).reset
    assert not plan_rows(old, old[10:]).reset


def test_neighbouring_rows_are_one_span() -> None:
    assert spans_of([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
