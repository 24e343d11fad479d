"""Draws lanes, bars and crowds; a status is told by pattern and icon, not by its colour alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen

from gui.format import format_count
from gui.jobs.presentation import STATUS_LOOKS
from gui.plain_text import one_line
from gui.theme import ICON_PX, STEP_PX, colours, icon_pixmap, small_font
from gui.timeline.geometry import BAR_PX, ROW_PX, Geometry
from gui.timeline.lanes import Lane, Placed
from queue_core.queue.job_record import JobStatus
from queue_core.queue.timeline import Crowd, Timeline

TINT = 0.20
STRONG_TINT = 0.34
DIMMED = 0.25
ICON_FROM_PX = 22
NAME_FROM_PX = 64
CELL_PX = 3
EDGE_PX = 3.0
PATTERNS = {
    JobStatus.ERROR: Qt.BrushStyle.BDiagPattern,
    JobStatus.KILLED: Qt.BrushStyle.DiagCrossPattern,
    JobStatus.CANCELLED: Qt.BrushStyle.Dense6Pattern,
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


@dataclass(frozen=True)
class Shown:
    """What a painter must know.

    Attributes:
        painter: Where to draw.
        geometry: Where moments lie.
        now_s: The moment, for what still runs.
        words: What is looked for: the rest is dimmed.
        selected: The attempt that is chosen; None: none.
        hovered: The one under the pointer.
    """

    painter: QPainter
    geometry: Geometry
    now_s: float
    words: str = ""
    selected: Placed | None = None
    hovered: Placed | None = None


def paint_lane(shown: Shown, lane: Lane, top: int, timeline: Timeline) -> None:
    """Draw a lane whose rows begin at *top*."""
    height = lane.height_rows * ROW_PX
    _paint_heading(shown, lane, QRectF(STEP_PX * 4, top, shown.geometry.gutter, height))
    painter = shown.painter
    painter.save()
    plot = QRectF(shown.geometry.gutter, top, shown.geometry.width, height)
    painter.setClipRect(plot, Qt.ClipOperation.IntersectClip)
    stretch = shown.geometry.stretch
    for placed in lane.placed:
        span = placed.span
        if span.begin_s < stretch.end_s and (span.is_running or span.end_s >= stretch.begin_s):
            paint_bar(shown, placed, shown.geometry.bar(placed, top, shown.now_s))
    if lane.crowds:
        row = QRectF(plot.left(), top + lane.rows * ROW_PX, plot.width(), ROW_PX)
        paint_crowds(shown, lane.crowds, timeline, row)
    painter.restore()


def _paint_heading(shown: Shown, lane: Lane, area: QRectF) -> None:
    painter, has_room = shown.painter, shown.geometry.gutter > ICON_PX * 4
    if lane.icon:
        ratio = painter.device().devicePixelRatioF()
        picture = icon_pixmap(lane.icon, "muted", ratio=ratio)
        painter.drawPixmap(int(area.left()), int(area.top() + (ROW_PX - ICON_PX) / 2), picture)
        area = area.adjusted(ICON_PX + STEP_PX * 2, 0, 0, 0)
    if not has_room:
        return
    line = QRectF(area.left(), area.top(), shown.geometry.gutter - area.left() - 8, ROW_PX)
    painter.setFont(small_font())
    count = format_count(lane.count)
    metrics = QFontMetrics(small_font())
    painter.setPen(colours().role("muted"))
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
    painter.setPen(colours().role("text"))
    room = int(line.width()) - metrics.horizontalAdvance(count) - 8
    title = metrics.elidedText(one_line(lane.title), Qt.TextElideMode.ElideRight, room)
    painter.drawText(line, _LEFT, title)


def paint_bar(shown: Shown, placed: Placed, bar: QRectF) -> None:
    """Draw one attempt."""
    painter, span = shown.painter, placed.span
    dimmed = bool(shown.words) and shown.words not in span.name.casefold()
    painter.setOpacity(DIMMED if dimmed else 1.0)
    colour = colours().status(span.status)
    if bar.width() < EDGE_PX * 2:
        painter.fillRect(bar, colour)
    else:
        running = span.is_running or placed is shown.hovered
        painter.fillRect(bar, _tinted(colour, STRONG_TINT if running else TINT))
        pattern = PATTERNS.get(span.status)
        if pattern is not None:
            painter.fillRect(bar, QBrush(_tinted(colour, 0.55), pattern))
        painter.fillRect(QRectF(bar.left(), bar.top(), EDGE_PX, bar.height()), colour)
        _paint_words(shown, placed, bar)
    if shown.selected is not None and placed.span == shown.selected.span:
        painter.setPen(QPen(colours().role("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar.adjusted(-1, -1, 1, 1))
    painter.setOpacity(1.0)


def _paint_words(shown: Shown, placed: Placed, bar: QRectF) -> None:
    """Write icon and name on what of a bar is in sight."""
    painter = shown.painter
    left = max(bar.left() + EDGE_PX, shown.geometry.gutter)
    seen = QRectF(left + STEP_PX, bar.top(), bar.right() - left - STEP_PX * 2, bar.height())
    if seen.width() < ICON_FROM_PX - STEP_PX * 2:
        return
    span, has_pattern = placed.span, placed.span.status in PATTERNS
    if has_pattern:  # words on hatching are hard to read
        width = min(seen.width() + STEP_PX, ICON_PX + STEP_PX * 2)
        if seen.width() >= NAME_FROM_PX:
            text = QFontMetrics(small_font()).horizontalAdvance(one_line(span.name))
            width = min(seen.width() + STEP_PX, ICON_PX + STEP_PX * 3 + text)
        behind = QRectF(seen.left() - STEP_PX / 2, bar.top(), width, bar.height())
        painter.fillRect(behind, colours().role("surface"))
    ratio = painter.device().devicePixelRatioF()
    picture = icon_pixmap(STATUS_LOOKS[span.status].icon, span.status.value, size=14, ratio=ratio)
    painter.drawPixmap(int(seen.left()), int(bar.top() + (BAR_PX - 14) / 2), picture)
    if seen.width() < NAME_FROM_PX:
        return
    seen.setLeft(seen.left() + 14 + STEP_PX)
    painter.setFont(small_font())
    painter.setPen(colours().role("text"))
    name = QFontMetrics(small_font()).elidedText(
        one_line(span.name), Qt.TextElideMode.ElideRight, int(seen.width())
    )
    painter.drawText(seen, _LEFT, name)


def paint_crowds(shown: Shown, crowds: Sequence[Crowd], timeline: Timeline, row: QRectF) -> None:
    """Draw what is too short to be seen as columns: the more, the higher, by powers of ten."""
    cells = cells_of(shown.geometry, crowds, timeline)
    most = max((count for count, _failed in cells.values()), default=1)
    finished, surface = colours().role("finished"), colours().role("surface")
    hatched = QBrush(colours().role("error"), Qt.BrushStyle.Dense3Pattern)
    room = row.height() - 6
    shown.painter.fillRect(
        QRectF(row.left(), row.bottom() - 3, row.width(), 1), colours().role("hover")
    )
    for cell, (count, failed) in cells.items():
        height = 4 + (room - 4) * _power(count) / _power(most)
        x = row.left() + cell * CELL_PX
        shown.painter.fillRect(
            QRectF(x, row.bottom() - 3 - height, CELL_PX, height), _tinted(finished, 0.55)
        )
        if failed:
            part = max(3.0, height * failed / count)
            area = QRectF(x, row.bottom() - 3 - part, CELL_PX, part)
            shown.painter.fillRect(area, surface)
            shown.painter.fillRect(area, hatched)


def cells_of(
    geometry: Geometry, crowds: Sequence[Crowd], timeline: Timeline
) -> dict[int, tuple[int, int]]:
    """Return the crowds by columns of the picture: how many there are, and how many failed."""
    cells: dict[int, tuple[int, int]] = {}
    for crowd in crowds:
        moment = timeline.begin_s + (crowd.step + 0.5) * timeline.step_s
        cell = math.floor((geometry.x(moment) - geometry.gutter) / CELL_PX)
        if 0 <= cell <= geometry.plot_px // CELL_PX:
            count, failed = cells.get(cell, (0, 0))
            cells[cell] = (count + crowd.count, failed + crowd.failed)
    return cells


def paint_now(painter: QPainter, x: float, top: float, bottom: float) -> None:
    """Draw the line of the moment."""
    painter.setPen(QPen(colours().role("accent"), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(x, top, x, bottom))


def _power(count: int) -> float:
    return math.log10(count + 1)


def _tinted(colour: QColor, strength: float) -> QColor:
    tinted = QColor(colour)
    tinted.setAlphaF(strength)
    return tinted
