"""Stored figures, drawn anew for the room that a viewer has.

The window asks for these in another process, so arguments and results are JSON data.
"""

from __future__ import annotations

from pathlib import Path

PX_PER_INCH = 96


def fitted_figure(source: str, width_px: int, theme: str) -> str:
    """Return a stored figure as SVG, drawn anew for a narrow place: fewer plots side by side.

    Letters keep their size, so that they can be read; the figure grows downwards.
    """
    from queue_core.artifacts.figure_json import figure_from_json
    from queue_core.artifacts.panel_grid import fitted
    from queue_core.artifacts.renderer import render
    from queue_core.artifacts.themes import Theme

    figure = figure_from_json(Path(source).read_text(encoding="utf-8"))
    figure, size = fitted(figure, width_px / PX_PER_INCH)
    return render(figure, size=size, theme=Theme(theme)).decode()
