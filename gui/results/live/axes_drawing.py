"""The frame of a plot: title, axes, ticks, grid and colour bar, laid out for the room there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter

from gui.format import format_number
from gui.results.live.canvas import Canvas, ends_of
from gui.results.live.drawing import heatmap_ends
from gui.results.live.scales import Tick, View, ticks
from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    ColorScale,
    Heatmap,
    Panel,
    Points,
    Tone,
)

GAP_PX = 6
NAME_SHARE = 0.38
LONGEST_SLANTED_PX = 96
# How far a slanted name of one pixel runs to the left.
SLANT_SHARE = 0.77
TICK_EVERY_PX = 46
BAR_PX = 12
RIGHT_PX = 14


@dataclass(frozen=True)
class ColourBar:
    """What colours mean.

    Attributes:
        label: What is measured.
        scale: Its colours.
        low: The value of the first colour.
        high: The value of the last one.
    """

    label: str
    scale: ColorScale
    low: float
    high: float


@dataclass(frozen=True)
class Frame:
    """Where the parts of a plot are.

    Attributes:
        box: The marks.
        across: Ticks along x, in the axis' measure.
        up: Ticks along y.
        is_slanted: Whether names below the plot slant.
        bar: The colour bar; None where there is none.
        below_px: What the ticks take below the marks.
    """

    box: QRectF
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    is_slanted: bool = False
    bar: ColourBar | None = None
    below_px: float = 0.0


def frame_for(
    panel: Panel, views: tuple[View, View], size: QSize, metrics: QFontMetrics,
    bar: ColourBar | None,
) -> Frame:  # fmt: skip
    """Return the layout for a size."""
    line = metrics.lineSpacing()
    bar_px = _bar_width(bar, metrics) if bar is not None else 0.0
    top = (line + GAP_PX if panel.title else GAP_PX) + (line if panel.y.label else 0)
    bottom = line + GAP_PX if panel.x.has_ticks else GAP_PX
    bottom += line + 2 if panel.x.label else 0
    height = max(40.0, size.height() - top - bottom)
    names_up = panel.y.scale is AxisScale.CATEGORY
    most_up = max(2, int(height / (line + 2 if names_up else TICK_EVERY_PX)))
    up = ticks(panel.y, views[1], most_up)
    widest = max((metrics.horizontalAdvance(text) for _, text in up), default=0)
    left = min(widest, size.width() * NAME_SHARE) + 2 * GAP_PX
    width = max(40.0, size.width() - left - RIGHT_PX - bar_px)
    across, is_slanted, extra = _across(panel.x, views[0], width, metrics)
    box = QRectF(left, top, width, max(40.0, height - extra))
    if panel.is_square:
        # Names that fit below the whole width may have to slant below a square.
        side = min(width, height)
        across, is_slanted, extra = _across(panel.x, views[0], side, metrics)
        side = max(40.0, min(side, height - extra))
        box = QRectF(left, top, side, side)
    below = (line + GAP_PX if panel.x.has_ticks else GAP_PX) + extra
    return Frame(box, tuple(across), tuple(up), is_slanted, bar, below)


def _across(
    axis: Axis, view: View, width: float, metrics: QFontMetrics
) -> tuple[Sequence[Tick], bool, float]:
    """Return the ticks below, whether they slant, and the height that this takes more."""
    if axis.scale is AxisScale.CATEGORY:
        found = ticks(axis, view, max(1, int(width / metrics.lineSpacing())))
        each = width / max(1.0, view.high - view.low)
        longest = max((metrics.horizontalAdvance(text) for _, text in found), default=0)
        if longest + GAP_PX <= each:
            return found, False, 0.0
        return found, True, min(LONGEST_SLANTED_PX, longest) * 0.7
    most = max(2, int(width / TICK_EVERY_PX))
    found = ticks(axis, view, most)
    while most > 1 and sum(metrics.horizontalAdvance(t) + 14 for _, t in found) > width:
        most -= 1
        found = ticks(axis, view, most)
    return found, False, 0.0


def draw_axes(canvas: Canvas, frame: Frame) -> None:
    """Draw all that is around the marks, and the grid behind them."""
    painter, panel, box = canvas.painter, canvas.panel, frame.box
    _draw_grid(canvas, frame)
    metrics = painter.fontMetrics()
    line = metrics.lineSpacing()
    painter.setPen(canvas.colour(Tone.TEXT))
    elide = Qt.TextElideMode.ElideRight
    if panel.title:
        title = metrics.elidedText(panel.title, elide, canvas.width - GAP_PX)
        painter.drawText(QPointF(GAP_PX, metrics.ascent() + 1), title)
    painter.setPen(canvas.colour(Tone.MUTED))
    if panel.y.label:
        # Above its axis, not turned: it is read without a tilted head.
        text = metrics.elidedText(_title(panel.y), elide, int(box.right() - GAP_PX))
        painter.drawText(QPointF(GAP_PX, box.top() - GAP_PX), text)
    _draw_ticks_up(canvas, frame)
    _draw_ticks_across(canvas, frame)
    if panel.x.label:
        text = metrics.elidedText(_title(panel.x), elide, int(box.width()))
        place = QRectF(box.left(), box.bottom() + frame.below_px, box.width(), line)
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)
    if frame.bar is not None:
        _draw_bar(canvas, frame, frame.bar)


def _title(axis: Axis) -> str:
    return f"{axis.label} ({axis.unit})" if axis.unit else axis.label


def _draw_grid(canvas: Canvas, frame: Frame) -> None:
    painter, box = canvas.painter, frame.box
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QColor(canvas.colours.tones[Tone.GRID]))
    panel, names = canvas.panel, AxisScale.CATEGORY
    if panel.x.has_grid and panel.x.scale is not names:
        for place, _ in frame.across:
            x = _x(canvas, place)
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
    if panel.y.has_grid and panel.y.scale is not names:
        for place, _ in frame.up:
            y = _y(canvas, place)
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
    painter.drawLine(box.bottomLeft(), box.bottomRight())
    painter.drawLine(box.topLeft(), box.bottomLeft())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)


def _x(canvas: Canvas, place: float) -> float:
    share = (place - canvas.across.low) / (canvas.across.high - canvas.across.low)
    share = 1 - share if canvas.panel.x.is_inverted else share
    return canvas.box.left() + share * canvas.box.width()


def _y(canvas: Canvas, place: float) -> float:
    share = (place - canvas.up.low) / (canvas.up.high - canvas.up.low)
    share = share if canvas.panel.y.is_inverted else 1 - share
    return canvas.box.top() + share * canvas.box.height()


def _draw_ticks_up(canvas: Canvas, frame: Frame) -> None:
    painter = canvas.painter
    metrics = painter.fontMetrics()
    room = frame.box.left() - GAP_PX
    line = metrics.lineSpacing()
    for place, text in frame.up:
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, int(room))
        spot = QRectF(0, _y(canvas, place) - line / 2, room, line)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)


def _draw_ticks_across(canvas: Canvas, frame: Frame) -> None:
    painter = canvas.painter
    metrics = painter.fontMetrics()
    top = frame.box.bottom() + 4
    for place, text in frame.across:
        x = _x(canvas, place)
        if frame.is_slanted:
            # A slanted name runs to the left: the first ones have the room that is there.
            room = min(LONGEST_SLANTED_PX, int(x / SLANT_SHARE))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            painter.save()
            painter.translate(x + 3, top + metrics.ascent() / 2)
            painter.rotate(-40)
            painter.drawText(
                QPointF(-metrics.horizontalAdvance(shown), metrics.ascent() / 2), shown
            )
            painter.restore()
        else:
            wide = metrics.horizontalAdvance(text) + 4
            spot = QRectF(x - wide / 2, top, wide, metrics.lineSpacing())
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)


def bar_of(panel: Panel) -> ColourBar | None:
    """Return what the colours of a panel mean; None where they mean nothing."""
    for mark in panel.marks:
        if isinstance(mark, Heatmap) and mark.label:
            return ColourBar(mark.label, mark.scale, *heatmap_ends(mark))
        if isinstance(mark, Points) and len(mark.values) and mark.value_label:
            ends = ends_of(mark.values, mark.scale, None, None)
            return ColourBar(mark.value_label, mark.scale, *ends)
    return None


def _bar_numbers(bar: ColourBar) -> tuple[str, str]:
    return format_number(bar.high, digits=3), format_number(bar.low, digits=3)


def _bar_width(bar: ColourBar, metrics: QFontMetrics) -> float:
    widest = max(metrics.horizontalAdvance(text) for text in _bar_numbers(bar))
    return float(BAR_PX + 3 * GAP_PX + widest)


def _draw_bar(canvas: Canvas, frame: Frame, bar: ColourBar) -> None:
    painter, metrics = canvas.painter, canvas.painter.fontMetrics()
    left = frame.box.right() + 2 * GAP_PX
    place = QRectF(left, frame.box.top(), BAR_PX, frame.box.height())
    gradient = QLinearGradient(place.bottomLeft(), place.topLeft())
    stops = {
        ColorScale.SEQUENTIAL: canvas.colours.sequential,
        ColorScale.SWEEP: canvas.colours.sweep,
        ColorScale.DIVERGING: canvas.colours.diverging,
    }[bar.scale]
    for number, stop in enumerate(stops):
        gradient.setColorAt(number / (len(stops) - 1), QColor(stop))
    painter.fillRect(place, gradient)
    high, low = _bar_numbers(bar)
    x = left + BAR_PX + GAP_PX
    painter.drawText(QPointF(x, place.top() + metrics.ascent()), high)
    painter.drawText(QPointF(x, place.bottom() - 1), low)
    # Its label runs up along it: across there is no room for words.
    painter.save()
    painter.translate(x + metrics.ascent() - 2, place.center().y())
    painter.rotate(-90)
    room = int(max(0.0, place.height() - 4 * metrics.lineSpacing()))
    text = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QPointF(-metrics.horizontalAdvance(text) / 2, 0), text)
    painter.restore()
