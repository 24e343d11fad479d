"""Makes the program's icons of all sizes from its one drawing."""

from __future__ import annotations

import os
from pathlib import Path

from workshop import BUILD, ROOT, fresh

DRAWING = ROOT / "resources" / "icons" / "application.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICONS = BUILD / "icons"


def make_icons() -> Path:
    """Draw a PNG of each size, an ICO and an ICNS; return their folder."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    fresh(ICONS)
    renderer = QSvgRenderer(str(DRAWING))
    for size in (*SIZES, 1024):
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter)
        painter.end()
        image.save(str(ICONS / f"{size}.png"))
    with Image.open(ICONS / "1024.png") as largest:
        largest.save(ICONS / "program.ico", sizes=[(size, size) for size in SIZES if size <= 256])
        largest.save(ICONS / "program.icns")
    del application
    return ICONS
