"""Where a panel's marks are drawn: a box of pixels over two stretches, and the theme's colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.results.live.scales import Array, View, measured
from queue_core.artifacts.figure import Color, ColorScale, LineStyle, Panel
from queue_core.artifacts.themes import ThemeColors

PX_PER_POINT = 96 / 72
KEPT_FROM = 500
STYLES = {
    LineStyle.SOLID: Qt.PenStyle.SolidLine,
    LineStyle.DASHED: Qt.PenStyle.DashLine,
    LineStyle.DOTTED: Qt.PenStyle.DotLine,
}


@dataclass(frozen=True)
class Canvas:
    """One panel on its way to the screen.

    Attributes:
        painter: Draws.
        box: Where the marks are, in pixels.
        panel: What is drawn.
        across: The stretch along x.
        up: The stretch along y.
        colours: The theme's.
        is_moving: Whether the next picture follows at once.
        ratio: Pixels of the screen for each of these.
        width: Of all that is drawn, in pixels.
        kept: The arrays of the panel's marks, by the identity of their values.
    """

    painter: QPainter
    box: QRectF
    panel: Panel
    across: View
    up: View
    colours: ThemeColors
    is_moving: bool = False
    ratio: float = 1.0
    width: int = 0
    kept: dict[tuple[int, str], Array] = field(default_factory=dict)

    def x(self, values: Any, every: int = 1) -> Array:
        """Return where values along x are, in pixels; of many only one in *every*."""
        factor = self.box.width() / _length(self.across)
        numbers = self.numbers(values, "x")[::every]
        if self.panel.x.is_inverted:
            return numbers * -factor + (self.box.right() + self.across.low * factor)
        return numbers * factor + (self.box.left() - self.across.low * factor)

    def y(self, values: Any, every: int = 1) -> Array:
        """Return where values along y are, in pixels; of many only one in *every*."""
        factor = self.box.height() / _length(self.up)
        numbers = self.numbers(values, "y")[::every]
        if self.panel.y.is_inverted:
            return numbers * factor + (self.box.top() - self.up.low * factor)
        return numbers * -factor + (self.box.bottom() + self.up.low * factor)

    def numbers(self, values: Any, axis: str = "") -> Array:
        """Return values in an axis' measure; those of a mark are turned into an array once."""
        is_mark = isinstance(values, tuple) and len(values) >= KEPT_FROM
        key = (id(values), axis)
        if is_mark and key in self.kept:
            return self.kept[key]
        measure = {"x": self.panel.x, "y": self.panel.y}.get(axis)
        found = np.asarray(values, dtype=float) if measure is None else measured(measure, values)
        if is_mark:
            self.kept[key] = found
        return found

    def colour(self, colour: Color, opacity: float = 1.0) -> QColor:
        """Return a colour of the theme."""
        found = QColor(self.colours.color(colour))
        found.setAlphaF(max(0.0, min(1.0, opacity)))
        return found

    def pen(
        self, colour: Color, width_pt: float, style: LineStyle = LineStyle.SOLID,
        opacity: float = 1.0,
    ) -> QPen:  # fmt: skip
        """Return a pen."""
        pen = QPen(self.colour(colour, opacity), max(1.0, width_pt * PX_PER_POINT * 0.85))
        pen.setStyle(STYLES[style])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen


def colour_table(colours: ThemeColors, scale: ColorScale) -> Array:
    """Return the 256 colours of a scale as rows of blue, green, red."""
    stops = {
        ColorScale.SEQUENTIAL: colours.sequential,
        ColorScale.SWEEP: colours.sweep,
        ColorScale.DIVERGING: colours.diverging,
    }[scale]
    known = [QColor(stop) for stop in stops]
    at = np.linspace(0, 1, len(known))
    parts = [[c.blue() for c in known], [c.green() for c in known], [c.red() for c in known]]
    wanted = np.linspace(0, 1, 256)
    return np.stack([np.interp(wanted, at, part) for part in parts], axis=1).astype(np.float32)


def shares_of(values: Any, scale: ColorScale, low: float | None, high: float | None) -> Array:
    """Return where values lie between the ends of a scale, 0 to 1; NaN where there is none."""
    start, end = ends_of(values, scale, low, high)
    return (np.asarray(values, dtype=float) - start) / ((end - start) or 1.0)


def ends_of(
    values: Any, scale: ColorScale, low: float | None, high: float | None
) -> tuple[float, float]:
    """Return the values at both ends of a scale; a diverging one is centred on 0."""
    numbers = np.asarray(values, dtype=float)
    known = numbers[np.isfinite(numbers)]
    start = low if low is not None else float(known.min()) if known.size else 0.0
    end = high if high is not None else float(known.max()) if known.size else 1.0
    if scale is ColorScale.DIVERGING:
        end = max(abs(start), abs(end)) or 1.0
        start = -end
    return start, end


def _length(view: View) -> float:
    return view.high - view.low or 1.0
