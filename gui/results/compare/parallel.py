"""A plot over parameters: one upright axis each, one line for each model, the best one on top.

Drawing along an axis chooses the models that pass there; several axes together narrow the choice.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from gui.hover_card import HoverCard
from gui.i18n import tr
from gui.results.compare.axes import PlotAxis, axes_of
from gui.results.compare.brushes import Brushes
from gui.results.comparison import Comparison
from gui.spoken import Role, speak_as
from gui.theme import colours, current_theme, small_font

MARGIN_PX = 24
TOP_PX = 36
BOTTOM_PX = 18
NEAR_PX = 8.0
LABEL_PX = 110
FEW_LINES = 60
FRONT_PX = 2.6
BRUSH_PX = 16


class ParallelPlot(QWidget):
    """Lines over axes; a click chooses a model, drawing along an axis all that pass there.

    Signals:
        clicked: Carries the place of a model in the comparison.
        brushed: Carries the places of the models that pass where it was drawn.
    """

    clicked = Signal(int)
    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = Comparison()
        self._axes: list[PlotAxis] = []
        self._selected: frozenset[int] = frozenset()
        self._hovered = -1
        self._brushes = Brushes()
        self._behind: QPixmap | None = None
        self._front: QPixmap | None = None
        self._card = HoverCard(self)
        self.setMouseTracking(True)
        self.setFont(small_font())
        self.setMinimumHeight(160)
        speak_as(self, Role.Chart, tr("Models over their parameters"))
        current_theme().changed.connect(self._draw_anew)

    def show_comparison(self, found: Comparison) -> None:
        """Show models."""
        self._found = found
        self._axes = axes_of(found)
        self._brushes.clear()
        self._hovered = -1
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._behind = self._front = None
        self.update()

    @property
    def has_lines(self) -> bool:
        """Whether there is anything to see: models that differ in something."""
        return len(self._axes) > 1 and len(self._found.runs) > 1

    def select(self, places: Collection[int]) -> None:
        """Let some models stand out."""
        self._selected = frozenset(places)
        self._front = None
        self.update()

    # --- places -------------------------------------------------------------------------------

    def _x(self, number: int) -> float:
        room = self.width() - 2 * MARGIN_PX - LABEL_PX
        return MARGIN_PX + LABEL_PX / 2 + room * number / max(1, len(self._axes) - 1)

    def _y(self, place: float) -> float:
        return self.height() - BOTTOM_PX - place * (self.height() - TOP_PX - BOTTOM_PX)

    def line_of(self, model: int) -> list[QPointF]:
        """Return the points of a model's line, in pixels."""
        return [
            QPointF(self._x(number), self._y(axis.places[model]))
            for number, axis in enumerate(self._axes)
        ]

    def _model_at(self, at: QPointF) -> int:
        """Return the model whose line passes nearest above or below a point, or -1."""
        step = self._x(1) - self._x(0)
        number = int((at.x() - self._x(0)) // step)
        if not 0 <= number < len(self._axes) - 1:
            return -1
        share = (at.x() - self._x(number)) / step
        left, right = self._axes[number].places, self._axes[number + 1].places
        heights = [
            self._y(start + (end - start) * share) for start, end in zip(left, right, strict=True)
        ]
        nearest = min(range(len(heights)), key=lambda model: abs(heights[model] - at.y()))
        return nearest if abs(heights[nearest] - at.y()) < NEAR_PX else -1

    def _axis_at(self, at: QPointF) -> int | None:
        """Return the axis under a point."""
        if not self.has_lines:
            return None
        near = min(range(len(self._axes)), key=lambda number: abs(self._x(number) - at.x()))
        return near if abs(self._x(near) - at.x()) <= BRUSH_PX / 2 else None

    def _place_at(self, at: QPointF) -> float:
        """Return how high on an axis a point is, 0 below and 1 above."""
        place = (self.height() - BOTTOM_PX - at.y()) / (self.height() - TOP_PX - BOTTOM_PX)
        return min(1.0, max(0.0, place))

    # --- drawing ------------------------------------------------------------------------------

    def _line_colour(self, model: int) -> QColor:
        """Return a colour between muted and accent by how good the model is."""
        good = self._axes[-1].places[model]
        if not self._axes[-1].column.greater_is_better:
            good = 1 - good
        pale, full = colours().role("strong_border"), colours().role("accent")
        return QColor.fromRgbF(
            pale.redF() + (full.redF() - pale.redF()) * good,
            pale.greenF() + (full.greenF() - pale.greenF()) * good,
            pale.blueF() + (full.blueF() - pale.blueF()) * good,
        )

    def _draw_lines(self, painter: QPainter) -> None:
        if self._behind is None or self._behind.deviceIndependentSize() != self.size().toSizeF():
            self._behind = self._drawn_lines(range(len(self._found.runs)))
            self._front = None
        if self._front is None and self._selected:
            self._front = self._drawn_lines(self._selected, in_front=True)
        painter.setOpacity(0.3 if self._selected else 1.0)
        painter.drawPixmap(0, 0, self._behind)
        painter.setOpacity(1.0)
        if self._front is not None and self._selected:
            painter.drawPixmap(0, 0, self._front)
        if self._hovered >= 0:
            painter.setPen(QPen(colours().role("text"), FRONT_PX))
            painter.drawLines(self._pieces(self._hovered))

    def _drawn_lines(self, models: Collection[int], *, in_front: bool = False) -> QPixmap:
        """Draw lines once; hundreds of them take long."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        is_few = len(models) <= FEW_LINES
        # Thin lines of full colour are drawn a hundred times as fast as broad or pale ones.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=is_few)
        width = (FRONT_PX if in_front else 1.4) if is_few else 1
        for model in sorted(models, reverse=True):
            colour = colours().role("accent") if in_front else self._line_colour(model)
            painter.setPen(QPen(colour, width))
            painter.drawLines(self._pieces(model))
        painter.end()
        return pixmap

    def _pieces(self, model: int) -> list[QLineF]:
        line = self.line_of(model)
        return [QLineF(line[n], line[n + 1]) for n in range(len(line) - 1)]

    def _draw_axes(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        width = self._x(1) - self._x(0) - 8 if len(self._axes) > 1 else self.width()
        for number, axis in enumerate(self._axes):
            x = self._x(number)
            painter.setPen(QPen(colours().role("strong_border"), 1))
            painter.drawLine(QPointF(x, self._y(0)), QPointF(x, self._y(1)))
            title = metrics.elidedText(axis.column.title, Qt.TextElideMode.ElideRight, int(width))
            painter.setPen(colours().role("text"))
            box = QRectF(x - width / 2, 4, width, metrics.lineSpacing())
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, title)
            self._draw_ticks(painter, axis, x, width)

    def _draw_brushes(self, painter: QPainter) -> None:
        colour = QColor(colours().role("accent"))
        painter.setPen(QPen(colour, 1))
        colour.setAlphaF(0.25)
        for axis, (low, high) in self._brushes.ranges.items():
            top, bottom = self._y(high), self._y(low)
            box = QRectF(self._x(axis) - BRUSH_PX / 2, top, BRUSH_PX, max(1.0, bottom - top))
            painter.fillRect(box, colour)
            painter.drawRect(box)

    def _draw_ticks(self, painter: QPainter, axis: PlotAxis, x: float, width: float) -> None:
        metrics = painter.fontMetrics()
        room = max(30, int(min(LABEL_PX, width - 12)))
        taken: list[float] = []
        for place, text in axis.ticks:
            y = self._y(place)
            if any(abs(y - other) < metrics.lineSpacing() for other in taken):
                continue
            taken.append(y)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            wide = metrics.horizontalAdvance(shown)
            box = QRectF(x + 5, y - metrics.lineSpacing() / 2, wide + 4, metrics.lineSpacing())
            surface = QColor(colours().role("surface"))
            surface.setAlphaF(0.8)
            painter.fillRect(box, surface)
            painter.setPen(colours().role("muted"))
            painter.drawText(box.adjusted(2, 0, 4, 0), Qt.AlignmentFlag.AlignVCenter, shown)
            painter.drawLine(QPointF(x - 3, y), QPointF(x, y))

    # Qt

    def sizeHint(self) -> QSize:
        """Return a size at which lines can be told apart."""
        return QSize(700, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes over lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        painter.fillRect(self.rect(), colours().role("surface"))
        if self.has_lines:
            self._draw_lines(painter)
            self._draw_axes(painter)
            self._draw_brushes(painter)
        else:
            painter.setPen(colours().role("muted"))
            centre = Qt.AlignmentFlag.AlignCenter
            painter.drawText(self.rect(), centre, tr("The models do not differ in parameters."))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw along the axis under the pointer."""
        axis = self._axis_at(event.position())
        if axis is not None and event.button() is Qt.MouseButton.LeftButton:
            self._hovered = -1
            self._card.hide()
            self._brushes.begin(axis, self._place_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw along an axis; else lift the line under the pointer, and say whose it is."""
        if not self.has_lines:
            return
        if self._brushes.is_drawing:
            self._brushes.go_to(self._place_at(event.position()))
            self.update()
            return
        is_axis = self._axis_at(event.position()) is not None
        shapes = Qt.CursorShape
        self.setCursor(shapes.SizeVerCursor if is_axis else shapes.ArrowCursor)
        model = self._model_at(event.position())
        if model != self._hovered:
            self._hovered = model
            self.update()
        if model >= 0:
            name = self._found.runs[model].name
            parts = [f"{a.column.title}: {a.column.cells[model].text}" for a in self._axes]
            self._card.tell("\n".join((name, *parts)), event.position().toPoint())
        else:
            self._card.hide()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what passes where it was drawn, or the model under the pointer."""
        if self._brushes.is_drawing:
            had_any = bool(self._brushes.ranges)
            self._brushes.end()
            if had_any:
                is_any = bool(self._brushes.ranges)
                self.brushed.emit(self._brushes.within(self._axes) if is_any else [])
            self.update()
        elif self._hovered >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(self._hovered)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take all ranges away."""
        self._brushes.clear()
        self.brushed.emit([])
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Let no line stand out by the pointer."""
        self._hovered = -1
        self._card.hide()
        self.update()
