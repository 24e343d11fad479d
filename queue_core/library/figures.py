"""Stored figures, drawn anew for the room that a viewer has.

The window asks for these in another process, so arguments and results are JSON data. Title,
subtitle and notes are left to the window, which shows them as texts: once, and never over the
drawing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queue_core.artifacts.figure_words import with_words
from queue_core.artifacts.local_forms import LocalForms
from queue_core.errors import DataError

if TYPE_CHECKING:
    from queue_core.artifacts.figure import Figure, Panel

PX_PER_INCH = 96
# Of a few plots, each is read closely; many small ones are for a glance.
NARROWEST_OF_FEW_PX = 280
FEW_PLOTS = 3
# A bar, a box or a row of cells with its name beside it.
CATEGORY_PX = 22
# What an axis with its label, or the title of a panel, takes of the height.
AXIS_PX = 56
TITLE_PX = 22
LEGEND_LINE_PX = 17
LEGEND_LETTER_PX = 7
SMALLEST_PX = 280
TALLEST_PLOT_PX = 460
TALLEST_PX = 6000
HEIGHT_OF_WIDTH = 0.66
FEWEST_SLANTED = 5
MOST_LEGEND_LABELS = 24


def fitted_figure(
    source: str, width_px: int, theme: str, words: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Return the plots of a stored figure as SVG, as wide as asked for.

    Letters keep their size, so that they can be read; the figure grows downwards.

    Args:
        source: The figure's description.
        width_px: How wide.
        theme: `light` or `dark`.
        words: What is written in place of the figure's own words, if anything.
        forms: How numbers and months are written, see `LocalForms`.
    """
    from queue_core.artifacts.renderer import render
    from queue_core.artifacts.themes import Theme

    figure = with_words(read_stored(source), words or {})
    columns = plot_columns(figure, width_px)
    drawn = dataclasses.replace(
        figure, title="", subtitle="", notes=(), columns=columns,
        row_ratios=row_heights(figure, width_px),
    )  # fmt: skip
    if columns < figure.columns:
        drawn = dataclasses.replace(drawn, column_ratios=())
    size = width_px / PX_PER_INCH, fitted_height(figure, width_px) / PX_PER_INCH
    local = LocalForms.from_json(forms)
    return render(drawn, size=size, theme=Theme(theme), forms=local).decode()


def whole_figure(
    source: str, theme: str, words: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Return a stored figure as SVG at its own size, with title and notes, as it is exported."""
    from queue_core.artifacts.renderer import render
    from queue_core.artifacts.themes import Theme

    figure = with_words(read_stored(source), words or {})
    return render(figure, theme=Theme(theme), forms=LocalForms.from_json(forms)).decode()


def figure_words(source: str) -> Mapping[str, Any]:
    """Return what is written in a stored figure, as `FigureWords` has it."""
    from queue_core.artifacts.figure_words import words_of

    return dataclasses.asdict(words_of(read_stored(source)))


def figure_outline(source: str, width_px: int) -> Mapping[str, Any]:
    """Return what is known of a figure before it is drawn: its height and the texts around it."""
    figure = read_stored(source)
    return {
        "height_px": fitted_height(figure, width_px),
        "subtitle": figure.subtitle,
        "notes": list(figure.notes),
    }


def fitted_height(figure: Figure, width_px: int) -> int:
    """Return how high a figure must be at this width, in pixels.

    Whatever stands in rows (bars, boxes, cells) has 22 pixels for each, other plots the height
    that suits their width; the least is 280.
    """
    height = sum(row_heights(figure, width_px)) + _legend_height(figure, width_px)
    return min(TALLEST_PX, max(SMALLEST_PX, height))


def row_heights(figure: Figure, width_px: int) -> list[int]:
    """Return how high each row of plots is: as high as its highest."""
    columns = plot_columns(figure, width_px)
    heights = [_panel_height(panel, width_px // columns) for panel in figure.panels]
    return [max(heights[at : at + columns]) for at in range(0, len(heights), columns)]


def read_stored(source: str) -> Figure:
    """Return the description of a stored figure.

    Raises:
        DataError: It cannot be read.
    """
    from queue_core.artifacts.figure_json import figure_from_json

    path = Path(source)
    try:
        return figure_from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"The figure {path.name} cannot be read: {error.strerror or error}.",
            hint="Run its job again.",
        ) from error


def plot_columns(figure: Figure, width_px: int) -> int:
    """Return how many plots stand side by side: as many as can be read."""
    from queue_core.artifacts.panel_grid import columns_that_fit

    if len(figure.panels) <= FEW_PLOTS and not figure.column_ratios:
        return max(1, min(figure.columns, width_px // NARROWEST_OF_FEW_PX))
    return columns_that_fit(figure, width_px / PX_PER_INCH)


def _panel_height(panel: Panel, width_px: int) -> int:
    from queue_core.artifacts.figure import AxisScale

    around = AXIS_PX + (TITLE_PX if panel.title else 0) + _slanted_px(panel)
    if panel.y.scale is AxisScale.CATEGORY and panel.y.categories:
        return len(panel.y.categories) * CATEGORY_PX + around
    if panel.is_square:
        return min(width_px, TALLEST_PLOT_PX) + around
    return min(TALLEST_PLOT_PX, round(width_px * HEIGHT_OF_WIDTH)) + around


def _slanted_px(panel: Panel) -> int:
    """Return what names below the plot take more where there are so many that they slant."""
    names = panel.x.categories
    longest = max(map(len, names), default=0)
    return min(80, longest * 5) if len(names) >= FEWEST_SLANTED and longest > 3 else 0


def _legend_height(figure: Figure, width_px: int) -> int:
    """Return the height of a legend below the plots, more than it takes beside them."""
    labels = {getattr(mark, "label", "") for panel in figure.panels for mark in panel.marks}
    shown = sorted(filter(None, labels), key=len)[-MOST_LEGEND_LABELS:]
    if not shown:
        return 0
    widest_px = (len(shown[-1]) + 5) * LEGEND_LETTER_PX
    side_by_side = max(1, min(3, width_px // widest_px))
    return -(-len(shown) // side_by_side) * LEGEND_LINE_PX + LEGEND_LINE_PX
