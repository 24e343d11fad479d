"""Which stretch of its axes a panel shows at first: all of its marks, and a little room around."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gui.results.live.scales import Array, View, measured
from queue_core.artifacts.figure import (
    Area,
    Axis,
    AxisScale,
    Bars,
    Box,
    Heatmap,
    Histogram,
    Line,
    Lines,
    Panel,
    Points,
    Rule,
    Violin,
)

MARGIN = 0.045
TEXT_MARGIN = 0.14


def views_of(panel: Panel) -> tuple[View, View]:
    """Return the stretches along x and y."""
    return _view(panel, panel.x, is_x=True), _view(panel, panel.y, is_x=False)


def _view(panel: Panel, axis: Axis, *, is_x: bool) -> View:
    if axis.scale is AxisScale.CATEGORY and axis.categories:
        low, high = -0.5, len(axis.categories) - 0.5
        margins = (0.0, 0.0)
    else:
        found = [_finite(measured(axis, values)) for values in _values(panel, is_x=is_x)]
        numbers = np.concatenate([part for part in found if part.size] or [np.array([0.0, 1.0])])
        low, high = float(numbers.min()), float(numbers.max())
        margins = _margins(panel, is_x=is_x, low=low, high=high)
    span = high - low
    if span <= 0:
        span = abs(low) or 1.0
        low, high = low - span / 2, high + span / 2
    low, high = low - span * margins[0], high + span * margins[1]
    ends = measured(axis, [np.nan if e is None else e for e in (axis.minimum, axis.maximum)])
    low = float(ends[0]) if np.isfinite(ends[0]) else low
    high = float(ends[1]) if np.isfinite(ends[1]) else high
    return View(low, high) if high > low else View(low - 0.5, low + 0.5)


def _margins(panel: Panel, *, is_x: bool, low: float, high: float) -> tuple[float, float]:
    """Return the room below and above: none where cells or bars end."""
    if any(isinstance(mark, Heatmap) for mark in panel.marks):
        return (0.0, 0.0)
    below, above = MARGIN, MARGIN
    for mark in panel.marks:
        if isinstance(mark, Bars) and mark.is_horizontal == is_x:
            room = TEXT_MARGIN if mark.texts else MARGIN
            below = 0.0 if low >= 0 else max(below, room)
            above = 0.0 if high <= 0 else max(above, room)
        elif isinstance(mark, Histogram) and not is_x:
            below = 0.0
    return below, above


def _values(panel: Panel, *, is_x: bool) -> Iterator[Any]:
    for mark in panel.marks:
        yield from _values_of(mark, is_x=is_x)


def _values_of(mark: Any, *, is_x: bool) -> Iterator[Any]:
    if isinstance(mark, Points | Line):
        yield mark.x if is_x else mark.y
    elif isinstance(mark, Lines):
        yield from (mark.x,) if is_x else mark.rows
    elif isinstance(mark, Area):
        yield from (mark.x,) if is_x else (mark.low, mark.high)
    elif isinstance(mark, Histogram):
        yield mark.edges if is_x else (0.0, *mark.counts)
    elif isinstance(mark, Heatmap):
        yield mark.x_edges if is_x else mark.y_edges
    elif isinstance(mark, Bars):
        yield from _bar_values(mark, along=mark.is_horizontal == is_x)
    elif isinstance(mark, Box):
        ends = (mark.low, mark.high, *mark.outliers)
        half = mark.width / 2
        across = (mark.position - half, mark.position + half)
        yield ends if mark.is_horizontal == is_x else across
    elif isinstance(mark, Violin):
        half = mark.width / 2
        across = (mark.position - half, mark.position + half)
        yield mark.values if mark.is_horizontal == is_x else across
    elif isinstance(mark, Rule) and mark.is_horizontal != is_x:
        yield (mark.value,)


def _bar_values(mark: Bars, *, along: bool) -> Iterator[Any]:
    if not along:
        places = np.asarray(mark.positions)
        yield from (places - mark.width / 2, places + mark.width / 2)
        return
    bases = np.asarray(mark.bases) if len(mark.bases) else np.zeros(len(mark.values))
    ends = bases + np.asarray(mark.values)
    yield from (bases, ends)
    if len(mark.errors):
        yield from (ends - np.asarray(mark.errors), ends + np.asarray(mark.errors))


def _finite(values: Array) -> Array:
    return values[np.isfinite(values)]
