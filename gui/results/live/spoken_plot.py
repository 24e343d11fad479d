"""A plot in words, for whoever does not see it: what is drawn, between which axes, which values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from typing import Any

from gui.format import format_number
from gui.i18n import tr, tr_plural
from gui.results.live.scales import text_of
from queue_core.artifacts.figure import (
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
    Text,
    Violin,
)

# More values than these nobody keeps in mind; the tables beside a figure have them all.
MOST_VALUES = 24
MOST_MARKS = 8
# Beyond, only their number is said: the window does not wait for more.
MOST_MEASURED = 20_000


def plot_text(panel: Panel) -> str:
    """Return what a plot shows, in sentences."""
    said = [_axes(panel)]
    for mark in islice(panel.marks, MOST_MARKS):
        speak = _SPEAKERS.get(type(mark))
        text = speak(panel, mark) if speak is not None else ""
        label = getattr(mark, "label", "")
        said.append(f"{label}: {text}" if text and label else text)
    return " ".join(filter(None, said))


def _axes(panel: Panel) -> str:
    across, up = panel.x.label, panel.y.label
    if across and up:
        return tr("{across} across, {up} up.", across=across, up=up)
    return f"{across or up}." if across or up else ""


def _listed(parts: Iterable[str], count: int) -> str:
    shown = ", ".join(islice(parts, MOST_VALUES))
    more = count - MOST_VALUES
    if more > 0:
        rest = tr_plural("{count} more", "{count} more", more)
        return f"{shown}, {rest}."
    return f"{shown}." if shown else ""


def _range(axis: Axis, values: Iterable[float]) -> str:
    finite = [value for value in islice(values, MOST_MEASURED) if math.isfinite(value)]
    if not finite:
        return "—"
    return tr("{low} to {high}", low=text_of(axis, min(finite)), high=text_of(axis, max(finite)))


def _bars(panel: Panel, mark: Bars) -> str:
    axis = panel.y if mark.is_horizontal else panel.x
    pairs = zip(mark.positions, mark.values, strict=False)
    named = (f"{text_of(axis, place)} {format_number(value)}" for place, value in pairs)
    return _listed(named, len(mark.values))


def _histogram(panel: Panel, mark: Histogram) -> str:
    edges, counts = list(mark.edges), list(mark.counts)
    if not counts:
        return ""
    most = max(range(len(counts)), key=counts.__getitem__)
    return tr(
        "{range}; most, {count}, between {low} and {high}.",
        range=_range(panel.x, edges), count=format_number(counts[most]),
        low=text_of(panel.x, edges[most]), high=text_of(panel.x, edges[most + 1]),
    )  # fmt: skip


def _points(panel: Panel, mark: Points) -> str:
    number = len(mark.x)
    count = tr_plural("{count} point", "{count} points", number)
    if number > MOST_MEASURED:
        return f"{count}."
    if panel.y.scale is AxisScale.CATEGORY and len({round(place) for place in mark.y}) == 1:
        return f"{text_of(panel.y, next(iter(mark.y)))}: {count}, {_range(panel.x, mark.x)}."
    return f"{count}, {_range(panel.x, mark.x)} × {_range(panel.y, mark.y)}."


def _line(panel: Panel, mark: Line) -> str:
    if not len(mark.x):
        return ""
    return tr(
        "line over {across}, values {up}, the last {last}.",
        across=_range(panel.x, mark.x), up=_range(panel.y, mark.y),
        last=text_of(panel.y, list(mark.y)[-1]),
    )  # fmt: skip


def _lines(panel: Panel, mark: Lines) -> str:
    number = len(mark.rows)
    count = tr_plural("{count} line", "{count} lines", number)
    return f"{count}, {_range(panel.x, mark.x)}."


def _cells(panel: Panel, mark: Heatmap) -> Iterator[str]:
    columns, rows = _middles(mark.x_edges), _middles(mark.y_edges)
    for place, row in zip(rows, mark.values, strict=False):
        for across, value in zip(columns, row, strict=False):
            if math.isfinite(value):
                names = f"{text_of(panel.y, place)} × {text_of(panel.x, across)}"
                yield f"{names} {format_number(value)}"


def _middles(edges: Any) -> list[float]:
    listed = list(edges)
    return [(low + high) / 2 for low, high in pairwise(listed)]


def _heatmap(panel: Panel, mark: Heatmap) -> str:
    count = sum(len(row) for row in mark.values)
    return _listed(_cells(panel, mark), count)


def _box(panel: Panel, mark: Box) -> str:
    place, along = (panel.y, panel.x) if mark.is_horizontal else (panel.x, panel.y)
    return tr(
        "{name}: median {median}, middle half {low} to {high}.",
        name=text_of(place, mark.position), median=text_of(along, mark.median),
        low=text_of(along, mark.first_quartile), high=text_of(along, mark.third_quartile),
    )  # fmt: skip


def _violin(panel: Panel, mark: Violin) -> str:
    place, along = (panel.y, panel.x) if mark.is_horizontal else (panel.x, panel.y)
    return f"{text_of(place, mark.position)}: {_range(along, mark.values)}."


def _text(_panel: Panel, mark: Text) -> str:
    return f"{mark.text}."


_SPEAKERS: dict[type[Any], Callable[[Panel, Any], str]] = {
    Bars: _bars,
    Box: _box,
    Heatmap: _heatmap,
    Histogram: _histogram,
    Line: _line,
    Lines: _lines,
    Points: _points,
    Text: _text,
    Violin: _violin,
}
