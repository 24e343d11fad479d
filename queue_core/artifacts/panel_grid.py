"""How the panels of a figure stand side by side, also where there is less room than it asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from queue_core.artifacts.figure import Figure

# Narrower than this, a panel's own labels leave no room for what it shows.
_PANEL_IN = 2.0


def columns_that_fit(figure: Figure, width_in: float) -> int:
    """Return how many panels stand side by side: fewer than asked for where they are narrow.

    In a matrix of plots, or where widths are chosen, the columns mean something and stay.
    """
    asked = figure.columns
    means_something = bool(figure.column_ratios) or len(figure.panels) == asked**2
    if means_something or width_in / asked >= _PANEL_IN:
        return asked
    return max(1, min(asked, int(width_in / _PANEL_IN)))


def in_columns(figure: Figure, columns: int) -> Figure:
    """Return a figure with its panels in so many columns, each as large as it was.

    A row stays as high as its highest panel needs, so the figure grows downwards.
    """
    if columns == figure.columns:
        return figure
    heights = _panel_heights(figure)
    rows = _row_maxima(heights, columns)
    before = sum(_row_maxima(heights, figure.columns))
    return dataclasses.replace(
        figure,
        columns=columns,
        row_ratios=rows if figure.row_ratios else (),
        column_ratios=(),
        width_in=figure.width_in * columns / figure.columns,
        height_in=figure.height_in * (sum(rows) / before if before else 1.0),
    )


def _row_maxima(heights: Sequence[float], columns: int) -> list[float]:
    return [max(heights[start : start + columns]) for start in range(0, len(heights), columns)]


def _panel_heights(figure: Figure) -> list[float]:
    """Return how high each panel is to the others: as its row is."""
    ratios = list(figure.row_ratios)
    places = range(len(figure.panels))
    return [ratios[place // figure.columns] if ratios else 1.0 for place in places]
