"""From the ids a table shows to the ids it should show, in as few steps as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

# Each step makes the view lay itself out again: many of them cost more than starting over.
MOST_STEPS = 24


@dataclass(frozen=True)
class RowPlan:
    """What to do to a table's rows.

    Attributes:
        ids: All ids afterwards, in order.
        rows: Row of each id afterwards.
        removed: Spans (first, last) to take out, the last one first.
        inserted: Spans (first, last) of new rows, at their final places, the first one first.
        reset: Start over: rows changed places, or too much happened.
    """

    ids: list[str]
    rows: dict[str, int] = field(repr=False)
    removed: tuple[tuple[int, int], ...] = ()
    inserted: tuple[tuple[int, int], ...] = ()
    reset: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to be done."""
        return not (self.reset or self.removed or self.inserted)


def plan_rows(old: Sequence[str], new: Sequence[str]) -> RowPlan:
    """Return how to get from *old* to *new*; neither holds an id twice."""
    ids = list(new)
    rows = {job_id: row for row, job_id in enumerate(ids)}
    if list(old) == ids:
        return RowPlan(ids, rows)
    known = frozenset(old)
    kept_before = [job_id for job_id in old if job_id in rows]
    kept_after = [job_id for job_id in ids if job_id in known]
    if not old or kept_before != kept_after:
        return RowPlan(ids, rows, reset=True)
    removed = _spans([row for row, job_id in enumerate(old) if job_id not in rows])
    inserted = _spans([row for row, job_id in enumerate(ids) if job_id not in known])
    if len(removed) + len(inserted) > MOST_STEPS:
        return RowPlan(ids, rows, reset=True)
    return RowPlan(ids, rows, removed=tuple(reversed(removed)), inserted=tuple(inserted))


def spans_of(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return the runs of neighbours in *rows* as (first, last), in order."""
    return _spans(sorted(rows))


def _spans(rows: Sequence[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    return spans
