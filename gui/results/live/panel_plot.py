"""One plot of a figure: axes and marks, moved and zoomed with pointer and keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui.hover_card import HoverCard
from gui.i18n import tr
from gui.results.live.axes_drawing import Frame, bar_of, draw_axes, frame_for
from gui.results.live.canvas import Canvas
from gui.results.live.drawing import draw_mark
from gui.results.live.extents import views_of
from gui.results.live.readings import reading_at
from gui.results.live.scales import View
from gui.results.live.spoken_plot import plot_text
from gui.spoken import Role, speak_as
from gui.theme import current_theme, small_font
from queue_core.artifacts.figure import Panel
from queue_core.artifacts.themes import Theme, ThemeColors, theme_colors

STEP = 0.8
# Nobody reads anything from a stretch ten thousand times shorter, or twenty times longer.
MOST_IN, MOST_OUT = 1e-4, 20.0
SETTLE_MS = 120
KEYS = {
    Qt.Key.Key_Left: (-0.1, 0.0), Qt.Key.Key_Right: (0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1), Qt.Key.Key_Down: (0.0, -0.1),
}  # fmt: skip


class PanelPlot(QWidget):
    """A panel of a figure.

    Signals:
        clicked: It was clicked, not dragged.
        changed: Another stretch is shown.
    """

    clicked = Signal()
    changed = Signal()

    def __init__(
        self, panel: Panel, *, zooms_by_wheel: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._zooms_by_wheel = zooms_by_wheel
        self._hidden: frozenset[str] = frozenset()
        self._home = views_of(panel)
        self._bar = bar_of(panel)
        self._card = HoverCard(self)
        self.views = self._home
        self._kept: dict[tuple[int, str], Any] = {}
        self._picture: QPixmap | None = None
        self._pressed_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._is_moving = False
        # While it moves it is drawn coarsely; then once in full.
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._draw_in_full)
        self.setFont(small_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(48, 64)
        speak_as(self, Role.Chart, panel.title or tr("Plot"))
        current_theme().changed.connect(self._draw_in_full)

    @property
    def is_at_home(self) -> bool:
        """Whether all is shown, as at first."""
        return self.views == self._home

    def show_all(self) -> None:
        """Go back to what was shown at first."""
        self._show(self._home, is_moving=False)

    def hide_labels(self, labels: Collection[str]) -> None:
        """Leave out the marks with these labels."""
        self._hidden = frozenset(labels)
        self._draw_in_full()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Show a stretch *factor* times as long around a place; None: the middle."""
        box = self._frame().box
        at = box.center() if at is None else at
        shares = (at.x() - box.left()) / box.width(), (box.bottom() - at.y()) / box.height()
        found = []
        for view, home, share, axis in zip(
            self.views, self._home, shares, (self._panel.x, self._panel.y), strict=True
        ):
            length = (view.high - view.low) * factor / (home.high - home.low)
            fits = MOST_IN < length < MOST_OUT
            around = 1 - share if axis.is_inverted else share
            found.append(view.zoomed(factor, min(1.0, max(0.0, around))) if fits else view)
        self._show((found[0], found[1]))

    def move_by(self, across: float, up: float) -> None:
        """Move by shares of what is shown."""
        x, y = self.views
        across = -across if self._panel.x.is_inverted else across
        up = -up if self._panel.y.is_inverted else up
        self._show((x.moved(across), y.moved(up)))

    # --- drawing ------------------------------------------------------------------------------

    def _show(self, views: tuple[View, View], *, is_moving: bool = True) -> None:
        if views == self.views:
            return
        self.views = views
        self._is_moving = is_moving
        self._picture = None
        if is_moving:
            self._settle.start()
        self.update()
        self.changed.emit()

    def _draw_in_full(self) -> None:
        self._is_moving = False
        self._picture = None
        self.update()

    def _colours(self) -> ThemeColors:
        return theme_colors(Theme.DARK if current_theme().is_dark else Theme.LIGHT)

    def _marks(self) -> list[Any]:
        marks = self._panel.marks
        return [mark for mark in marks if getattr(mark, "label", "") not in self._hidden]

    def _frame(self) -> Frame:
        return frame_for(self._panel, self.views, self.size(), self.fontMetrics(), self._bar)

    def _canvas(self, painter: QPainter, frame: Frame) -> Canvas:
        return Canvas(
            painter, frame.box, self._panel, *self.views, self._colours(),
            is_moving=self._is_moving, ratio=self.devicePixelRatioF(), width=self.width(),
            kept=self._kept,
        )  # fmt: skip

    def _drawn(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._colours().surface)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        frame = self._frame()
        canvas = self._canvas(painter, frame)
        draw_axes(canvas, frame)
        painter.setClipRect(frame.box.adjusted(-1, -1, 1, 1))
        for mark in self._marks():
            draw_mark(canvas, mark)
        painter.end()
        return pixmap

    # Qt

    def sizeHint(self) -> QSize:
        """Return a size at which a plot is read."""
        return QSize(360, 280)

    def resizeEvent(self, event: Any) -> None:
        """Draw for the new size."""
        self._picture = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the picture, drawn again where what it shows has changed."""
        if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self.hasFocus():
            painter.setPen(current_theme().colours.role("accent"))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -1.5, -1.5))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; in a page that scrolls only with Ctrl held."""
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        turned = event.angleDelta().y()
        if not turned or not (self._zooms_by_wheel or held):
            event.ignore()
            return
        self.zoom(STEP if turned > 0 else 1 / STEP, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move, or to click."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is shown, or say what is under the pointer."""
        at = event.position()
        if self._pressed_at is None:
            self._tell(at)
            return
        if self._dragged_from is None:
            far = (at - self._pressed_at).manhattanLength()
            if far < QApplication.startDragDistance():
                return
            self._dragged_from = self._pressed_at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._card.hide()
        box = self._frame().box
        by = at - self._dragged_from
        self._dragged_from = at
        self.move_by(-by.x() / box.width(), by.y() / box.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the move; without one it was a click."""
        was_click = self._pressed_at is not None and self._dragged_from is None
        self._pressed_at = self._dragged_from = None
        self.unsetCursor()
        if was_click and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all again."""
        self.show_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, move, show all; Enter is a click."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif key in KEYS:
            self.move_by(*KEYS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.show_all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        """Show where the keys go, and say what is seen."""
        if not self.accessibleDescription():
            keys = tr("Plus and minus zoom, arrows move, Home shows all.")
            self.setAccessibleDescription(f"{plot_text(self._panel)} {keys}")
        self.update()

    def focusOutEvent(self, event: Any) -> None:
        """Show it no more."""
        self.update()

    def _tell(self, at: QPointF) -> None:
        frame = self._frame()
        text = ""
        if frame.box.contains(at):
            painter = QPainter()  # nothing is drawn: places are asked for
            text = reading_at(self._canvas(painter, frame), self._marks(), at)
        self._card.tell(text, at.toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing more."""
        self._card.hide()
