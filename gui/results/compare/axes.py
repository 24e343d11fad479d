"""What the plot over parameters shows: one axis each, and where a model stands on it.

Knows no widgets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gui.format import format_number
from gui.results.comparison import SECONDS, Column, Comparison

MOST_AXES = 10
MOST_NAMES = 12
# From this ratio on, equal steps are equal ratios.
LOG_FROM = 50.0
MOST_TICKS = 6
MISSING_SHARE = 0.14

Tick = tuple[float, str]


@dataclass(frozen=True)
class PlotAxis:
    """One axis.

    Attributes:
        column: What it shows.
        places: Where each model stands, 0 below and 1 above.
        ticks: Places and what stands beside them.
    """

    column: Column
    places: tuple[float, ...]
    ticks: tuple[Tick, ...]


def axes_of(found: Comparison) -> list[PlotAxis]:
    """Return the axes of a comparison: what differs, then the leading metrics, the first last."""
    metrics = [column for column in found.columns if column.is_metric]
    others = [c for c in found.columns if not c.is_metric and c.differs and c.key != SECONDS]
    chosen = [*others[: MOST_AXES - 2], *metrics[1:2], *metrics[:1]]
    return [_axis(column) for column in chosen] if others else []


def _axis(column: Column) -> PlotAxis:
    values = [cell.value for cell in column.cells]
    if any(isinstance(value, str) for value in values):
        names = [cell.text if cell.value is not None else None for cell in column.cells]
        places, ticks = _of_names(names)
    else:
        numbers = [v if isinstance(v, float) and math.isfinite(v) else None for v in values]
        places, ticks = _of_numbers(numbers)
    there = [place for place in places if place is not None]
    if len(there) == len(places):
        return PlotAxis(column, tuple(there), tuple(ticks))
    # What a model does not have stands below all values.
    lifted = tuple(0.0 if place is None else _lifted(place) for place in places)
    shown = ((0.0, "—"), *((_lifted(place), text) for place, text in ticks))
    return PlotAxis(column, lifted, shown)


def _lifted(place: float) -> float:
    return MISSING_SHARE + (1 - MISSING_SHARE) * place


def _of_numbers(numbers: Sequence[float | None]) -> tuple[list[float | None], list[Tick]]:
    """Return places and ticks: the values themselves where they are few, else ends and middle."""
    distinct = sorted({number for number in numbers if number is not None})
    if not distinct:
        return [None] * len(numbers), []
    low, high = distinct[0], distinct[-1]
    is_log = low > 0 and high / low >= LOG_FROM

    def place(value: float) -> float:
        if low == high:
            return 0.5
        if is_log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    if len(distinct) > MOST_TICKS:
        distinct = [low, math.sqrt(low * high) if is_log else (low + high) / 2, high]
    places = [None if number is None else place(number) for number in numbers]
    return places, [(place(value), format_number(value)) for value in distinct]


def _of_names(names: Sequence[str | None]) -> tuple[list[float | None], list[Tick]]:
    """Return places at equal distances, in the order in which the names appear."""
    distinct = list(dict.fromkeys(name for name in names if name is not None))
    last = len(distinct) - 1
    at = {name: 1 - number / last if last else 0.5 for number, name in enumerate(distinct)}
    shown = distinct if len(distinct) <= MOST_NAMES else [distinct[0], distinct[-1]]
    places = [None if name is None else at[name] for name in names]
    return places, [(at[name], name) for name in shown]
