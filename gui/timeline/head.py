"""Draws what stands above the lanes: how much ended when, and the axis of time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter

from gui.format import format_about, format_count
from gui.i18n import tr
from gui.theme import STEP_PX, colours, small_font
from gui.timeline.geometry import AXIS_PX, HEAD_PX, STRIP_PX, Geometry
from gui.timeline.ticks import Tick
from queue_core.queue.timeline import Timeline

COLUMN_PX = 6
TICK_PX = 88
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def columns_of(geometry: Geometry, timeline: Timeline) -> dict[int, tuple[int, int]]:
    """Return how much ended by columns of the picture, and how much of it failed."""
    columns: dict[int, tuple[int, int]] = {}
    for step, ended in timeline.ended.items():
        moment = timeline.begin_s + (step + 0.5) * timeline.step_s
        column = int((geometry.x(moment) - geometry.gutter) // COLUMN_PX)
        if 0 <= column <= geometry.plot_px // COLUMN_PX:
            count, failed = columns.get(column, (0, 0))
            columns[column] = (count + ended.count, failed + ended.failed)
    return columns


def paint_strip(painter: QPainter, geometry: Geometry, timeline: Timeline) -> None:
    """Draw a column for what ended in each few pixels of time, failures hatched at its foot."""
    shown = colours()
    painter.fillRect(QRectF(0, 0, geometry.width + 1, HEAD_PX), shown.role("surface"))
    columns = columns_of(geometry, timeline)
    most = max((count for count, _failed in columns.values()), default=0)
    room = STRIP_PX - 14
    for column, (count, failed) in columns.items():
        height = max(2.0, room * count / most)
        x = geometry.gutter + column * COLUMN_PX
        tint = shown.role("finished")
        tint.setAlphaF(0.5)
        painter.fillRect(QRectF(x, STRIP_PX - height, COLUMN_PX - 1, height), tint)
        if failed:
            part = QRectF(x, 0, COLUMN_PX - 1, max(3.0, height * failed / count))
            part.moveBottom(STRIP_PX)
            painter.fillRect(part, shown.role("surface"))
            painter.fillRect(part, QBrush(shown.role("error"), Qt.BrushStyle.Dense3Pattern))
    _paint_rates(painter, geometry, columns, most)


def _paint_rates(
    painter: QPainter, geometry: Geometry, columns: dict[int, tuple[int, int]], most: int
) -> None:
    if geometry.gutter < 100:
        return
    count = sum(pair[0] for pair in columns.values())
    failed = sum(pair[1] for pair in columns.values())
    lines = [tr("Ended {count}", count=format_count(count))]
    if count:
        share = f"{100 * failed / count:.0f}" if failed * 100 >= count or not failed else "< 1"
        lines.append(tr("{percent} % failed", percent=share))
        lines.append(_peak_text(most * geometry.px_per_s / COLUMN_PX))
    painter.setFont(small_font())
    height = QFontMetrics(small_font()).lineSpacing()
    for number, line in enumerate(lines):
        role = "text" if number == 0 else "error" if number == 1 and failed else "muted"
        painter.setPen(colours().role(role))
        area = QRectF(STEP_PX * 4, 8 + number * height, geometry.gutter - STEP_PX * 5, height)
        cut = QFontMetrics(small_font()).elidedText(
            line, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, _LEFT, cut)


def _peak_text(per_s: float) -> str:
    """Return how many ended at most in a unit of time that makes it a readable number."""
    if per_s >= 1:
        return tr("Peak {number} per s", number=format_about(round(per_s)))
    if per_s * 60 >= 1:
        return tr("Peak {number} per min", number=format_about(round(per_s * 60)))
    return tr("Peak {number} per h", number=format_about(max(1, round(per_s * 3600))))


def paint_axis(painter: QPainter, geometry: Geometry, marks: Sequence[Tick]) -> None:
    """Draw the times below the strip."""
    shown = colours()
    line = shown.role("border")
    painter.fillRect(QRectF(0, STRIP_PX, geometry.width + 1, 1), line)
    painter.fillRect(QRectF(0, HEAD_PX - 1, geometry.width + 1, 1), line)
    painter.setFont(small_font())
    metrics = QFontMetrics(small_font())
    free_from = geometry.gutter - 20.0
    for mark in marks:
        x = geometry.x(mark.moment_s)
        width = metrics.horizontalAdvance(mark.text) + 4
        left = min(x - width / 2, geometry.width - width)
        if left < free_from:
            continue
        painter.setPen(shown.role("text" if mark.is_day else "muted"))
        area = QRectF(left, STRIP_PX, width, AXIS_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, mark.text)
        free_from = left + width + STEP_PX


def paint_grid(painter: QPainter, geometry: Geometry, marks: Sequence[Tick], height: int) -> None:
    """Draw the lines of the axis behind the lanes; days are stronger."""
    for mark in marks:
        painter.setPen(colours().role("border" if mark.is_day else "hover"))
        x = geometry.x(mark.moment_s)
        painter.drawLine(QLineF(x, HEAD_PX, x, height))
