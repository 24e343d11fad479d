"""Draws each kind of mark with Qt's painter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui.results.live.canvas import Canvas, colour_table, ends_of, shares_of
from gui.results.live.numbers import local_number
from gui.results.live.points import FEW_POINTS, draw_points, marker
from gui.results.live.scales import Array
from gui.theme import small_font
from queue_core.artifacts.figure import (
    Area,
    AxisScale,
    Bars,
    Box,
    Color,
    Heatmap,
    Histogram,
    Line,
    Lines,
    Points,
    Rule,
    Text,
    Tone,
    Violin,
)

# More corners than this are thinned to what pixels can show.
MOST_CORNERS = 20_000
MOST_TEXTS = 400
FAR_PX = -1e5
BRIGHT = 0.55
THICKEST_PX = 48.0


def draw_mark(canvas: Canvas, mark: Any) -> None:
    """Draw one mark of a panel."""
    canvas.painter.save()
    _DRAWERS[type(mark)](canvas, mark)
    canvas.painter.restore()


def polygon(x: Array, y: Array) -> QPolygonF:
    """Return points as Qt takes them."""
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])


def _thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """Return a line with at most some thousands of corners: the ends of each stretch stay."""
    if len(x) <= MOST_CORNERS:
        return x, y
    step = -(-len(x) // (MOST_CORNERS // 2))
    whole = len(y) // step * step
    parts = np.where(np.isfinite(y[:whole]), y[:whole], 0).reshape(-1, step)
    starts = np.arange(len(parts)) * step
    kept = np.unique(np.concatenate([starts + parts.argmin(1), starts + parts.argmax(1)]))
    return x[kept], y[kept]


def _line(canvas: Canvas, mark: Line) -> None:
    x, y = _thinned(canvas.x(mark.x), canvas.y(mark.y))
    if mark.is_stepped and len(x) > 1:
        x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    painter = canvas.painter
    painter.setPen(canvas.pen(mark.color, mark.width, mark.style, mark.opacity))
    is_there = np.isfinite(x) & np.isfinite(y)
    x, y = np.clip(x, -1e5, 1e5), np.clip(y, -1e5, 1e5)
    for part in _stretches(is_there):
        painter.drawPolyline(polygon(x[part], y[part]))
    if mark.has_markers and len(x) <= FEW_POINTS:
        painter.setBrush(canvas.colour(mark.color))
        painter.setPen(Qt.PenStyle.NoPen)
        for a, b in zip(x[is_there].tolist(), y[is_there].tolist(), strict=True):
            painter.drawEllipse(QPointF(a, b), 3, 3)


def _stretches(is_there: Array) -> list[slice]:
    """Return the stretches without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_there, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _lines(canvas: Canvas, mark: Lines) -> None:
    x = canvas.x(mark.x)
    colours: tuple[Color, ...] = tuple(mark.colors) or (0,)
    # Hundreds of lines are drawn many times as fast without smoothing.
    canvas.painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=len(mark.rows) < 200)
    for number, row in enumerate(mark.rows):
        pen = canvas.pen(colours[number % len(colours)], mark.width, opacity=mark.opacity)
        canvas.painter.setPen(pen)
        y = canvas.y(row)
        for part in _stretches(np.isfinite(x) & np.isfinite(y)):
            canvas.painter.drawPolyline(polygon(x[part], y[part]))


def _area(canvas: Canvas, mark: Area) -> None:
    x, low, high = canvas.x(mark.x), canvas.y(mark.low), canvas.y(mark.high)
    is_there = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    x, low, high = x[is_there], low[is_there], high[is_there]
    canvas.painter.setPen(Qt.PenStyle.NoPen)
    canvas.painter.setBrush(canvas.colour(mark.color, mark.opacity))
    around = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
    canvas.painter.drawPolygon(polygon(*around))


def bar_boxes(canvas: Canvas, mark: Bars) -> list[QRectF]:
    """Return where the bars are, in pixels."""
    bases = np.asarray(mark.bases) if len(mark.bases) else np.zeros(len(mark.values))
    along = canvas.x if mark.is_horizontal else canvas.y
    across = canvas.y if mark.is_horizontal else canvas.x
    places, half = np.asarray(mark.positions), mark.width / 2
    axis = canvas.panel.y if mark.is_horizontal else canvas.panel.x
    if axis.scale is AxisScale.CATEGORY:  # a few names in much room are no walls
        one = abs(float(np.diff(across(np.asarray([0.0, 1.0])))[0]))
        half = min(half, THICKEST_PX / 2 / max(one, 1e-9))
    edge = canvas.box.left() if mark.is_horizontal else canvas.box.bottom()
    # On a logarithmic axis there is no 0 to begin at.
    start = np.nan_to_num(along(bases), nan=edge)
    found = along(bases + np.asarray(mark.values))
    ends = start, np.where(np.isfinite(found), found, start)
    sides = across(places - half), across(places + half)
    if mark.is_horizontal:
        return _boxes(ends, sides)
    return _boxes(sides, ends)


def _boxes(x: tuple[Array, Array], y: tuple[Array, Array]) -> list[QRectF]:
    found = zip(*(np.nan_to_num(part).tolist() for part in (*x, *y)), strict=True)
    return [QRectF(QPointF(a, c), QPointF(b, d)).normalized() for a, b, c, d in found]


def _bars(canvas: Canvas, mark: Bars) -> None:
    painter = canvas.painter
    painter.setPen(Qt.PenStyle.NoPen)
    boxes = bar_boxes(canvas, mark)
    for number, box in enumerate(boxes):
        colour = mark.colors[number] if mark.colors else mark.color
        painter.fillRect(box, canvas.colour(colour, mark.opacity))
    painter.setPen(canvas.pen(Tone.MUTED, 1.0))
    ends = np.asarray(mark.values) + (np.asarray(mark.bases) if len(mark.bases) else 0.0)
    for number, error in enumerate(mark.errors):
        end = float(ends[number])
        if not (np.isfinite(end) and np.isfinite(error)):
            continue
        middle = boxes[number].center()
        if mark.is_horizontal:
            low, high = np.nan_to_num(canvas.x([end - error, end + error])).tolist()
            painter.drawLine(QPointF(low, middle.y()), QPointF(high, middle.y()))
        else:
            low, high = np.nan_to_num(canvas.y([end - error, end + error])).tolist()
            painter.drawLine(QPointF(middle.x(), low), QPointF(middle.x(), high))
    if mark.texts and len(boxes) <= MOST_TEXTS:
        _bar_texts(canvas, mark, boxes)


def _bar_texts(canvas: Canvas, mark: Bars, boxes: list[QRectF]) -> None:
    canvas.painter.setFont(small_font())
    outside, inside = canvas.colour(Tone.MUTED), QColor(canvas.colours.surface)
    high = canvas.painter.fontMetrics().lineSpacing()
    for box, value, written in zip(boxes, mark.values, mark.texts, strict=False):
        text = local_number(written)
        wide = canvas.painter.fontMetrics().horizontalAdvance(text) + 8
        is_inside = False
        if mark.is_horizontal and box.height() + 4 >= high:
            left = box.right() if value >= 0 else box.left() - wide
            if left < canvas.box.left():  # the names of the bars stand there
                left = box.right()
            is_inside = left + wide > canvas.box.right() + 2 and box.width() > wide
            left = box.right() - wide if is_inside else left
            place = QRectF(left, box.center().y() - high / 2, wide, high)
        elif not mark.is_horizontal and box.width() + 12 >= wide:
            top = box.top() - high if value >= 0 else box.bottom()
            place = QRectF(box.center().x() - wide / 2, top, wide, high)
        else:
            continue
        canvas.painter.setPen(inside if is_inside else outside)
        canvas.painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _histogram(canvas: Canvas, mark: Histogram) -> None:
    edges, counts = np.nan_to_num(canvas.x(mark.edges)), canvas.y(mark.counts)
    zero = np.full(len(counts), float(canvas.y([0.0])[0]))
    zero = np.where(np.isfinite(zero), zero, canvas.box.bottom())
    counts = np.where(np.isfinite(counts), counts, zero)
    has_gaps = mark.opacity >= 0.6 and len(counts) <= 120
    for box in _boxes((edges[:-1], edges[1:]), (counts, zero)):
        shown = box.adjusted(0.4, 0, -0.4, 0) if has_gaps else box
        canvas.painter.fillRect(shown, canvas.colour(mark.color, mark.opacity))
    if mark.opacity < 0.6:
        canvas.painter.setPen(canvas.pen(mark.color, 1.2))
        outline = polygon(np.repeat(edges, 2)[1:-1], np.repeat(counts, 2))
        canvas.painter.drawPolyline(outline)


def _heatmap(canvas: Canvas, mark: Heatmap) -> None:
    values = np.asarray(mark.values, dtype=float)
    if not values.size:
        return
    written = values
    if mark.is_logarithmic:
        values = np.where(values > 0, np.log10(np.where(values > 0, values, 1)), np.nan)
    low, high = _ends(mark)
    shares = shares_of(values, mark.scale, low, high)
    table = colour_table(canvas.colours, mark.scale)
    missing = canvas.colours.surface if mark.is_logarithmic else canvas.colours.missing
    x, y = (np.nan_to_num(p).tolist() for p in (canvas.x(mark.x_edges), canvas.y(mark.y_edges)))
    gap = 0.5 if values.size <= 400 else 0.0
    canvas.painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=bool(gap))
    for row, line in enumerate(shares):
        for column, share in enumerate(line.tolist()):
            box = QRectF(
                QPointF(x[column], y[row]), QPointF(x[column + 1], y[row + 1])
            ).normalized()
            if not box.intersects(canvas.box):
                continue
            colour = QColor(missing)
            if np.isfinite(share):
                blue, green, red = table[int(np.clip(share, 0, 1) * 255)].tolist()
                colour = QColor(int(red), int(green), int(blue))
            grown = box.adjusted(gap, gap, -gap, -gap) if gap else box.adjusted(0, 0, 0.6, 0.6)
            canvas.painter.fillRect(grown, colour)
            if mark.text_format and np.isfinite(share) and values.size <= MOST_TEXTS * 4:
                _cell_text(canvas, box, colour, format(written[row, column], mark.text_format))


def _ends(mark: Heatmap) -> tuple[float | None, float | None]:
    ends = (mark.minimum, mark.maximum)
    if not mark.is_logarithmic:
        return ends
    return tuple(np.log10(end) if end and end > 0 else None for end in ends)  # type: ignore[return-value]


def heatmap_ends(mark: Heatmap) -> tuple[float, float]:
    """Return the values at both ends of a heatmap's colour bar."""
    return ends_of(mark.values, mark.scale, mark.minimum, mark.maximum)


def _cell_text(canvas: Canvas, box: QRectF, colour: QColor, text: str) -> None:
    canvas.painter.setFont(small_font())
    text = local_number(text)
    metrics = canvas.painter.fontMetrics()
    if metrics.horizontalAdvance(text) > box.width() - 2 or metrics.height() > box.height() + 4:
        return
    brightness = 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF()
    canvas.painter.setPen(QColor("#14181C" if brightness > BRIGHT else "#FFFFFF"))
    canvas.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text.replace("-", "−"))


def _box(canvas: Canvas, mark: Box) -> None:
    painter, half = canvas.painter, mark.width / 2

    def line(first: tuple[float, float], second: tuple[float, float]) -> None:
        painter.drawLine(_at(canvas, mark, *first), _at(canvas, mark, *second))

    painter.setPen(canvas.pen(mark.color, 1.2))
    for end, quartile in ((mark.low, mark.first_quartile), (mark.high, mark.third_quartile)):
        line((end, mark.position), (quartile, mark.position))
        line((end, mark.position - half / 2), (end, mark.position + half / 2))
    corners = (
        _at(canvas, mark, mark.first_quartile, mark.position - half),
        _at(canvas, mark, mark.third_quartile, mark.position + half),
    )
    body = QRectF(*corners).normalized()
    painter.fillRect(body, QColor(canvas.colours.surface))
    painter.fillRect(body, canvas.colour(mark.color, 0.3))
    painter.drawRect(body)
    painter.setPen(canvas.pen(mark.color, 2.2))
    line((mark.median, mark.position - half), (mark.median, mark.position + half))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(canvas.colour(mark.color, 0.55))
    for value in mark.outliers:
        painter.drawEllipse(_at(canvas, mark, value, mark.position), 1.9, 1.9)
    if mark.mean is not None:
        painter.setBrush(canvas.colour(Tone.TEXT))
        painter.drawPath(marker(3, _at(canvas, mark, mark.mean, mark.position), 6))


def _at(canvas: Canvas, mark: Box | Violin, value: float, position: float) -> QPointF:
    x, y = (value, position) if mark.is_horizontal else (position, value)
    return _spot(float(canvas.x([x])[0]), float(canvas.y([y])[0]))


def _spot(x: float, y: float) -> QPointF:
    """Return a place that can be drawn at; what has none is out of sight, and Qt crashes on NaN."""
    is_there = np.isfinite(x) and np.isfinite(y)
    return QPointF(x, y) if is_there else QPointF(FAR_PX, FAR_PX)


def _violin(canvas: Canvas, mark: Violin) -> None:
    values, density = np.asarray(mark.values), np.asarray(mark.density)
    is_there = np.isfinite(values) & np.isfinite(density)
    values, density = values[is_there], density[is_there]
    if not len(values):
        return
    around = np.concatenate([mark.position - density, (mark.position + density)[::-1]])
    along = np.concatenate([values, values[::-1]])
    x, y = (along, around) if mark.is_horizontal else (around, along)
    outline = polygon(np.nan_to_num(canvas.x(x)), np.nan_to_num(canvas.y(y)))
    canvas.painter.setPen(canvas.pen(mark.color, 1.0))
    canvas.painter.setBrush(canvas.colour(mark.color, 0.28))
    canvas.painter.drawPolygon(outline)


def _rule(canvas: Canvas, mark: Rule) -> None:
    canvas.painter.setPen(canvas.pen(mark.color, 1.1, mark.style))
    box = canvas.box
    if mark.is_horizontal:
        place = _spot(0.0, float(canvas.y([mark.value])[0])).y()
        canvas.painter.drawLine(QPointF(box.left(), place), QPointF(box.right(), place))
    else:
        place = _spot(float(canvas.x([mark.value])[0]), 0.0).x()
        canvas.painter.drawLine(QPointF(place, box.top()), QPointF(place, box.bottom()))


def _text(canvas: Canvas, mark: Text) -> None:
    box, painter = canvas.box, canvas.painter
    if mark.is_relative:
        at = QPointF(box.left() + mark.x * box.width(), box.bottom() - mark.y * box.height())
    else:
        at = _spot(float(canvas.x([mark.x])[0]), float(canvas.y([mark.y])[0]))
    painter.setFont(small_font())
    metrics, text = painter.fontMetrics(), local_number(mark.text)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(30, int(box.width()) - 8))
    wide = metrics.horizontalAdvance(text)
    left = at.x() - {"left": 0.0, "center": wide / 2, "right": float(wide)}.get(mark.align, 0.0)
    # Whole, also at the edges of the plot, where it would be cut.
    left = max(box.left() + 2, min(left, box.right() - wide - 2))
    path = QPainterPath()
    path.addText(QPointF(left, at.y() + metrics.ascent() / 2 - 1), painter.font(), text)
    surface = QColor(canvas.colours.surface)
    painter.strokePath(path, QPen(surface, 3))  # readable on whatever lies below
    painter.fillPath(path, canvas.colour(mark.color))


_DRAWERS: dict[type[Any], Callable[[Canvas, Any], None]] = {
    Line: _line,
    Lines: _lines,
    Area: _area,
    Bars: _bars,
    Histogram: _histogram,
    Points: draw_points,
    Heatmap: _heatmap,
    Box: _box,
    Violin: _violin,
    Rule: _rule,
    Text: _text,
}
