"""The picture of the timeline: painted by hand, moved by mouse, wheel and keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from gui.i18n import tr
from gui.spoken import Role, speak_as
from gui.theme import colours, current_theme
from gui.timeline.geometry import HEAD_PX, ROW_PX, Geometry, height_of, lane_tops
from gui.timeline.head import TICK_PX, paint_axis, paint_grid, paint_strip
from gui.timeline.lanes import Grouping, Lane, Placed, lanes_of
from gui.timeline.painting import Shown, paint_lane, paint_now
from gui.timeline.stretch import Stretch
from gui.timeline.ticks import ticks
from queue_core.queue.timeline import Timeline

ZOOM = 1.25
CROWD_ZOOM = 0.125
PAN = 0.15
DRAG_PX = 4
GRAB_PX = 3


class TimelineCanvas(QAbstractScrollArea):
    """Lanes of bars over time.

    Signals:
        stretch_changed: Another stretch of time is wanted: a `Stretch`.
        selected: An attempt was chosen: a `Span`, or None.
        opened: A job's id: the user wants to go to it.
        pointed: The pointer is on something else: a `Span`, or None, and where that is.

    Attributes:
        lanes: What is shown.
    """

    stretch_changed = Signal(object)
    selected = Signal(object)
    opened = Signal(str)
    pointed = Signal(object, QPoint)

    def __init__(self, stretch: Stretch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes: Sequence[Lane] = ()
        self._stretch = stretch
        self._timeline = Timeline(begin_s=stretch.begin_s, end_s=stretch.end_s, step_s=1.0)
        self._grouping = Grouping.TYPE
        self._words = ""
        self._selected: Placed | None = None
        self._hovered: Placed | None = None
        self._pressed: QPointF | None = None
        self._grabbed: tuple[Stretch, int] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Chart, tr("Timeline"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        current_theme().changed.connect(self.viewport().update)
        self._keys = self._make_keys()

    # --- what is shown ------------------------------------------------------------------------

    @property
    def geometry_now(self) -> Geometry:
        """Where moments lie on the picture."""
        return Geometry(self._stretch, self.viewport().width())

    @property
    def chosen(self) -> Placed | None:
        """The attempt that is chosen."""
        return self._selected

    def show_timeline(self, timeline: Timeline) -> None:
        """Show what ran; the stretch in sight stays."""
        self._timeline = timeline
        self._arrange()

    def set_grouping(self, grouping: Grouping) -> None:
        """Divide it into other lanes."""
        self._grouping = grouping
        self._arrange()

    def set_stretch(self, stretch: Stretch) -> None:
        """Show another stretch of time; what was read is stretched until more has been."""
        self._stretch = stretch
        self.viewport().update()

    def set_words(self, words: str) -> None:
        """Dim what has not these words in its name."""
        self._words = words.strip().casefold()
        self.viewport().update()

    def _arrange(self) -> None:
        self.lanes = lanes_of(self._timeline, self._grouping)
        self._selected = self._found_again(self._selected)
        self._hovered = self._found_again(self._hovered)
        room = self.viewport().height() - HEAD_PX
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height_of(self.lanes) - room))
        bar.setPageStep(max(1, room))
        bar.setSingleStep(ROW_PX)
        self.viewport().update()

    def _found_again(self, placed: Placed | None) -> Placed | None:
        """Return the same attempt in what is shown now."""
        if placed is None:
            return None
        wanted = (placed.span.job_id, placed.span.attempt)
        every = (one for lane in self.lanes for one in lane.placed)
        return next((o for o in every if (o.span.job_id, o.span.attempt) == wanted), None)

    # --- finding ------------------------------------------------------------------------------

    def at(self, place: QPointF) -> Placed | None:
        """Return the attempt under a point of the picture."""
        lane_top = self._lane_at(place)
        if lane_top is None:
            return None
        top, lane = lane_top
        geometry, now_s = self.geometry_now, time.time()
        for placed in reversed(lane.placed):
            bar = geometry.bar(placed, top, now_s)
            if bar.adjusted(-GRAB_PX, 0, GRAB_PX, 0).contains(place):
                return placed
        return None

    def _lane_at(self, place: QPointF) -> tuple[int, Lane] | None:
        geometry = self.geometry_now
        if place.y() < HEAD_PX or place.x() < geometry.gutter:
            return None
        for top, lane in self._tops():
            if top <= place.y() < top + lane.height_rows * ROW_PX:
                return top, lane
        return None

    def _tops(self) -> list[tuple[int, Lane]]:
        offset = HEAD_PX - self.verticalScrollBar().value()
        return [(top + offset, lane) for top, lane in lane_tops(self.lanes)]

    # --- choosing -----------------------------------------------------------------------------

    def select(self, placed: Placed | None) -> None:
        """Choose an attempt, and bring it into sight."""
        self._selected = placed
        if placed is not None:
            self._bring_into_sight(placed)
        self.viewport().update()
        self.selected.emit(None if placed is None else placed.span)

    def select_next(self, step: int) -> None:
        """Choose the attempt that began after the chosen one, or before it."""
        every = sorted(self._in_sight(), key=lambda one: one.span.begin_s)
        if not every:
            return
        known = [(one.span.job_id, one.span.attempt) for one in every]
        chosen = self._selected
        mark = None if chosen is None else (chosen.span.job_id, chosen.span.attempt)
        if mark in known:
            self.select(every[max(0, min(len(every) - 1, known.index(mark) + step))])
        else:
            self.select(every[0 if step > 0 else -1])

    def _in_sight(self) -> list[Placed]:
        stretch = self._stretch
        return [
            placed for lane in self.lanes for placed in lane.placed
            if placed.span.end_s >= stretch.begin_s and placed.span.begin_s <= stretch.end_s
            and self._words in placed.span.name.casefold()
        ]  # fmt: skip

    def _bring_into_sight(self, placed: Placed) -> None:
        bar = self.verticalScrollBar()
        for top, lane in lane_tops(self.lanes):
            if placed in lane.placed:
                y = top + placed.row * ROW_PX
                room = self.viewport().height() - HEAD_PX - ROW_PX
                bar.setValue(max(y - room, min(y, bar.value())))

    def open_selected(self) -> None:
        """Go to the job of what is chosen."""
        if self._selected is not None:
            self.opened.emit(self._selected.span.job_id)

    # --- moving -------------------------------------------------------------------------------

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Show more of time (above 1) or less; what lies at *x*, or in the middle, stays there."""
        geometry = self.geometry_now
        middle = geometry.gutter + geometry.plot_px / 2
        around_s = geometry.moment(middle if x is None else max(geometry.gutter, x))
        self._want(self._stretch.zoomed(factor, around_s))

    def pan(self, share: float) -> None:
        """Go on, or back, by a share of what is shown."""
        self._want(self._stretch.moved(share * self._stretch.length_s))

    def _want(self, stretch: Stretch) -> None:
        self.set_stretch(stretch)
        self.stretch_changed.emit(stretch)

    def _make_keys(self) -> dict[Qt.Key, Callable[[], object]]:
        keys = Qt.Key
        return {
            keys.Key_Left: partial(self.pan, -PAN),
            keys.Key_Right: partial(self.pan, PAN),
            keys.Key_PageUp: partial(self.pan, -1.0),
            keys.Key_PageDown: partial(self.pan, 1.0),
            keys.Key_Plus: partial(self.zoom, 1 / ZOOM),
            keys.Key_Equal: partial(self.zoom, 1 / ZOOM),
            keys.Key_Minus: partial(self.zoom, ZOOM),
            keys.Key_Down: partial(self.select_next, 1),
            keys.Key_Up: partial(self.select_next, -1),
            keys.Key_Return: self.open_selected,
            keys.Key_Enter: self.open_selected,
        }

    # --- Qt's calls ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything that is in sight."""
        painter = QPainter(self.viewport())
        geometry, height, now_s = self.geometry_now, self.viewport().height(), time.time()
        painter.fillRect(self.viewport().rect(), colours().role("surface"))
        marks = ticks(self._stretch, geometry.plot_px // TICK_PX)
        paint_grid(painter, geometry, marks, height)
        shown = Shown(painter, geometry, now_s, self._words, self._selected, self._hovered)
        painter.save()
        painter.setClipRect(QRect(0, HEAD_PX, geometry.width, height - HEAD_PX))
        for top, lane in self._tops():
            if top + lane.height_rows * ROW_PX >= HEAD_PX and top <= height:
                paint_lane(shown, lane, top, self._timeline)
        painter.restore()
        paint_strip(painter, geometry, self._timeline)
        paint_axis(painter, geometry, marks)
        if self._stretch.begin_s <= now_s <= self._stretch.end_s:
            paint_now(painter, geometry.x(now_s), 0, height)
        if self.hasFocus():
            painter.setPen(QPen(colours().role("accent"), 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; with Shift, or sideways, move; with Ctrl, scroll the lanes."""
        turn, held = event.angleDelta(), event.modifiers()
        if held & Qt.KeyboardModifier.ControlModifier:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - turn.y() // 2)
        elif held & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            self.pan(-(turn.x() or turn.y()) / 120 * PAN)
        elif turn.y():
            self.zoom(ZOOM ** (-turn.y() / 120), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold: a click chooses, a drag moves."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._grabbed = (self._stretch, self.verticalScrollBar().value())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held; otherwise say what lies under the pointer."""
        if self._pressed is None or self._grabbed is None:
            self._point_at(event.position())
            return
        way = event.position() - self._pressed
        if self.cursor().shape() != Qt.CursorShape.ClosedHandCursor:
            if way.manhattanLength() < DRAG_PX:
                return
            self._point_at(None)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        stretch, value = self._grabbed
        self.verticalScrollBar().setValue(value - round(way.y()))
        self._want(stretch.moved(-way.x() / self.geometry_now.px_per_s))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked; a click among short ones looks at them more closely."""
        was_dragged = self.cursor().shape() == Qt.CursorShape.ClosedHandCursor
        pressed, self._pressed, self._grabbed = self._pressed, None, None
        self.unsetCursor()
        if pressed is None or was_dragged:
            return
        found, lane_top = self.at(event.position()), self._lane_at(event.position())
        in_crowd = lane_top is not None and lane_top[1].crowds and event.position().y() >= (
            lane_top[0] + lane_top[1].rows * ROW_PX
        )  # fmt: skip
        if found is None and in_crowd:
            self.zoom(CROWD_ZOOM, event.position().x())
        else:
            self.select(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go to the job."""
        found = self.at(event.position())
        if found is not None:
            self.opened.emit(found.span.job_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, zoom and choose."""
        does = self._keys.get(Qt.Key(event.key()))
        if does is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            does()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the lanes the room there is."""
        super().resizeEvent(event)
        self._arrange()
        self.stretch_changed.emit(self._stretch)  # a finer picture may be wanted

    def viewportEvent(self, event: QEvent) -> bool:
        """Note that the pointer has gone."""
        if event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return super().viewportEvent(event)

    def _point_at(self, place: QPointF | None) -> None:
        found = None if place is None else self.at(place)
        if found is not self._hovered:
            self._hovered = found
            self.viewport().update()
        where = QPoint() if place is None else place.toPoint()
        self.pointed.emit(None if found is None else found.span, where)
