"""What is under the pointer: the value of the nearest point, bar or cell, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF

from gui.format import format_number
from gui.i18n import tr
from gui.results.live.canvas import Canvas
from gui.results.live.drawing import bar_boxes
from gui.results.live.scales import Array, text_of, value_at
from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Box,
    Heatmap,
    Histogram,
    Line,
    Panel,
    Points,
)

NEAR_PX = 12.0


def reading_at(canvas: Canvas, marks: list[Any], at: QPointF) -> str:
    """Return what is under the pointer, the mark in front first; empty where nothing is."""
    for mark in reversed(marks):
        found = _READERS.get(type(mark), _nothing)(canvas, mark, at)
        if found:
            label = getattr(mark, "label", "")
            named = label and not isinstance(mark, Heatmap)
            return f"{label}\n{found}" if named else str(found)
    return ""


def _nothing(_canvas: Canvas, _mark: Any, _at: QPointF) -> str:
    return ""


def _named(axis: Axis, fallback: str, value: float) -> str:
    title = axis.label or fallback
    return f"{title}: {text_of(axis, value)}"


def _both(panel: Panel, x: float, y: float) -> str:
    return f"{_named(panel.x, 'x', x)}\n{_named(panel.y, 'y', y)}"


def _nearest(x: Array, y: Array, at: QPointF) -> int:
    """Return the place of the nearest point within reach, or -1."""
    away = np.hypot(x - at.x(), y - at.y())
    away = np.where(np.isfinite(away), away, np.inf)
    if not away.size:
        return -1
    nearest = int(away.argmin())
    return nearest if away[nearest] <= NEAR_PX else -1


def _point(canvas: Canvas, mark: Points, at: QPointF) -> str:
    number = _nearest(canvas.x(mark.x), canvas.y(mark.y), at)
    if number < 0:
        return ""
    said = _both(canvas.panel, float(np.asarray(mark.x)[number]), float(np.asarray(mark.y)[number]))
    if len(mark.values):
        value = format_number(float(np.asarray(mark.values)[number]))
        title = mark.value_label or tr("Value")
        said += f"\n{title}: {value}"
    return said


def _line(canvas: Canvas, mark: Line, at: QPointF) -> str:
    number = _nearest(canvas.x(mark.x), canvas.y(mark.y), at)
    if number < 0:
        return ""
    return _both(canvas.panel, float(np.asarray(mark.x)[number]), float(np.asarray(mark.y)[number]))


def _bar(canvas: Canvas, mark: Bars, at: QPointF) -> str:
    panel = canvas.panel
    across = panel.y if mark.is_horizontal else panel.x
    along = panel.x if mark.is_horizontal else panel.y
    for number, box in enumerate(bar_boxes(canvas, mark)):
        # A short bar is met beside its end, too.
        reach = box.adjusted(-4, 0, 4, 0) if mark.is_horizontal else box.adjusted(0, -4, 0, 4)
        if reach.contains(at):
            place = float(np.asarray(mark.positions)[number])
            value = float(np.asarray(mark.values)[number])
            name = text_of(across, place)
            shown = mark.texts[number] if number < len(mark.texts) else ""
            more = f" ({shown})" if shown and shown != format_number(value) else ""
            length = _named(along, tr("Value"), value)
            return f"{name}\n{length}{more}"
    return ""


def _count(canvas: Canvas, mark: Histogram, at: QPointF) -> str:
    edges = np.asarray(mark.edges)
    value = _value_at_x(canvas, at.x())
    number = int(np.searchsorted(edges, value, side="right")) - 1
    if not 0 <= number < len(mark.counts):
        return ""
    axis = canvas.panel.x
    low, high = text_of(axis, float(edges[number])), text_of(axis, float(edges[number + 1]))
    count = float(np.asarray(mark.counts)[number])
    height = _named(canvas.panel.y, tr("Rows"), count)
    return f"{axis.label or 'x'}: {low} – {high}\n{height}"


def _cell(canvas: Canvas, mark: Heatmap, at: QPointF) -> str:
    x, y = _value_at_x(canvas, at.x()), _value_at_y(canvas, at.y())
    column = int(np.searchsorted(np.asarray(mark.x_edges), x, side="right")) - 1
    row = int(np.searchsorted(np.asarray(mark.y_edges), y, side="right")) - 1
    values = np.asarray(mark.values, dtype=float)
    if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]):
        return ""
    value = float(values[row, column])
    shown = "—" if not np.isfinite(value) else format_number(value)
    title = mark.label or tr("Value")
    said = f"{title}: {shown}"
    places = [_side(canvas.panel.x, mark.x_edges, column), _side(canvas.panel.y, mark.y_edges, row)]
    return "\n".join([*filter(None, places), said])


def _side(axis: Axis, edges: Any, number: int) -> str:
    low, high = float(np.asarray(edges)[number]), float(np.asarray(edges)[number + 1])
    if axis.scale is AxisScale.CATEGORY:
        name = text_of(axis, (low + high) / 2)
        return f"{axis.label}: {name}" if axis.label else name
    return f"{axis.label or 'x'}: {text_of(axis, low)} – {text_of(axis, high)}"


def _summary(canvas: Canvas, mark: Box, at: QPointF) -> str:
    half = mark.width / 2
    side = canvas.y if mark.is_horizontal else canvas.x
    first, second = side([mark.position - half, mark.position + half]).tolist()
    place = at.y() if mark.is_horizontal else at.x()
    if not min(first, second) <= place <= max(first, second):
        return ""
    panel = canvas.panel
    axis = panel.x if mark.is_horizontal else panel.y
    names = text_of(panel.y if mark.is_horizontal else panel.x, mark.position)
    parts = (
        (tr("Upper whisker"), mark.high), (tr("Third quartile"), mark.third_quartile),
        (tr("Median"), mark.median), (tr("First quartile"), mark.first_quartile),
        (tr("Lower whisker"), mark.low), (tr("Mean"), mark.mean),
    )  # fmt: skip
    lines = [f"{title}: {text_of(axis, value)}" for title, value in parts if value is not None]
    return "\n".join(filter(None, (names, *lines)))


def _value_at_x(canvas: Canvas, pixel: float) -> float:
    share = (pixel - canvas.box.left()) / canvas.box.width()
    share = 1 - share if canvas.panel.x.is_inverted else share
    view = canvas.across
    return value_at(canvas.panel.x, view.low + share * (view.high - view.low))


def _value_at_y(canvas: Canvas, pixel: float) -> float:
    share = (pixel - canvas.box.top()) / canvas.box.height()
    share = share if canvas.panel.y.is_inverted else 1 - share
    view = canvas.up
    return value_at(canvas.panel.y, view.low + share * (view.high - view.low))


_READERS: dict[type[Any], Any] = {
    Points: _point,
    Line: _line,
    Bars: _bar,
    Histogram: _count,
    Heatmap: _cell,
    Box: _summary,
}
