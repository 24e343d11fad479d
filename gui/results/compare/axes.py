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


@dataclass(frozen=True)
class PlotAxis:
    """One axis.

    Attributes:
        column: What it shows.
        places: Where each model stands, 0 below and 1 above; None: nowhere.
        ticks: Places and what stands beside them.
    """

    column: Column
    places: tuple[float | None, ...]
    ticks: tuple[tuple[float, str], ...]


def axes_of(found: Comparison) -> list[PlotAxis]:
    """Return the axes of a comparison: what differs, then the time, the first metrics last."""
    metrics = [column for column in found.columns if column.is_metric]
    others = [c for c in found.columns if not c.is_metric and c.differs and c.key != SECONDS]
    chosen = [*others[: MOST_AXES - 2], *metrics[1:2], *metrics[:1]]
    axes = (_axis(column) for column in chosen)
    return [axis for axis in axes if sum(place is not None for place in axis.places) > 1]


def _axis(column: Column) -> PlotAxis:
    values = [cell.value for cell in column.cells]
    if any(isinstance(value, str) for value in values):
        return _name_axis(column)
    numbers = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    if not numbers:
        return PlotAxis(column, (None,) * len(values), ())
    low, high = min(numbers), max(numbers)
    is_log = low > 0 and high / low >= LOG_FROM
    places = tuple(
        _place(value, low, high, is_log=is_log)
        if isinstance(value, float) and math.isfinite(value)
        else None
        for value in values
    )
    return PlotAxis(column, places, _ticks(numbers, low, high, is_log=is_log))


def _place(value: float, low: float, high: float, *, is_log: bool) -> float:
    if low == high:
        return 0.5
    if is_log:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _ticks(
    numbers: Sequence[float], low: float, high: float, *, is_log: bool
) -> tuple[tuple[float, str], ...]:
    """Return the values themselves where they are few, else both ends and the middle."""
    distinct = sorted(set(numbers))
    if len(distinct) > 6:
        middle = math.sqrt(low * high) if is_log else (low + high) / 2
        distinct = [low, middle, high]
    return tuple(
        (_place(value, low, high, is_log=is_log), format_number(value)) for value in distinct
    )


def _name_axis(column: Column) -> PlotAxis:
    """Return names at equal distances, in the order in which they appear."""
    names = list(dict.fromkeys(cell.text for cell in column.cells if cell.value is not None))
    last = max(1, len(names) - 1)
    at = {
        name: (0.5 if len(names) == 1 else 1 - number / last) for number, name in enumerate(names)
    }
    places = tuple(at.get(cell.text) for cell in column.cells)
    shown = names if len(names) <= MOST_NAMES else [names[0], names[-1]]
    return PlotAxis(column, places, tuple((at[name], name) for name in shown))
