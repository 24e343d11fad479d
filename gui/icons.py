"""Our own icons: SVG files of one family, drawn in the colour that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


class IconEngine(QIconEngine):
    """Draws one icon at any size in the colour of the moment, so that themes can change.

    In a rectangle that is wider than high it stands at the left: Qt has no other way to choose the
    room between the icon of a button and its text.
    """

    def __init__(self, name: str, colour: Callable[[bool], str]) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the icon into *rect*."""
        ratio = painter.device().devicePixelRatio()
        side = min(rect.width(), rect.height())
        top = rect.y() + (rect.height() - side) // 2
        painter.drawPixmap(QRect(rect.x(), top, side, side), self._render(side, mode, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon as a picture of *size* device pixels."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        """Return the icon as a picture of *size* device pixels on a screen of *scale*."""
        side = round(min(size.width(), size.height()) / scale)
        if size.width() == size.height():
            return self._render(side, mode, scale)
        picture = QPixmap(size)
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.drawPixmap(0, 0, self._render(side, mode, scale))
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Return another one like this."""
        return IconEngine(self._name, self._colour)

    def _render(self, side: int, mode: QIcon.Mode, ratio: float) -> QPixmap:
        colour = self._colour(mode == QIcon.Mode.Disabled)
        return render_icon(self._name, colour, side, ratio)


@lru_cache(maxsize=512)
def render_icon(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon *name* in *colour* (`#rrggbb`) as a picture of *size* logical pixels."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


@cache
def _source(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
