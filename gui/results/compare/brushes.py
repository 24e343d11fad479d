"""Parts of axes that were brushed over: only models within all of them are meant.

Knows no widgets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gui.results.compare.axes import PlotAxis

# A click is no brush.
LEAST = 0.02
# What stands at the very edge of a brush is within it.
SLACK = 0.005


class Brushes:
    """One range for each axis that has one, from 0 below to 1 above."""

    def __init__(self) -> None:
        self._ranges: dict[int, tuple[float, float]] = {}
        self._start: tuple[int, float] | None = None

    @property
    def ranges(self) -> Mapping[int, tuple[float, float]]:
        """The range of each axis that was brushed."""
        return self._ranges

    @property
    def is_drawing(self) -> bool:
        """Whether one is being drawn."""
        return self._start is not None

    def begin(self, axis: int, place: float) -> None:
        """Begin a range on an axis."""
        self._start = (axis, place)

    def go_to(self, place: float) -> None:
        """Draw the range on to a place."""
        if self._start is not None:
            axis, start = self._start
            low, high = sorted((start, min(1.0, max(0.0, place))))
            self._ranges[axis] = (max(0.0, low), high)

    def end(self) -> bool:
        """Keep the range, or take it away if it is no more than a click; return which."""
        if self._start is None:
            return False
        axis = self._start[0]
        self._start = None
        low, high = self._ranges.get(axis, (0.0, 0.0))
        if high - low >= LEAST:
            return True
        self._ranges.pop(axis, None)
        return False

    def clear(self) -> None:
        """Take all away."""
        self._ranges.clear()
        self._start = None

    def within(self, axes: Sequence[PlotAxis]) -> list[int]:
        """Return the models within all ranges."""
        count = len(axes[0].places) if axes else 0
        return [
            model
            for model in range(count)
            if all(
                low - SLACK <= axes[axis].places[model] <= high + SLACK
                for axis, (low, high) in self._ranges.items()
            )
        ]
