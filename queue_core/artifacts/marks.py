"""Draws each kind of mark on one panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patheffects import withStroke

from queue_core.artifacts.figure import (
    Area,
    Bars,
    Box,
    ColorScale,
    Heatmap,
    Histogram,
    Line,
    Lines,
    LineStyle,
    Panel,
    Points,
    Rule,
    Text,
    Tone,
    Violin,
)
from queue_core.artifacts.fitting_texts import BAR_TEXT, CELL_TEXT, GAPS, PANEL_TEXT
from queue_core.artifacts.local_forms import local_number
from queue_core.artifacts.themes import ThemeColors
from queue_core.artifacts.ticks import shorten, to_place

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLES = {LineStyle.SOLID: "-", LineStyle.DASHED: (0, (4, 3)), LineStyle.DOTTED: (0, (1, 2))}
# Above this many elements a mark becomes an image inside of the SVG: small and fast to show.
_RASTER_ABOVE = 3_000
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")


@dataclass(frozen=True)
class Canvas:
    """Where a panel's marks are drawn.

    Attributes:
        axes: The panel as matplotlib knows it.
        panel: Its description.
        colors: The theme.
        color_bars: Collects what needs a colour bar: the artist and its title.
    """

    axes: Axes
    panel: Panel
    colors: ThemeColors
    color_bars: list[tuple[Any, str]]

    def x(self, values: Any) -> Any:
        """Return positions along x in matplotlib's unit."""
        return to_place(self.panel.x, values)

    def y(self, values: Any) -> Any:
        """Return positions along y in matplotlib's unit."""
        return to_place(self.panel.y, values)


def draw_mark(canvas: Canvas, mark: Any) -> None:
    """Draw one mark of a panel."""
    _DRAWERS[type(mark)](canvas, mark)


def _array(values: Any) -> Any:
    return np.asarray(values, dtype=float)


def _line(canvas: Canvas, mark: Line) -> None:
    canvas.axes.plot(
        canvas.x(mark.x),
        canvas.y(mark.y),
        color=canvas.colors.color(mark.color),
        linestyle=_STYLES[mark.style],
        linewidth=mark.width,
        drawstyle="steps-post" if mark.is_stepped else "default",
        marker="o" if mark.has_markers else None,
        markersize=4.5,
        alpha=mark.opacity,
        label=mark.label or None,
        rasterized=len(mark.x) > 50_000,
    )


def _lines(canvas: Canvas, mark: Lines) -> None:
    from matplotlib.collections import LineCollection

    if not mark.rows:
        return
    places = canvas.x(mark.x)
    segments = [np.column_stack([places, canvas.y(row)]) for row in mark.rows]
    colors = [canvas.colors.color(color) for color in mark.colors or (0,)]
    canvas.axes.add_collection(
        LineCollection(
            segments,
            colors=colors,
            linewidths=mark.width,
            alpha=mark.opacity,
            rasterized=len(segments) * len(mark.x) > _RASTER_ABOVE,
        )
    )
    canvas.axes.autoscale_view()


def _area(canvas: Canvas, mark: Area) -> None:
    canvas.axes.fill_between(
        canvas.x(mark.x),
        canvas.y(mark.low),
        canvas.y(mark.high),
        color=canvas.colors.color(mark.color),
        alpha=mark.opacity,
        linewidth=0,
        label=mark.label or None,
    )


def _bars(canvas: Canvas, mark: Bars) -> None:
    colors = [canvas.colors.color(color) for color in mark.colors]
    style: dict[str, Any] = {
        "color": colors or canvas.colors.color(mark.color),
        "alpha": mark.opacity,
        "label": mark.label or None,
        "error_kw": {"ecolor": canvas.colors.tones[Tone.MUTED], "elinewidth": 1, "capsize": 2},
    }
    bases = _array(mark.bases) if mark.bases else 0.0
    values = _array(mark.values)
    if mark.is_horizontal:
        places, style["xerr"] = canvas.y(mark.positions), mark.errors or None
        bars = canvas.axes.barh(places, values, mark.width, left=bases, **style)
    else:
        places, style["yerr"] = canvas.x(mark.positions), mark.errors or None
        bars = canvas.axes.bar(places, values, mark.width, bottom=bases, **style)
    if mark.texts:
        written = canvas.axes.bar_label(
            bars,
            list(map(local_number, mark.texts)),
            padding=3,
            fontsize=7.5,
            color=canvas.colors.tones[Tone.MUTED],
        )
        for text in written:
            text.set_label(BAR_TEXT)
        if mark.is_horizontal:
            canvas.axes.margins(x=0.12)
        else:
            canvas.axes.margins(y=0.12)


def _histogram(canvas: Canvas, mark: Histogram) -> None:
    canvas.axes.stairs(
        canvas.y(mark.counts),
        canvas.x(mark.edges),
        fill=True,
        color=canvas.colors.color(mark.color),
        alpha=mark.opacity,
        label=mark.label or None,
        linewidth=0,
    )
    if mark.opacity < 0.6:
        # Histograms over each other are told apart by their outlines.
        color = canvas.colors.color(mark.color)
        canvas.axes.stairs(canvas.y(mark.counts), canvas.x(mark.edges), color=color, linewidth=1.4)
        canvas.axes.set_ylim(bottom=0)
        return
    # The gaps between bars are lines in the colour of the surface, crisp at every size.
    if len(mark.counts) <= 120:
        canvas.axes.vlines(
            canvas.x(mark.edges)[1:-1],
            0,
            np.maximum(_array(mark.counts)[1:], _array(mark.counts)[:-1]),
            colors=canvas.colors.surface,
            linewidth=0.8,
            label=GAPS,
        )
    canvas.axes.set_ylim(bottom=0)


def _points(canvas: Canvas, mark: Points) -> None:
    style: dict[str, Any] = {}
    if mark.values:
        style |= {"c": mark.values, "cmap": color_map(canvas.colors, mark.scale)}
        if mark.scale is ColorScale.DIVERGING:
            limit = float(np.nanmax(np.abs(_array(mark.values)), initial=0.0)) or 1.0
            style |= {"vmin": -limit, "vmax": limit}
    else:
        style["color"] = canvas.colors.color(mark.color)
    marker = _MARKERS[mark.color % len(_MARKERS)] if isinstance(mark.color, int) else "o"
    drawn = canvas.axes.scatter(
        canvas.x(mark.x),
        canvas.y(mark.y),
        s=mark.size**2,
        marker=marker,
        alpha=mark.opacity,
        linewidths=0.4 if len(mark.x) < 1_000 else 0,
        edgecolors=canvas.colors.surface,
        label=mark.label or None,
        rasterized=len(mark.x) > _RASTER_ABOVE,
        **style,
    )
    if mark.values and mark.value_label:
        canvas.color_bars.append((drawn, mark.value_label))


def _heatmap(canvas: Canvas, mark: Heatmap) -> None:
    from matplotlib.colors import LogNorm, Normalize

    values = np.ma.masked_invalid(np.array(mark.values, dtype=float, ndmin=2))
    low = mark.minimum if mark.minimum is not None else _bound(values.min(), 0.0)
    high = mark.maximum if mark.maximum is not None else _bound(values.max(), 1.0)
    if mark.scale is ColorScale.DIVERGING:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    if mark.is_logarithmic:
        values = np.ma.masked_less_equal(values, 0)
        norm: Any = LogNorm(vmin=max(low, 1e-12), vmax=max(high, low * 1.0001, 1e-11))
    else:
        norm = Normalize(vmin=low, vmax=high if high > low else low + 1)
    colors = color_map(canvas.colors, mark.scale)
    if mark.is_logarithmic:
        colors = colors.with_extremes(bad=canvas.colors.surface)
    cells = canvas.axes.pcolormesh(
        canvas.x(mark.x_edges),
        canvas.y(mark.y_edges),
        values,
        cmap=colors,
        norm=norm,
        rasterized=values.size > _RASTER_ABOVE,
        edgecolors=canvas.colors.surface if values.size <= 400 else "none",
        linewidth=0.8 if values.size <= 400 else 0,
    )
    if mark.label:
        canvas.color_bars.append((cells, mark.label))
    if mark.text_format:
        _cell_texts(canvas, mark, values, cells)


def _bound(value: Any, default: float) -> float:
    return default if value is np.ma.masked else float(value)


def _cell_texts(canvas: Canvas, mark: Heatmap, values: Any, cells: Any) -> None:
    middles_x = canvas.x(mark.x_edges)[:-1] + np.diff(canvas.x(mark.x_edges)) / 2
    middles_y = canvas.y(mark.y_edges)[:-1] + np.diff(canvas.y(mark.y_edges)) / 2
    size_pt = 8.0 if max(values.shape) <= 10 else 6.5
    for row, column in zip(*np.nonzero(~np.ma.getmaskarray(values)), strict=True):
        value = float(values[row, column])
        red, green, blue, _ = cells.cmap(cells.norm(value))
        is_bright = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
        text = canvas.axes.text(
            middles_x[column],
            middles_y[row],
            local_number(_cell_text(value, mark.text_format)),
            ha="center",
            va="center",
            fontsize=size_pt,
            color="#14181C" if is_bright else "#FFFFFF",
        )
        text.set_label(CELL_TEXT)


def _cell_text(value: float, text_format: str) -> str:
    text = format(value, text_format)
    if "e" in text and 1e-3 <= abs(value) < 1e6:
        text = f"{float(text):,.10g}"
    return text.replace("e+0", "e").replace("e-0", "e−").replace("-", "−")


def _box(canvas: Canvas, mark: Box) -> None:
    color = canvas.colors.color(mark.color)
    stroke = {"color": color, "linewidth": 1.3, "solid_capstyle": "butt"}
    convert = canvas.x if mark.is_horizontal else canvas.y
    ends = [mark.low, mark.first_quartile, mark.median, mark.third_quartile, mark.high]
    low, first, median, third, high = convert(ends)
    mean = np.nan if mark.mean is None else mark.mean
    statistics = {
        "whislo": low, "q1": first, "med": median, "q3": third, "whishi": high,
        "mean": convert([mean])[0], "fliers": convert(mark.outliers),
    }  # fmt: skip
    dot = {"linestyle": "", "markersize": 4, "zorder": 2.6}
    canvas.axes.bxp(
        [statistics],
        positions=[mark.position],
        widths=mark.width,
        capwidths=mark.width / 2,
        orientation="horizontal" if mark.is_horizontal else "vertical",
        patch_artist=True,
        manage_ticks=False,
        showmeans=mark.mean is not None,
        # Not translucent, so that no grid line or violin shines through.
        boxprops={
            "facecolor": _on(canvas.colors.surface, color, 0.3),
            "edgecolor": color, "linewidth": 1.3, "zorder": 2.2,
        },
        whiskerprops=stroke,
        capprops=stroke,
        medianprops={**stroke, "linewidth": 2.2, "zorder": 2.5},
        meanprops={
            **dot, "marker": "D", "markerfacecolor": canvas.colors.tones[Tone.TEXT],
            "markeredgecolor": canvas.colors.surface,
        },
        flierprops={
            **dot, "marker": "o", "markersize": 2.8, "alpha": 0.55, "markerfacecolor": color,
            "markeredgewidth": 0,
        },
    )  # fmt: skip


def _on(surface: str, color: str, opacity: float) -> Any:
    """Return what a translucent colour looks like on the surface."""
    from matplotlib.colors import to_rgb

    return tuple(opacity * np.array(to_rgb(color)) + (1 - opacity) * np.array(to_rgb(surface)))


def _violin(canvas: Canvas, mark: Violin) -> None:
    from matplotlib.colors import to_rgba

    if not mark.values or not max(mark.density) > 0:
        return
    values = (canvas.x if mark.is_horizontal else canvas.y)(mark.values)
    # Of the statistics only the density is drawn; `violin` asks for the others all the same.
    unused = dict.fromkeys(("mean", "median", "min", "max"), values[0])
    color = canvas.colors.color(mark.color)
    parts: Any = canvas.axes.violin(
        [{"coords": values, "vals": _array(mark.density), **unused}],
        positions=[mark.position],
        widths=mark.width,
        orientation="horizontal" if mark.is_horizontal else "vertical",
        showextrema=False,
    )
    for body in parts["bodies"]:
        body.set(facecolor=to_rgba(color, 0.28), edgecolor=color, linewidth=1.0, alpha=None)


def _rule(canvas: Canvas, mark: Rule) -> None:
    style: dict[str, Any] = {
        "color": canvas.colors.color(mark.color),
        "linestyle": _STYLES[mark.style],
        "linewidth": 1.1,
        "label": mark.label or None,
    }
    if mark.is_horizontal:
        canvas.axes.axhline(float(canvas.y([mark.value])[0]), **style)
    else:
        canvas.axes.axvline(float(canvas.x([mark.value])[0]), **style)


def _text(canvas: Canvas, mark: Text) -> None:
    relative: dict[str, Any] = {"transform": canvas.axes.transAxes} if mark.is_relative else {}
    text = canvas.axes.text(
        mark.x if mark.is_relative else float(canvas.x([mark.x])[0]),
        mark.y if mark.is_relative else float(canvas.y([mark.y])[0]),
        shorten(mark.text, 60),
        ha=mark.align,
        va="center",
        fontsize=mark.size_pt,
        color=canvas.colors.color(mark.color),
        # Readable on whatever lies below.
        path_effects=[withStroke(linewidth=2.4, foreground=canvas.colors.surface)],
        **relative,
    )
    text.set_label(PANEL_TEXT)


def color_map(colors: ThemeColors, scale: ColorScale) -> Any:
    """Return the colours of a scale as a matplotlib map."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = {
        ColorScale.SEQUENTIAL: colors.sequential,
        ColorScale.SWEEP: colors.sweep,
        ColorScale.DIVERGING: colors.diverging,
    }[scale]
    return LinearSegmentedColormap.from_list(scale.value, stops).with_extremes(bad=colors.missing)


_DRAWERS: dict[type[Any], Callable[[Canvas, Any], None]] = {
    Line: _line,
    Lines: _lines,
    Area: _area,
    Bars: _bars,
    Histogram: _histogram,
    Points: _points,
    Heatmap: _heatmap,
    Box: _box,
    Violin: _violin,
    Rule: _rule,
    Text: _text,
}
