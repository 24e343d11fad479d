"""From the rows a table shows to the rows it should show, in as few steps as possible.

A table knows a part of a list only, and how long the list is. What happened within the part is
told exactly; what happened above or below it is told by how far its rows have moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from queue_core.queue.values import JobPage

# Each step makes the view lay itself out again: many of them cost more than starting over.
MOST_STEPS = 24

Span = tuple[int, int]


@dataclass(frozen=True)
class RowPlan:
    """What to do to a table's rows.

    Attributes:
        page: What is known of the list afterwards.
        removed: Spans (first, last) to take out, the last one first.
        inserted: Spans (first, last) of new rows, at their final places, the first one first.
        reset: Start over: rows changed places, or too much happened.
    """

    page: JobPage
    removed: tuple[Span, ...] = ()
    inserted: tuple[Span, ...] = ()
    reset: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no rows come, go or move."""
        return not (self.reset or self.removed or self.inserted)


def plan_rows(old: JobPage, new: JobPage) -> RowPlan:
    """Return how to get from *old* to *new*; neither holds an id twice."""
    if old.total == new.total and old.start == new.start and old.ids == new.ids:
        return RowPlan(new)
    if not old.total or not new.total:
        return RowPlan(new, reset=True)
    kept = frozenset(old.ids) & frozenset(new.ids)
    if not kept:
        return _far_away(old, new)
    before = [(old.start + i, job_id) for i, job_id in enumerate(old.ids) if job_id in kept]
    after = [(new.start + i, job_id) for i, job_id in enumerate(new.ids) if job_id in kept]
    if [job_id for _, job_id in before] != [job_id for _, job_id in after]:
        return RowPlan(new, reset=True)
    removed = _gaps([row for row, _ in before])
    inserted = _gaps([row for row, _ in after])
    _add_head(old, new, before[0][0], after[0][0], removed, inserted)
    _add_tail(old, new, before[-1][0], after[-1][0], removed, inserted)
    if len(removed) + len(inserted) > MOST_STEPS:
        return RowPlan(new, reset=True)
    return RowPlan(new, tuple(reversed(removed)), tuple(inserted))


def _far_away(old: JobPage, new: JobPage) -> RowPlan:
    """Plan for another part of the list; where rows came or went meanwhile, it was above."""
    is_whole = len(old.ids) == old.total or len(new.ids) == new.total
    if is_whole:
        return RowPlan(new, reset=True)
    more = new.total - old.total
    return RowPlan(
        new,
        removed=((0, -more - 1),) if more < 0 else (),
        inserted=((0, more - 1),) if more > 0 else (),
    )


def _gaps(rows: Sequence[int]) -> list[Span]:
    """Return what lies between these rows."""
    return [(row + 1, after - 1) for row, after in pairwise(rows) if after > row + 1]


def _add_head(
    old: JobPage, new: JobPage, old_row: int, new_row: int, removed: list[Span],
    inserted: list[Span],
) -> None:  # fmt: skip
    """Add what happened above the first row that stays."""
    if old.start == 0 and new.start == 0:
        gone, come = old_row, new_row
    else:
        gone, come = max(0, old_row - new_row), max(0, new_row - old_row)
    if gone:
        removed.insert(0, (0, gone - 1))
    if come:
        inserted.insert(0, (0, come - 1))


def _add_tail(
    old: JobPage, new: JobPage, old_row: int, new_row: int, removed: list[Span],
    inserted: list[Span],
) -> None:  # fmt: skip
    """Add what happened below the last row that stays."""
    gone, come = old.total - 1 - old_row, new.total - 1 - new_row
    if not (_is_to_the_end(old) and _is_to_the_end(new)):
        stay = min(gone, come)
        gone, come = gone - stay, come - stay
    if gone:
        removed.append((old.total - gone, old.total - 1))
    if come:
        inserted.append((new.total - come, new.total - 1))


def _is_to_the_end(page: JobPage) -> bool:
    return page.start + len(page.ids) >= page.total


def spans_of(rows: Sequence[int]) -> list[Span]:
    """Return the runs of neighbours in *rows* as (first, last), in order."""
    spans: list[Span] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    return spans
