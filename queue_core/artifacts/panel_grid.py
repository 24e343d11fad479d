"""How the panels of a figure stand side by side, also where there is less room than it asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from queue_core.artifacts.figure import AxisScale, Figure
from queue_core.artifacts.surroundings import surroundings_in
from queue_core.artifacts.ticks import names_height_in

# Narrower than this, a panel's own labels leave no room for what it shows.
_PANEL_IN = 2.0
# How much of a panel's width is left beside the labels of its y axis.
_PLOT_SHARE = 0.8
# What is very wide by nature would become a stripe.
_LEAST_IN = 1.5
# How high a square panel with the names below it is to its width with the names beside it.
_SQUARE_SHARE = 1.1


def fitted(figure: Figure, room_in: float) -> tuple[Figure, tuple[float, float]]:
    """Return a figure arranged for a place of *room_in* inches, and its size there.

    Letters keep their size: what stands around the panels takes more lines and not fewer, and a
    panel whose rows have names stays as high as these need. Other panels become less flat.
    """
    width_in = min(room_in, figure.width_in)
    plots_in = max(figure.height_in - surroundings_in(figure, figure.width_in), 0.0)
    before_in = figure.height_in
    figure = in_columns(figure, columns_that_fit(figure, width_in))
    plots_in *= figure.height_in / before_in
    shrink = min(1.0, width_in / figure.width_in)
    names_in = _names_in(figure, figure.width_in)
    plots_in = max(plots_in - names_in, 0.0)
    if not _has_named_rows(figure):
        shrunk_in = plots_in * max(shrink, shrink**0.5 * 0.85)
        plots_in = max(shrunk_in, min(plots_in, _LEAST_IN))
    if len(figure.panels) == 1 and figure.panels[0].is_square:
        # What a square panel cannot use would be empty.
        plots_in = min(plots_in, width_in * _SQUARE_SHARE)
    plots_in += _names_in(figure, width_in)
    return figure, (width_in, plots_in + surroundings_in(figure, width_in))


def _names_in(figure: Figure, width_in: float) -> float:
    """Return how high the names below the panels of all rows are, at a width."""
    extent_in = width_in / figure.columns * _PLOT_SHARE
    heights = [
        names_height_in(panel.x.categories, extent_in)
        if panel.x.scale is AxisScale.CATEGORY and not panel.is_square
        else 0.0
        for panel in figure.panels
    ]
    return sum(_row_maxima(heights, figure.columns))


def _row_maxima(heights: Sequence[float], columns: int) -> list[float]:
    return [max(heights[start : start + columns]) for start in range(0, len(heights), columns)]


def _has_named_rows(figure: Figure) -> bool:
    return any(
        panel.y.scale is AxisScale.CATEGORY and not panel.is_square for panel in figure.panels
    )


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


def _panel_heights(figure: Figure) -> list[float]:
    """Return how high each panel is to the others: as its row is."""
    ratios = list(figure.row_ratios)
    places = range(len(figure.panels))
    return [ratios[place // figure.columns] if ratios else 1.0 for place in places]
