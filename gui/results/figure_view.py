"""A figure: its picture for the theme of the moment, crisp at any size."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.i18n import tr
from gui.placing import open_at_size
from gui.plain_text import as_title
from gui.results.export import save_figure
from gui.results.loading import LoadingView
from gui.theme import current_theme
from gui.widgets import icon_button, row
from queue_core.artifacts.kinds import Artifact
from queue_core.errors import DataError
from queue_core.library.figures import fitted_figure

SETTLE_MS = 80
# Below this part of its size a figure is drawn anew rather than scaled down.
READABLE_SCALE = 0.8
EMPTY_PATH = re.compile(rb'<path id="([^"]+)"(?: transform="[^"]*")?/>')
USE = re.compile(rb'<use xlink:href="#([^"]+)"[^>]*/>')
SMALLEST_PX = 160


class FigureView(LoadingView):
    """A figure with its buttons."""

    def __init__(
        self, artifact: Artifact, bridge: Bridge, *, resizable: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(bridge, parent)
        self._artifact = artifact
        self._fitted_width = 0
        self.picture = SvgPicture(bridge, artifact.title, keeps_height=not resizable)
        save = icon_button("export", tr("Save figure…"), self._save)
        larger = icon_button("open", tr("Open in a window"), self._enlarge)
        larger.setVisible(not resizable)
        if not resizable:
            self.picture.settled.connect(self._fit)
        self.body.addWidget(self.picture, 1)
        self.body.addLayout(row(None, larger, save, spacing=4))
        if not resizable:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        current_theme().changed.connect(self.load)
        self.load()

    async def fill(self) -> None:
        """Read the picture of the current theme."""
        dark = current_theme().is_dark
        path = self._artifact.dark_svg if dark else self._artifact.light_svg
        self._fitted_width = 0
        self.picture.set_stored(await self.bridge.call(_read, path))

    def _fit(self, width: int) -> None:
        """Draw the figure anew where it would be too small to read."""
        if width == self._fitted_width or not self.picture.is_too_narrow(width):
            return
        self._fitted_width = width
        self.run(self._draw_fitted(width))

    async def _draw_fitted(self, width: int) -> None:
        theme = "dark" if current_theme().is_dark else "light"
        path = str(self._artifact.path)
        svg = await helpers_of(self.bridge).drawing.call(
            fitted_figure, source=path, width_px=width, theme=theme
        )
        self.picture.set_svg(without_empty_glyphs(svg.encode()))

    def _save(self) -> None:
        save_figure(
            self, self.bridge, self._artifact.path, self._artifact.title,
            dark=current_theme().is_dark,
        )  # fmt: skip

    def _enlarge(self) -> None:
        dialog = QDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(as_title(self._artifact.title))
        open_at_size(dialog, QSize(960, 700))
        layout = QVBoxLayout(dialog)
        layout.addWidget(FigureView(self._artifact, self.bridge, resizable=True))
        dialog.show()


class SvgPicture(QWidget):
    """An SVG, drawn on another thread for the size that the widget has.

    While a new size is being drawn, the last picture is shown scaled.

    Signals:
        settled: Carries the width that it has for the time being, in pixels.
    """

    settled = Signal(int)

    def __init__(
        self, bridge: Bridge, title: str, *, keeps_height: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._svg = QByteArray()
        self._natural = QSize(600, 400)
        self._image: QImage | None = None
        self._stored_width = 0
        self._keeps_height = keeps_height
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.setAccessibleName(title)
        both = QSizePolicy.Policy.Expanding
        self.setSizePolicy(both, both)
        self.setMinimumSize(SMALLEST_PX, SMALLEST_PX)

    def set_stored(self, svg: bytes) -> None:
        """Show the stored picture of another figure or theme."""
        self._stored_width = QSvgRenderer(QByteArray(svg)).defaultSize().width()
        self.set_svg(svg)
        if self.isVisible():
            self.settled.emit(self.width())

    def set_svg(self, svg: bytes) -> None:
        """Show another picture."""
        self._svg = QByteArray(svg)
        self._draw()

    def is_too_narrow(self, width: int) -> bool:
        """Return whether the stored picture's letters could not be read at this width."""
        return 0 < width < self._stored_width * READABLE_SCALE

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
        natural, image = await self._bridge.call(_render, self._svg, wanted)
        if natural != self._natural:
            self._natural = natural
            self._keep_proportions()
        image.setDevicePixelRatio(ratio)
        self._image = image
        self.update()

    def _keep_proportions(self) -> None:
        if self._keeps_height:
            self.setFixedHeight(self._height_for(self.width()))

    def _height_for(self, width: int) -> int:
        return max(SMALLEST_PX, round(width * self._natural.height() / self._natural.width()))

    # Qt

    def sizeHint(self) -> QSize:
        """Return the natural size, bounded."""
        width = min(self._natural.width(), 640)
        return QSize(width, self._height_for(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the proportions; draw anew when the size has settled."""
        self._keep_proportions()
        self._settle.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the last picture in the middle."""
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(_fitted(self._natural, self.rect().toRectF()), self._image)
        painter.end()


def _read(path: Path) -> bytes:
    try:
        return without_empty_glyphs(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"The picture {path.name} cannot be read: {error.strerror or error}.",
            hint="Run the job again.",
        ) from error


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
