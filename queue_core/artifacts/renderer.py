"""The one renderer: draws a figure's description at any size, light or dark, as SVG, PNG or PDF.

It builds matplotlib's objects directly and never touches pyplot. Matplotlib keeps fonts and
settings for the whole process, so one lock lets one drawing through at a time.
"""

from __future__ import annotations

import io
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as NativeFigure
from matplotlib.figure import SubFigure

from queue_core.artifacts.figure import Figure, Panel, Tone
from queue_core.artifacts.fitting_texts import fit_texts, keep_inside, write_title
from queue_core.artifacts.fonts import can_write, font_families
from queue_core.artifacts.local_forms import ENGLISH, LocalForms, written_in
from queue_core.artifacts.marks import Canvas, draw_mark
from queue_core.artifacts.panel_grid import columns_that_fit, in_columns
from queue_core.artifacts.surroundings import (
    MARGIN_IN,
    TEXT_PT,
    add_legend,
    is_narrow,
    write_head,
    write_notes,
)
from queue_core.artifacts.themes import Theme, ThemeColors, theme_colors
from queue_core.artifacts.ticks import apply_axis, apply_scale, format_bar, shorten

_LOCK = threading.Lock()


class ImageFormat(StrEnum):
    """What a figure can be drawn as."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


def render(
    figure: Figure,
    *,
    size: tuple[float, float] | None = None,
    theme: Theme = Theme.LIGHT,
    image_format: ImageFormat = ImageFormat.SVG,
    dots_per_inch: int = 200,
    forms: LocalForms = ENGLISH,
) -> bytes:
    """Draw a figure.

    Args:
        figure: What to draw.
        size: Width and height in inches; None: its natural size.
        theme: The surface that it is drawn for.
        image_format: Kind of image.
        dots_per_inch: Resolution of a PNG and of the images inside of SVG and PDF.
        forms: How its numbers and months are written.

    Returns:
        The image file's bytes; the same for the same arguments.
    """
    width_in, height_in = size or (figure.width_in, figure.height_in)
    colors = theme_colors(theme)
    with _LOCK, _quiet(), written_in(forms), mpl.rc_context(_settings(figure, colors)):
        # The layout must be chosen first: a colour bar is built differently without it.
        native = NativeFigure(
            figsize=(width_in, height_in), dpi=dots_per_inch, layout="constrained"
        )
        FigureCanvasAgg(native)
        _compose(native, figure, colors)
        _settle(native)
        buffer = io.BytesIO()
        native.savefig(
            buffer,
            format=image_format.value,
            facecolor=colors.surface,
            dpi=dots_per_inch,
            metadata=_METADATA[image_format],
        )
        return buffer.getvalue()


def _settle(native: NativeFigure) -> None:
    """Lay out once and for all, to places without the last bits.

    These differ from time to time, and the picture's bytes must not.
    """
    layout: Any = native.get_layout_engine()
    # A title may be longer than its panel is wide, which is known after a first layout only.
    layout.execute(native)
    fit_texts(native)
    layout.execute(native)
    native.set_layout_engine("none")
    for axes in native.axes:
        left, bottom, width, height = np.round(axes.get_position(original=True).bounds, 6)
        axes.set_position((left, bottom, width, height), which="original")
    keep_inside(native)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence hints that nobody can follow: fonts without a letter, no room at tiny sizes."""
    logger = logging.getLogger("matplotlib.font_manager")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        logger.setLevel(before)


_METADATA: dict[ImageFormat, dict[str, Any]] = {
    ImageFormat.SVG: {"Date": None, "Creator": None},
    ImageFormat.PNG: {"Software": None},
    ImageFormat.PDF: {"CreationDate": None, "Creator": None, "Producer": None},
}


def _settings(figure: Figure, colors: ThemeColors) -> dict[str, Any]:
    text, muted, grid = (colors.tones[tone] for tone in (Tone.TEXT, Tone.MUTED, Tone.GRID))
    # Letters are drawn as outlines, the same everywhere; only a script that no font here has is
    # left to the fonts of whoever looks at the picture.
    writable = all(can_write(character) for character in set(_words(figure)) if character > " ")
    return {
        "font.family": list(font_families()),
        "font.size": TEXT_PT,
        "svg.fonttype": "path" if writable else "none",
        "svg.hashsalt": "figure",
        "pdf.fonttype": 42,
        "axes.unicode_minus": True,
        "axes.facecolor": colors.surface,
        "axes.edgecolor": grid,
        "axes.linewidth": 0.9,
        "axes.labelcolor": muted,
        "axes.labelsize": 9.0,
        "axes.titlecolor": text,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": grid,
        "grid.linewidth": 0.7,
        "text.color": text,
        "text.parse_math": False,
        "xtick.color": grid,
        "ytick.color": grid,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "legend.frameon": False,
        "legend.fontsize": TEXT_PT,
        "legend.labelcolor": text,
    }


def _words(figure: Figure) -> str:
    parts = [figure.title, figure.subtitle, figure.legend_title, *figure.notes]
    for panel in figure.panels:
        parts.append(panel.title)
        for axis in (panel.x, panel.y):
            parts += [axis.label, axis.unit, *axis.categories]
        parts += [getattr(mark, "label", "") + getattr(mark, "text", "") for mark in panel.marks]
    return "".join(parts)


def _compose(native: NativeFigure, figure: Figure, colors: ThemeColors) -> None:
    width_in, height_in = native.get_size_inches()
    head_in = write_head(native, figure, colors)
    notes_in = write_notes(native, figure, colors)
    inner_in = max(width_in - 2 * MARGIN_IN, 0.5), max(height_in - head_in - notes_in, 0.5)
    layout: Any = native.get_layout_engine()
    layout.set(
        rect=(
            MARGIN_IN / width_in,
            notes_in / height_in,
            inner_in[0] / width_in,
            inner_in[1] / height_in,
        ),
        w_pad=0.05,
        h_pad=0.06,
    )
    # The panels and their legend share what the head, the notes and the margins leave.
    body: Any = native.subfigures()
    figure = in_columns(figure, columns_that_fit(figure, width_in))
    panels, columns = figure.panels, figure.columns
    rows = max(1, -(-len(panels) // columns))
    grid = body.subplots(
        rows,
        columns,
        squeeze=False,
        gridspec_kw={
            "height_ratios": figure.row_ratios or None,
            "width_ratios": figure.column_ratios or None,
        },
    )
    extent = (inner_in[0] / columns * 0.8, inner_in[1] / rows * 0.75)
    for number, axes in enumerate(grid.flat):
        if number < len(panels):
            _draw_panel(body, axes, panels[number], colors, extent, columns)
        else:
            axes.set_axis_off()
    add_legend(body, figure, width_in)


def _draw_panel(
    body: SubFigure,
    axes: Any,
    panel: Panel,
    colors: ThemeColors,
    extent: tuple[float, float],
    columns: int,
) -> None:
    write_title(axes, panel.title)
    apply_scale(axes, panel.x, which="x")
    apply_scale(axes, panel.y, which="y")
    canvas = Canvas(axes, panel, colors, [])
    for mark in panel.marks:
        draw_mark(canvas, mark)
    apply_axis(axes, panel.x, which="x", extent_in=extent[0])
    apply_axis(axes, panel.y, which="y", extent_in=extent[1], columns=columns)
    if panel.is_square:
        axes.set_box_aspect(1)
    for drawn, label in canvas.color_bars:
        # Beside a narrow panel it would take the room of the cells.
        where = "bottom" if is_narrow(body.figure.get_size_inches()[0]) else "right"
        bar: Any = body.colorbar(drawn, ax=axes, fraction=0.05, pad=0.02, aspect=28, location=where)
        bar.set_label(shorten(label, 40))
        bar.outline.set_visible(False)
        format_bar(bar)
