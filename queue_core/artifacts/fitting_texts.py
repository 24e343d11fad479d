"""Texts of a drawn figure cut to the room that there is, measured and not guessed."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as NativeFigure
from matplotlib.legend import Legend
from matplotlib.text import Annotation, Text
from matplotlib.transforms import ScaledTranslation

from queue_core.artifacts.ticks import shorten

# What texts are labelled to be found again; it is drawn nowhere.
PANEL_TITLE = "panel title"
BAR_TEXT = "bar text"
CELL_TEXT = "cell text"
_TITLE_PAD_PT = 6.0
_OVERLAP = 0.8
_EDGE_PX = 2.0
_BETWEEN_PX = 8.0
_ABOVE_PX = 30.0
_SHORTEST = 4
_TITLE_LINES = 3
_FEWEST_LABELS = 2
_LINE = 1.1
_APART_LINES = 0.98
_STEEP = 0.6


def write_title(axes: Axes, title: str) -> None:
    """Write the title of a panel, which does not make the panel narrower where it is long.

    The layout sees blank lines of the same height.
    """
    if not title:
        return
    axes.set_title(" ", pad=_TITLE_PAD_PT)
    above = ScaledTranslation(0, _TITLE_PAD_PT / 72, axes.figure.dpi_scale_trans)
    text = axes.text(
        0,
        1,
        " ".join(title.split()),
        transform=axes.transAxes + above,
        verticalalignment="baseline",
        fontsize=rcParams["axes.titlesize"],
        color=rcParams["axes.titlecolor"],
    )
    text.set_in_layout(False)
    text.set_label(PANEL_TITLE)


def fit_texts(native: NativeFigure) -> None:
    """Fit titles to their panels, and leave out labels of ticks that would touch others.

    Call it after a first layout; the layout changes by it.
    """
    renderer = _renderer(native)
    _wrap_titles(native, renderer)
    for axes in native.axes:
        _keep_beside(axes, renderer)
        for label in (BAR_TEXT, CELL_TEXT):
            _thin_numbers(axes, renderer, label)
        for axis in (axes.xaxis, axes.yaxis):
            _thin(axis, renderer, is_across=axis is axes.xaxis)


def keep_inside(native: NativeFigure) -> None:
    """Cut texts that run out of the picture."""
    renderer = _renderer(native)
    width_px = native.bbox.width
    _wrap_titles(native, renderer)
    for text in (*native.texts, *_texts(native)):
        extent = text.get_window_extent(renderer)
        if extent.x1 > width_px - _EDGE_PX:
            _cut(text, extent.width - (extent.x1 - width_px + _EDGE_PX), renderer)
        elif extent.x0 < _EDGE_PX and text.get_horizontalalignment() == "right":
            _cut(text, extent.width + extent.x0 - _EDGE_PX, renderer)


def _texts(native: NativeFigure) -> Iterator[Text]:
    for axes in native.axes:
        yield from (text for text in axes.texts if text.get_label() != PANEL_TITLE)


def _renderer(native: NativeFigure) -> Any:
    canvas: Any = native.canvas
    return canvas.get_renderer()


def _keep_beside(axes: Axes, renderer: Any) -> None:
    """Put numbers that run over the names at the left to the other side of their bar's end."""
    left = axes.get_window_extent(renderer).x0
    for text in axes.texts:
        is_outside = text.get_label() == BAR_TEXT and text.get_window_extent(renderer).x0 < left
        if is_outside and isinstance(text, Annotation):
            across, along = text.xyann
            text.xyann = (abs(across), along)
            text.set_horizontalalignment("left")


def _wrap_titles(native: NativeFigure, renderer: Any) -> None:
    """Write the titles of panels in the room up to the next title or the picture's edge."""
    found = native.findobj(lambda text: text.get_label() == PANEL_TITLE)
    titles = [title for title in found if isinstance(title, Text) and title.get_text()]
    legends = [
        legend.get_window_extent(renderer)
        for legend in native.findobj(Legend)
        if isinstance(legend, Legend)
    ]
    starts = [title.axes.get_window_extent(renderer) for title in titles if title.axes]
    for title, own in zip(titles, starts, strict=True):
        ends = [
            other.x0 - _BETWEEN_PX
            for other in (*starts, *legends)
            if other.x0 > own.x1 and other.y0 < own.y1 + _ABOVE_PX and other.y1 > own.y0
        ]
        end = min([native.bbox.width - _EDGE_PX, *ends])
        _wrap(title, end - own.x0, renderer)
        lines = title.get_text().count("\n") + 1
        if isinstance(title.axes, Axes):
            title.axes.set_title("\n".join([" "] * lines), pad=_TITLE_PAD_PT)


def _thin_numbers(axes: Axes, renderer: Any, label: str) -> None:
    """Leave out the numbers of bars or cells that are too thin for them."""
    texts = [text for text in axes.texts if text.get_label() == label]
    extents = [text.get_window_extent(renderer) for text in texts]
    for one, other in itertools.pairwise(extents):
        if one.shrunk(_APART_LINES, _OVERLAP).overlaps(other.shrunk(_APART_LINES, _OVERLAP)):
            for text in texts:
                text.set_visible(False)
            return


def _wrap(text: Text, room_px: float, renderer: Any) -> None:
    """Write a text in up to three lines, cut where that is not enough."""
    whole = text.get_text()
    length = len(whole)
    while length > _SHORTEST:
        width_px = text.get_window_extent(renderer).width
        if width_px <= room_px:
            return
        length = min(length - 1, max(_SHORTEST, int(length * room_px / width_px)))
        lines = textwrap.wrap(whole, length, break_long_words=False) or [""]
        lines[:-1] = [shorten(line, length) for line in lines[:-1]]
        rest = " ".join(lines[_TITLE_LINES - 1 :])
        text.set_text("\n".join([*lines[: _TITLE_LINES - 1], shorten(rest, length)]).strip())


def _thin(axis: Axis, renderer: Any, *, is_across: bool) -> None:
    """Leave only every n-th label of an axis, so that they stay apart."""
    panel = axis.axes.get_window_extent(renderer)
    low, high = (panel.x0, panel.x1) if is_across else (panel.y0, panel.y1)
    turn = axis.get_ticklabels()[0].get_rotation() if is_across and axis.get_ticklabels() else 0.0
    shown: list[tuple[float, Text, Any]] = []
    for label in axis.get_ticklabels():
        extent = label.get_window_extent(renderer)
        # A slanted label ends at its tick, others have it in their middle.
        place = extent.x1 if turn else (extent.x0 + extent.x1) / 2
        place = place if is_across else (extent.y0 + extent.y1) / 2
        if label.get_text() and low - extent.height <= place <= high + extent.height:
            shown.append((place, label, extent))
    if len(shown) < _FEWEST_LABELS:
        return
    places, labels, extents = zip(*shown, strict=True)
    distances = np.abs(np.diff(places))
    line_px = labels[0].get_fontsize() * renderer.dpi / 72 * _LINE
    if not is_across:
        needed = max(extent.height for extent in extents) * _APART_LINES
    elif turn:
        needed = line_px / max(np.sin(np.radians(turn)), _STEEP)
    else:
        needed = max(extent.width for extent in extents) + line_px / 2
    step = int(np.ceil(needed / max(float(distances.min()), 1e-6) - 1e-6))
    for place, label in enumerate(labels):
        label.set_visible(place % max(step, 1) == 0)


def _cut(text: Text, room_px: float, renderer: Any) -> None:
    """Shorten a text in its middle until it is at most so wide."""
    whole = text.get_text()
    length = len(whole)
    while length > _SHORTEST:
        width_px = text.get_window_extent(renderer).width
        if width_px <= room_px:
            return
        length = min(length - 1, max(_SHORTEST, int(length * room_px / width_px)))
        text.set_text(shorten(whole, length))
