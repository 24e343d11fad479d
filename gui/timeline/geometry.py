"""Where moments and lanes lie on the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from gui.timeline.lanes import Lane, Placed
from gui.timeline.stretch import Stretch

STRIP_PX = 60
AXIS_PX = 26
HEAD_PX = STRIP_PX + AXIS_PX
GUTTER_PX = 164
NARROW_GUTTER_PX = 40
NARROW_PX = 700
ROW_PX = 26
BAR_PX = 20
LANE_GAP_PX = 10
LEAST_BAR_PX = 2.0
RIGHT_PX = 8


@dataclass(frozen=True)
class Geometry:
    """A stretch of time on a picture of some width.

    Attributes:
        stretch: It.
        width: The width of the whole picture, in pixels.
    """

    stretch: Stretch
    width: int

    @property
    def gutter(self) -> int:
        """Where time begins: left of it stand the headings."""
        return GUTTER_PX if self.width >= NARROW_PX else NARROW_GUTTER_PX

    @property
    def plot_px(self) -> int:
        """How wide time is."""
        return max(1, self.width - self.gutter - RIGHT_PX)

    @property
    def px_per_s(self) -> float:
        """How many pixels a second has."""
        return self.plot_px / self.stretch.length_s

    def x(self, moment_s: float) -> float:
        """Return where a moment lies."""
        return self.gutter + (moment_s - self.stretch.begin_s) * self.px_per_s

    def moment(self, x: float) -> float:
        """Return the moment that lies there."""
        return self.stretch.begin_s + (x - self.gutter) / self.px_per_s

    def bar(self, placed: Placed, top: float, now_s: float) -> QRectF:
        """Return the place of an attempt in a lane that begins at *top*."""
        span = placed.span
        end_s = max(now_s, span.end_s) if span.is_running else span.end_s
        left = max(self.x(span.begin_s), self.gutter - 8.0)
        right = min(self.x(end_s), self.width + 8.0)
        y = top + placed.row * ROW_PX + (ROW_PX - BAR_PX) / 2
        return QRectF(left, y, max(LEAST_BAR_PX, right - left), BAR_PX)


def lane_tops(lanes: Sequence[Lane]) -> Iterator[tuple[int, Lane]]:
    """Yield each lane with its distance from the first one's top."""
    top = LANE_GAP_PX // 2
    for lane in lanes:
        yield top, lane
        top += lane.height_rows * ROW_PX + LANE_GAP_PX


def height_of(lanes: Sequence[Lane]) -> int:
    """Return how high all lanes are together."""
    return sum(lane.height_rows * ROW_PX + LANE_GAP_PX for lane in lanes)
