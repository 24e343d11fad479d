"""The heading of a table of data: each column's name and, below it, how its values lie."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from gui.submit.miniature import HEIGHT_PX, Shape, draw_shape

MARGIN_PX = 11
WIDEST_PX = 90


class ShapeHeader(QHeaderView):
    """Draws the shapes of columns below their names, where they are known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self._shapes: Mapping[int, Shape] = {}

    def show_shapes(self, shapes: Mapping[int, Shape]) -> None:
        """Show these shapes, by the column's place."""
        self._shapes = shapes
        self.updateGeometries()
        self.viewport().update()

    # Qt

    def sizeHint(self) -> QSize:
        """Return the usual height, and that of the shapes where there are any."""
        size = super().sizeHint()
        more = HEIGHT_PX + 4 if self._shapes else 0
        return QSize(size.width(), size.height() + more)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        """Draw the name above the shape."""
        painter.save()
        super().paintSection(painter, rect, logicalIndex)
        painter.restore()
        shape = self._shapes.get(logicalIndex)
        if shape is None:
            return
        width = min(WIDEST_PX, rect.width() - 2 * MARGIN_PX)
        if width < 16:
            return
        painter.save()
        place = QRectF(rect.left() + MARGIN_PX, rect.bottom() - HEIGHT_PX - 4, width, HEIGHT_PX)
        draw_shape(painter, shape, place)
        painter.restore()
