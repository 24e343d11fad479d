"""How the attempts of a timeline are laid out: lanes, and rows in them where none overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush

from gui.i18n import mark, tr
from gui.jobs.type_looks import TASK_TYPES, type_icon, type_word
from queue_core.queue.timeline import Crowd, Span, Timeline


class Grouping(StrEnum):
    """What a lane is."""

    TYPE = "type"
    SLOT = "slot"


GROUPINGS = {Grouping.TYPE: mark("By type"), Grouping.SLOT: mark("What ran at once")}


@dataclass(frozen=True)
class Placed:
    """An attempt in its row.

    Attributes:
        span: It.
        row: Its row within the lane, from 0.
    """

    span: Span
    row: int


@dataclass(frozen=True)
class Lane:
    """What belongs together.

    Attributes:
        title: Its heading.
        icon: Name of its icon; may be empty.
        placed: Its attempts.
        rows: How many rows they take.
        crowds: Those that are counted only; a row below the others shows them.
        count: How many attempts there are, all in all.
    """

    title: str
    icon: str
    placed: Sequence[Placed]
    rows: int
    crowds: Sequence[Crowd]
    count: int

    @property
    def height_rows(self) -> int:
        """How many rows it takes with that of the crowds."""
        return self.rows + bool(self.crowds)


def lanes_of(timeline: Timeline, grouping: Grouping) -> list[Lane]:
    """Return the lanes of a timeline."""
    if grouping is Grouping.TYPE:
        return _by_type(timeline)
    placed, rows = pack(timeline.spans)
    lanes = [
        Lane(tr("No. {number}", number=row + 1), "", alone, 1, (), len(alone))
        for row in range(rows)
        if (alone := [Placed(item.span, 0) for item in placed if item.row == row])
    ]
    if timeline.crowds:
        count = sum(crowd.count for crowd in timeline.crowds)
        lanes.append(Lane(tr("Short ones"), "", (), 0, _together(timeline.crowds), count))
    return lanes


def _by_type(timeline: Timeline) -> list[Lane]:
    spans: dict[str, list[Span]] = {}
    crowds: dict[str, list[Crowd]] = {}
    for span in timeline.spans:
        spans.setdefault(span.task_type, []).append(span)
    for crowd in timeline.crowds:
        crowds.setdefault(crowd.task_type, []).append(crowd)
    lanes = []
    for kind in sorted(spans.keys() | crowds.keys(), key=_place_of_type):
        placed, rows = pack(spans.get(kind, ()))
        short = crowds.get(kind, [])
        count = len(placed) + sum(crowd.count for crowd in short)
        lanes.append(Lane(type_word(kind), type_icon(kind), placed, rows, short, count))
    return lanes


def pack(spans: Iterable[Span]) -> tuple[list[Placed], int]:
    """Return attempts in as few rows as there ran at once; these come in order of their begin."""
    placed: list[Placed] = []
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    rows = 0
    for span in spans:
        while busy and busy[0][0] <= span.begin_s:
            heappush(free, heappop(busy)[1])
        if free:
            row = heappop(free)
        else:
            row, rows = rows, rows + 1
        heappush(busy, (span.end_s, row))
        placed.append(Placed(span, row))
    return placed, rows


def _together(crowds: Iterable[Crowd]) -> list[Crowd]:
    sums: dict[int, tuple[int, int]] = {}
    for crowd in crowds:
        count, failed = sums.get(crowd.step, (0, 0))
        sums[crowd.step] = (count + crowd.count, failed + crowd.failed)
    return [Crowd("", step, *both) for step, both in sorted(sums.items())]


def _place_of_type(kind: str) -> tuple[int, str]:
    return (TASK_TYPES.index(kind) if kind in TASK_TYPES else len(TASK_TYPES), kind)
