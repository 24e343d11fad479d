"""Draws points: each by a stamp, or hundreds of thousands of them as a cloud."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gui.results.live.canvas import PX_PER_POINT, Canvas, colour_table, shares_of
from gui.results.live.point_cloud import MOST_WHILE_MOVING, cloud, coloured_cloud
from gui.results.live.scales import Array
from queue_core.artifacts.figure import Points

FEW_POINTS = 4000
_CORNERS = {
    2: ((0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    3: ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
}


def draw_points(canvas: Canvas, mark: Points) -> None:
    """Draw each point, or a cloud where there are many."""
    many = canvas.is_moving and len(mark.x) > MOST_WHILE_MOVING
    every = -(-len(mark.x) // MOST_WHILE_MOVING) if many else 1
    x, y = canvas.x(mark.x, every), canvas.y(mark.y, every)
    shares = _shares(canvas, mark)[::every] if len(mark.values) else None
    if len(x) > FEW_POINTS:
        _cloud(canvas, mark, x, y, shares)
        return
    size = mark.size * PX_PER_POINT
    table = colour_table(canvas.colours, mark.scale).tolist() if shares is not None else []
    has_edge = len(x) < 1000
    stamps: dict[int, QPixmap] = {}
    bounds = canvas.box.adjusted(-size, -size, size, size)
    for number, (a, b) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        # Compared here: Qt takes NaN for a place within, and crashes when it draws there.
        if not (bounds.left() < a < bounds.right() and bounds.top() < b < bounds.bottom()):
            continue
        share = -1.0 if shares is None else float(shares[number])
        step = -1 if shares is None else int(np.clip(share, 0, 1) * 255)
        if step not in stamps:
            blue, green, red = table[step] if table else (0, 0, 0)
            colour = canvas.colour(mark.color)
            colour = colour if step < 0 else QColor(int(red), int(green), int(blue))
            stamps[step] = _stamp(canvas, mark, colour, size, has_edge=has_edge)
        half = stamps[step].deviceIndependentSize().width() / 2
        canvas.painter.drawPixmap(QPointF(a - half, b - half), stamps[step])


def _shares(canvas: Canvas, mark: Points) -> Array:
    """Return where the points' values lie on their scale; found out once for the panel."""
    key = (id(mark.values), "share")
    if key not in canvas.kept:
        found = shares_of(mark.values, mark.scale, None, None)
        canvas.kept[key] = np.nan_to_num(found).astype(np.float32)
    return canvas.kept[key]


def _stamp(canvas: Canvas, mark: Points, colour: QColor, size: float, *, has_edge: bool) -> QPixmap:
    """Return one point as a picture: drawn once, put down thousands of times."""
    side = size + 3
    pixmap = QPixmap(QSize(round(side * canvas.ratio), round(side * canvas.ratio)))
    pixmap.setDevicePixelRatio(canvas.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(mark.opacity)
    painter.setPen(QPen(QColor(canvas.colours.surface), 0.6) if has_edge else Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    shape = mark.color % 4 if isinstance(mark.color, int) and not len(mark.values) else 0
    painter.drawPath(marker(shape, QPointF(side / 2, side / 2), size))
    painter.end()
    return pixmap


def marker(shape: int, at: QPointF, size: float) -> QPainterPath:
    """Return a disc, a square, a triangle or a diamond: never colour alone."""
    path, half = QPainterPath(), size / 2
    if shape == 1:
        path.addRect(QRectF(at.x() - half * 0.88, at.y() - half * 0.88, size * 0.88, size * 0.88))
    elif shape in _CORNERS:
        path.addPolygon(QPolygonF([at + QPointF(a, b) * half for a, b in _CORNERS[shape]]))
        path.closeSubpath()
    else:
        path.addEllipse(at, half, half)
    return path


def _cloud(canvas: Canvas, mark: Points, x: Array, y: Array, shares: Array | None) -> None:
    ratio = canvas.ratio
    size = QSize(max(1, int(canvas.box.width() * ratio)), max(1, int(canvas.box.height() * ratio)))
    left, top = (x - canvas.box.left()) * ratio, (y - canvas.box.top()) * ratio
    dot = max(2, round((2 if len(x) > 50_000 else 3) * ratio))
    if shares is None:
        image = cloud(left, top, size, canvas.colour(mark.color), mark.opacity, dot=dot)
    else:
        table = colour_table(canvas.colours, mark.scale)
        image = coloured_cloud(left, top, shares, size, table, mark.opacity, dot=dot)
    image.setDevicePixelRatio(ratio)
    canvas.painter.drawImage(canvas.box.topLeft(), image)
