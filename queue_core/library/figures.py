"""Stored figures, drawn anew for the room that a viewer has.

The window asks for these in another process, so arguments and results are JSON data.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

PX_PER_INCH = 96
NARROWEST_PLOT_PX = 180


def fitted_figure(source: str, width_px: int, theme: str) -> str:
    """Return a stored figure as SVG, drawn anew for a narrow place: fewer plots side by side.

    Letters keep their size, so that they can be read; the figure grows downwards.
    """
    from queue_core.artifacts.figure_json import figure_from_json
    from queue_core.artifacts.renderer import render
    from queue_core.artifacts.themes import Theme

    figure = figure_from_json(Path(source).read_text(encoding="utf-8"))
    # In a matrix of plots, or where widths are chosen, the columns mean something.
    means_something = bool(figure.column_ratios) or len(figure.panels) == figure.columns**2
    room = figure.columns if means_something else width_px // NARROWEST_PLOT_PX
    columns = max(1, min(figure.columns, room))
    size = fitted_size(figure.width_in, figure.height_in, width_px / PX_PER_INCH)
    if columns < figure.columns:
        plots = len(figure.panels)
        growth = -(-plots // columns) / -(-plots // figure.columns)
        plot_ratio = (figure.height_in * growth) / (figure.width_in * columns / figure.columns)
        figure = dataclasses.replace(figure, columns=columns, column_ratios=())
        size = (size[0], size[0] * plot_ratio)
    return render(figure, size=size, theme=Theme(theme)).decode()


def fitted_size(width_in: float, height_in: float, room_in: float) -> tuple[float, float]:
    """Return the size of a figure in a place of *room_in* inches: narrower, but not as flat."""
    shrink = min(1.0, room_in / width_in)
    return width_in * shrink, height_in * max(shrink, shrink**0.5 * 0.85)
