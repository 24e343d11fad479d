"""Hundreds of thousands of points as a picture: each pixel as full as it has points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from gui.results.live.scales import Array

# While the view moves, no more than so many are drawn: each picture must be there at once.
MOST_WHILE_MOVING = 200_000


def cloud(
    x: Array, y: Array, size: QSize, colour: QColor, opacity: float, *, dot: int = 2
) -> QImage:
    """Return a picture of points in one colour.

    Args:
        x: Places in pixels of the picture, those outside included.
        y: The same, downwards.
        size: Size of the picture.
        colour: The points' colour.
        opacity: Of one point, 0 to 1.
        dot: Side of a point in pixels.
    """
    counts = _counts(x, y, size, None, dot).ravel()
    there = np.flatnonzero(counts)
    parts = np.array([[colour.blue(), colour.green(), colour.red()]], dtype=np.float32)
    return _image(there, _alpha(counts[there], opacity), parts, size)


def coloured_cloud(
    x: Array, y: Array, shares: Array, size: QSize, table: Array, opacity: float, *, dot: int = 2
) -> QImage:
    """Return a picture of points coloured by value, each pixel by the mean of its points.

    Args:
        x: Places in pixels of the picture.
        y: The same, downwards.
        shares: 0 to 1 for each point: where its value lies on the scale.
        size: Size of the picture.
        table: 256 colours as rows of blue, green, red.
        opacity: Of one point, 0 to 1.
        dot: Side of a point in pixels.
    """
    counts = _counts(x, y, size, None, dot).ravel()
    sums = _counts(x, y, size, shares, dot).ravel()
    there = np.flatnonzero(counts)
    found = counts[there]
    steps = np.clip(sums[there] / found * 255, 0, 255).astype(np.intp)
    return _image(there, _alpha(found, opacity), table[steps], size)


def _alpha(counts: Array, opacity: float) -> Array:
    """Return how full pixels with so many points are, 0 to 1."""
    clear = np.float32(1 - min(max(opacity, 0.05), 0.95))
    return 1 - clear ** np.minimum(counts, 64)


def _counts(x: Array, y: Array, size: QSize, weights: Array | None, dot: int) -> Array:
    width, height = size.width(), size.height()
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)  # false for NaN, too
    place = y[inside].astype(np.int32) * np.int32(width) + x[inside].astype(np.int32)
    kept = None if weights is None else weights[inside]
    flat = np.bincount(place, weights=kept, minlength=width * height)
    counts = flat.reshape(height, width).astype(np.float32)
    if dot < 2:
        return counts
    grown = counts.copy()
    for down in range(dot):
        for right in range(dot):
            if down or right:
                grown[down:, right:] += counts[: height - down, : width - right]
    return grown


def _image(there: Array, alpha: Array, colours: Array, size: QSize) -> QImage:
    """Return a picture of these pixels: their places, how full, and what colour they are."""
    width, height = size.width(), size.height()
    pixels = np.zeros((width * height, 4), dtype=np.uint8)
    pixels[there, :3] = colours * alpha[:, None]
    pixels[there, 3] = alpha * 255
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, width * 4, form).copy()
