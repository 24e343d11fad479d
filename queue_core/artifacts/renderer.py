"""The one renderer: draws a figure's description at any size, light or dark, as SVG, PNG or PDF.

It builds matplotlib's objects directly and never touches pyplot. Matplotlib keeps fonts and
settings for the whole process, so one lock lets one drawing through at a time.
"""

from __future__ import annotations

import io
import logging
import textwrap
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as NativeFigure
from matplotlib.figure import SubFigure

from queue_core.artifacts.figure import Figure, Panel, Tone
from queue_core.artifacts.fitting_texts import fit_texts, keep_inside, write_title
from queue_core.artifacts.fonts import can_write, font_families
from queue_core.artifacts.marks import Canvas, draw_mark
from queue_core.artifacts.themes import Theme, ThemeColors, theme_colors
from queue_core.artifacts.ticks import apply_axis, apply_scale, format_bar, shorten

_LOCK = threading.Lock()
_MARGIN_IN = 0.16
_TITLE_PT, _SUBTITLE_PT, _NOTE_PT, _TEXT_PT = 12.5, 9.0, 8.0, 9.0
_LEGEND_ROWS = 24
_NARROW_IN = 5.5
_PANEL_IN = 2.0


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
) -> bytes:
    """Draw a figure.

    Args:
        figure: What to draw.
        size: Width and height in inches; None: its natural size.
        theme: The surface that it is drawn for.
        image_format: Kind of image.
        dots_per_inch: Resolution of a PNG and of the images inside of SVG and PDF.

    Returns:
        The image file's bytes; the same for the same arguments.
    """
    width_in, height_in = size or (figure.width_in, figure.height_in)
    colors = theme_colors(theme)
    with _LOCK, _quiet(), mpl.rc_context(_settings(figure, colors)):
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
        "font.size": _TEXT_PT,
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
        "legend.fontsize": _TEXT_PT,
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
    head_in = _write_head(native, figure, colors, width_in, height_in)
    notes_in = _write_notes(native, figure, colors, width_in, height_in)
    inner_in = max(width_in - 2 * _MARGIN_IN, 0.5), max(height_in - head_in - notes_in, 0.5)
    layout: Any = native.get_layout_engine()
    layout.set(
        rect=(
            _MARGIN_IN / width_in,
            notes_in / height_in,
            inner_in[0] / width_in,
            inner_in[1] / height_in,
        ),
        w_pad=0.05,
        h_pad=0.06,
    )
    # The panels and their legend share what the head, the notes and the margins leave.
    body: Any = native.subfigures()
    panels = figure.panels
    columns = _columns_of(figure, width_in)
    rows = max(1, -(-len(panels) // columns))
    grid = body.subplots(
        rows,
        columns,
        squeeze=False,
        gridspec_kw={
            "height_ratios": _row_ratios(figure, columns, rows),
            "width_ratios": figure.column_ratios or None,
        },
    )
    extent = (inner_in[0] / columns * 0.8, inner_in[1] / rows * 0.75)
    for number, axes in enumerate(grid.flat):
        if number < len(panels):
            _draw_panel(body, axes, panels[number], colors, extent, columns)
        else:
            axes.set_axis_off()
    _add_legend(body, figure, width_in)


def _columns_of(figure: Figure, width_in: float) -> int:
    """Return how many panels stand side by side: fewer than asked for where they are narrow."""
    asked = figure.columns
    is_grid = len(figure.panels) == asked * asked or bool(figure.column_ratios)
    if is_grid or width_in / asked >= _PANEL_IN:
        return asked
    return max(1, min(asked, int(width_in / _PANEL_IN)))


def _row_ratios(figure: Figure, columns: int, rows: int) -> list[float] | None:
    """Return how high the rows are to each other; each is as high as its highest panel."""
    if not figure.row_ratios:
        return None
    heights = list(figure.row_ratios)
    needed = [heights[place // figure.columns] for place in range(len(figure.panels))]
    return [max(needed[row * columns : (row + 1) * columns]) for row in range(rows)]


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
        bar: Any = body.colorbar(drawn, ax=axes, fraction=0.05, pad=0.02, aspect=28)
        bar.set_label(shorten(label, 40))
        bar.outline.set_visible(False)
        format_bar(bar)


def _write_head(
    native: NativeFigure, figure: Figure, colors: ThemeColors, width_in: float, height_in: float
) -> float:
    used = _MARGIN_IN
    for text, size_pt, color, weight, most in (
        (figure.title, _TITLE_PT, Tone.TEXT, "bold", 2),
        (figure.subtitle, _SUBTITLE_PT, Tone.MUTED, "normal", 2),
    ):
        for line in _wrapped(text, width_in, size_pt * (1.1 if weight == "bold" else 1), most):
            native.text(
                _MARGIN_IN / width_in,
                1 - used / height_in,
                line,
                size=size_pt,
                color=colors.tones[color],
                weight=weight,
                ha="left",
                va="top",
            )
            used += size_pt * 1.4 / 72
    return used + 0.08


def _write_notes(
    native: NativeFigure, figure: Figure, colors: ThemeColors, width_in: float, height_in: float
) -> float:
    lines = [line for note in figure.notes for line in _wrapped(note, width_in, _NOTE_PT, 3)]
    used = _MARGIN_IN * 0.8
    for line in reversed(lines):
        native.text(
            _MARGIN_IN / width_in,
            used / height_in,
            line,
            size=_NOTE_PT,
            color=colors.tones[Tone.MUTED],
            ha="left",
            va="bottom",
        )
        used += _NOTE_PT * 1.45 / 72
    return used + (0.06 if lines else 0.0)


def _wrapped(text: str, width_in: float, size_pt: float, most: int) -> list[str]:
    room = max(16, int((width_in - 2 * _MARGIN_IN) * 72 / (size_pt * 0.58)))
    return textwrap.wrap(text, room, max_lines=most, placeholder=" …") if text else []


def _add_legend(body: SubFigure, figure: Figure, width_in: float) -> None:
    is_narrow = width_in < _NARROW_IN
    handles: dict[str, Any] = {}
    for axes in body.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if not handles:
        return
    shown = list(handles.items())[:_LEGEND_ROWS]
    labels = [shorten(label, 34) for label, _ in shown]
    if len(handles) > _LEGEND_ROWS:
        labels[-1] = f"and {len(handles) - _LEGEND_ROWS + 1} more"
    legend = body.legend(
        [handle for _, handle in shown],
        labels,
        title=shorten(figure.legend_title, 34) or None,
        loc="outside lower left" if is_narrow else "outside right upper",
        ncols=_columns_that_fit(width_in, labels) if is_narrow else 1,
        alignment="left",
        borderaxespad=0,
        borderpad=0,
        handlelength=1.4,
    )
    for drawn in legend.legend_handles:
        if drawn is not None:
            drawn.set_alpha(1)
        if isinstance(drawn, PathCollection):
            drawn.set_sizes([22.0])


def _columns_that_fit(width_in: float, labels: list[str]) -> int:
    # A letter is some 0.58 of its size wide, the handle and the gap behind a column take five.
    column_in = (max(map(len, labels)) + 5) * _TEXT_PT * 0.58 / 72
    gap_in = 2 * _TEXT_PT / 72
    return max(1, min(3, int((width_in - 2 * _MARGIN_IN + gap_in) / column_in)))
