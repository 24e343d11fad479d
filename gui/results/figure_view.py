"""A figure: its picture for the theme of the moment, crisp at any size."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.results.export import save_figure
from gui.results.loading import LoadingView
from gui.theme import current_theme
from gui.widgets import icon_button, row
from queue_core.artifacts.kinds import Artifact
from queue_core.errors import DataError

SETTLE_MS = 80
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
        self.picture = SvgPicture(bridge, artifact.title, keeps_height=not resizable)
        save = icon_button("export", tr("Save figure…"), self._save)
        larger = icon_button("open", tr("Open in a window"), self._enlarge)
        larger.setVisible(not resizable)
        self.body.addWidget(self.picture, 1)
        self.body.addLayout(row(None, larger, save, spacing=4))
        current_theme().changed.connect(self.load)
        self.load()

    async def fill(self) -> None:
        """Read the picture of the current theme."""
        dark = current_theme().is_dark
        path = self._artifact.dark_svg if dark else self._artifact.light_svg
        self.picture.set_svg(await self.bridge.call(_read, path))

    def _save(self) -> None:
        save_figure(
            self, self.bridge, self._artifact.path, self._artifact.title,
            dark=current_theme().is_dark,
        )  # fmt: skip

    def _enlarge(self) -> None:
        dialog = QDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self._artifact.title)
        dialog.resize(960, 700)
        layout = QVBoxLayout(dialog)
        layout.addWidget(FigureView(self._artifact, self.bridge, resizable=True))
        dialog.show()


class SvgPicture(QWidget):
    """An SVG, drawn on another thread for the size that the widget has.

    While a new size is being drawn, the last picture is shown scaled.
    """

    def __init__(
        self, bridge: Bridge, title: str, *, keeps_height: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._svg = QByteArray()
        self._natural = QSize(600, 400)
        self._image: QImage | None = None
        self._keeps_height = keeps_height
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self.setAccessibleName(title)
        vertical = QSizePolicy.Policy.Fixed if keeps_height else QSizePolicy.Policy.Expanding
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        policy.setHeightForWidth(keeps_height)
        self.setSizePolicy(policy)
        self.setMinimumSize(SMALLEST_PX, SMALLEST_PX)

    def set_svg(self, svg: bytes) -> None:
        """Show another picture."""
        self._svg = QByteArray(svg)
        self._draw()

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture to see."""
        return self._image is not None

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
            self.updateGeometry()
        image.setDevicePixelRatio(ratio)
        self._image = image
        self.update()

    # Qt

    def hasHeightForWidth(self) -> bool:
        """Keep the picture's proportions where the width is given."""
        return self._keeps_height

    def heightForWidth(self, width: int) -> int:
        """Return the height that fits the width."""
        return max(SMALLEST_PX, round(width * self._natural.height() / self._natural.width()))

    def sizeHint(self) -> QSize:
        """Return the natural size, bounded."""
        width = min(self._natural.width(), 640)
        return QSize(width, self.heightForWidth(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew when the size has settled."""
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
