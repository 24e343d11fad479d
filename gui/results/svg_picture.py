"""An SVG drawn on another thread for the size that it has, crisp at any size."""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.spoken import Role, speak_as

SETTLE_MS = 80
EMPTY_PATH = re.compile(rb'<path id="([^"]+)"(?: transform="[^"]*")?/>')
USE = re.compile(rb'<use xlink:href="#([^"]+)"[^>]*/>')
SMALLEST_PX = 160


class SvgPicture(QWidget):
    """An SVG, drawn on another thread for the size that the widget has.

    While a new size is being drawn, the last picture is shown scaled.

    Signals:
        settled: Carries the width that it has for the time being, in pixels.
        clicked: It was clicked.
    """

    settled = Signal(int)
    clicked = Signal()

    def __init__(self, bridge: Bridge, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._svg = QByteArray()
        self._natural = QSize(600, 400)
        self._image: QImage | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        speak_as(self, Role.Graphic, title)
        both = QSizePolicy.Policy.Expanding
        self.setSizePolicy(both, both)
        self.setMinimumSize(SMALLEST_PX, SMALLEST_PX)

    def set_svg(self, svg: bytes) -> None:
        """Show another picture."""
        self._svg = QByteArray(svg)
        self._draw()

    def resettle(self) -> None:
        """Look again how much room there is."""
        self._settle.start()

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture to see."""
        return self._image is not None

    def _on_settled(self) -> None:
        self._draw()
        if self.isVisible():
            self.settled.emit(self.width())

    def _draw(self) -> None:
        if self._svg.isEmpty():
            return
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(self.width() * ratio), round(self.height() * ratio))
        task = self._bridge.start(self._draw_for(wanted, ratio), what=tr("Drawing a figure"))
        self.destroyed.connect(task.cancel)

    async def _draw_for(self, wanted: QSize, ratio: float) -> None:
        self._natural, image = await self._bridge.call(_render, self._svg, wanted)
        image.setDevicePixelRatio(ratio)
        self._image = image
        self.update()

    # Qt

    def sizeHint(self) -> QSize:
        """Return the natural size, bounded."""
        return self._natural.boundedTo(QSize(640, 640))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew when the size has settled."""
        self._settle.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Say that it was clicked."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the last picture in the middle."""
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(_fitted(self._natural, self.rect().toRectF()), self._image)
        painter.end()


def without_empty_glyphs(svg: bytes) -> bytes:
    """Leave out glyphs that draw nothing, and their uses: Qt warns of each space otherwise."""
    empty = set(EMPTY_PATH.findall(svg))
    if not empty:
        return svg
    kept = USE.sub(lambda found: b"" if found[1] in empty else found[0], svg)
    return EMPTY_PATH.sub(b"", kept)


def _render(svg: QByteArray, wanted: QSize) -> tuple[QSize, QImage]:
    """Draw on the calling thread: images, unlike pixmaps, may be drawn on anywhere."""
    renderer = QSvgRenderer(svg)
    natural = renderer.defaultSize()
    if natural.isEmpty():
        natural = QSize(600, 400)
    size = natural.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return natural, image


def _fitted(natural: QSize, box: QRectF) -> QRectF:
    scale = min(box.width() / natural.width(), box.height() / natural.height())
    width, height = natural.width() * scale, natural.height() * scale
    return QRectF(
        box.x() + (box.width() - width) / 2, box.y() + (box.height() - height) / 2, width, height
    )
