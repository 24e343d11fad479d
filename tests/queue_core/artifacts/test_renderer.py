from __future__ import annotations

import itertools
import struct
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import pytest

from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Box,
    Figure,
    Heatmap,
    Line,
    Mark,
    Panel,
    Points,
    Violin,
)
from queue_core.artifacts.renderer import ImageFormat, render
from queue_core.artifacts.themes import Theme, theme_colors
from queue_core.artifacts.ticks import shorten


@pytest.mark.parametrize("theme", list(Theme))
def test_every_mark_is_drawn_in_each_theme_and_format(theme: Theme, every_mark: Figure) -> None:
    svg = render(every_mark, theme=theme)
    ET.fromstring(svg)
    assert theme_colors(theme).surface.lower().encode() in svg.lower()
    png = render(every_mark, theme=theme, image_format=ImageFormat.PNG, dots_per_inch=60)
    assert png.startswith(b"\x89PNG")
    assert render(every_mark, theme=theme, image_format=ImageFormat.PDF).startswith(b"%PDF")


def test_a_picture_has_the_size_that_was_asked_for(every_mark: Figure) -> None:
    png = render(every_mark, size=(6.0, 5.0), image_format=ImageFormat.PNG, dots_per_inch=100)
    assert struct.unpack(">II", png[16:24]) == (600, 500)


@pytest.mark.parametrize("size", [None, (4.0, 5.0)])
def test_the_same_figure_gives_the_same_bytes(
    every_mark: Figure, size: tuple[float, float] | None
) -> None:
    assert len({render(every_mark, size=size) for _ in range(3)}) == 1


def test_drawing_leaves_matplotlib_as_it_was_and_never_imports_pyplot(every_mark: Figure) -> None:
    before = dict(mpl.rcParams)
    had_pyplot = "matplotlib.pyplot" in sys.modules
    render(every_mark)
    assert dict(mpl.rcParams) == before
    assert had_pyplot or "matplotlib.pyplot" not in sys.modules


def test_threads_draw_what_one_thread_draws() -> None:
    figure = Figure(title="t", panels=[Panel(marks=[Line(x=[0, 1], y=[1, 2], label="a")])])
    expected = {theme: render(figure, theme=theme) for theme in Theme}
    drawn: list[tuple[Theme, bytes]] = []
    threads = [
        threading.Thread(
            target=lambda theme=theme: drawn.append((theme, render(figure, theme=theme)))
        )
        for theme in [*Theme] * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 6
    assert all(picture == expected[theme] for theme, picture in drawn)


def test_sixty_long_names_stay_inside_and_apart() -> None:
    """No tick label leaves the picture or touches its neighbour, however long the names are."""
    names = [f"A rather long name of a category, number {n} of sixty – 長い名前" for n in range(60)]
    bars = [Bars(positions=range(60), values=range(1, 61), is_horizontal=True)]
    y = Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True)
    boxes = _label_boxes(Figure(title="x", panels=[Panel(y=y, marks=bars)], height_in=6), "y")
    assert 15 <= len(boxes) <= 60
    assert all(box.x0 >= 0 for box in boxes)
    tops = sorted((box.y0, box.y1) for box in boxes)
    assert all(lower[1] <= upper[0] + 1 for lower, upper in itertools.pairwise(tops))


@pytest.mark.parametrize("size", [(4.5, 5.0), (7.0, 5.0), (12.0, 4.0)])
def test_a_legend_stands_inside_the_picture_and_beside_the_panels(
    size: tuple[float, float],
) -> None:
    lines = [
        Line(x=[0, 1], y=[n, n + 1], label=f"series number {n} with a name", color=n)
        for n in range(9)
    ]
    figure = Figure(
        title="A title that is long enough to need the whole width of a picture, and more of it",
        panels=[Panel(marks=lines)] * 2, columns=2, legend_title="series", notes=["a note"],
        width_in=size[0], height_in=size[1],
    )  # fmt: skip
    with _drawn(figure) as (native, renderer):
        (legend,) = native.subfigs[0].legends
        box = legend.get_window_extent(renderer)
        assert len(legend.get_texts()) == 9
        assert box.x0 >= 0
        assert box.x1 <= native.bbox.x1
        texts = [text.get_window_extent(renderer) for text in native.texts]
        panels = [axes.get_tightbbox(renderer) for axes in native.axes]
        assert not any(box.overlaps(other) for other in [*texts, *panels])
        assert not any(text.overlaps(panel) for text in texts for panel in panels)


def test_boxes_and_violins_lie_as_they_stand() -> None:
    """A box that lies is the one that stands, with its axes changed over."""

    def marks(*, is_horizontal: bool) -> list[Mark]:
        return [
            Violin(
                position=2, values=[1, 2, 3], density=[0.1, 2, 0.1], is_horizontal=is_horizontal
            ),
            Violin(position=3, values=[1, 2], density=[0, 0], is_horizontal=is_horizontal),
            Box(
                position=2, low=1, first_quartile=2, median=3, third_quartile=4, high=5, mean=3.1,
                outliers=[9.5, -2], width=0.5, is_horizontal=is_horizontal,
            ),
        ]  # fmt: skip

    bounds = []
    for is_horizontal in (False, True):
        panels = [Panel(marks=marks(is_horizontal=is_horizontal))]
        with _drawn(Figure(title="", panels=panels)) as (native, _):
            lines = [line.get_xydata() for line in native.axes[0].lines]
            (body,) = native.axes[0].collections
            lines.append(body.get_paths()[0].vertices)
            bounds.append([(*line.min(axis=0), *line.max(axis=0)) for line in lines])
    standing, lying = bounds
    assert [(y0, x0, y1, x1) for x0, y0, x1, y1 in standing] == lying
    assert (2 - 0.425, 1, 2 + 0.425, 3) in standing
    assert (2, -2, 2, 9.5) in standing


def _label_boxes(figure: Figure, which: str) -> list[Any]:
    """Return where the tick labels are drawn, in dots."""
    with _drawn(figure) as (native, renderer):
        labels = getattr(native.axes[0], f"get_{which}ticklabels")()
        return [label.get_window_extent(renderer) for label in labels]


@contextmanager
def _drawn(figure: Figure) -> Iterator[tuple[Any, Any]]:
    """Give the figure as matplotlib drew it, and what it measures letters with."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as NativeFigure

    from queue_core.artifacts import renderer

    colors = theme_colors(Theme.LIGHT)
    # Quiet as `render` is: whether this machine has a font for every script does not matter here.
    with renderer._quiet(), mpl.rc_context(renderer._settings(figure, colors)):
        native = NativeFigure(
            figsize=(figure.width_in, figure.height_in), dpi=100, layout="constrained"
        )
        canvas = FigureCanvasAgg(native)
        renderer._compose(native, figure, colors)
        canvas.draw()
        yield native, canvas.get_renderer()


def test_scripts_that_no_font_has_are_left_to_the_viewer() -> None:
    cuneiform = Figure(title="\U00012000\U00012001", panels=[Panel(marks=[])])
    assert b"<text" in render(cuneiform)
    latin = Figure(title="Straße Ñandú", panels=[Panel(marks=[])])
    assert b"<text" not in render(latin)


def test_many_points_become_an_image_inside_of_the_svg() -> None:
    many = range(20_000)
    figure = Figure(title="x", panels=[Panel(marks=[Points(x=many, y=many)])])
    assert len(render(figure)) < 500_000


@pytest.mark.parametrize(
    "panel",
    [
        Panel(marks=[]),
        Panel(marks=[Line(x=[], y=[])]),
        Panel(marks=[Points(x=[1], y=[1], values=[float("nan")])]),
        Panel(marks=[Heatmap(x_edges=[0, 1], y_edges=[0, 1], values=[[float("nan")]], label="n")]),
        Panel(
            marks=[
                Heatmap(
                    x_edges=[0, 1], y_edges=[0, 1], values=[[0]], label="n", is_logarithmic=True
                )
            ]
        ),
        Panel(marks=[Line(x=[0, 1], y=[3, 3])]),
        Panel(marks=[Line(x=[1e-300, 2e-300], y=[1e300, 1.5e300])]),
        Panel(x=Axis(scale=AxisScale.CATEGORY), marks=[]),
    ],
)
def test_figures_with_nothing_to_see_are_drawn_without_a_warning(panel: Panel) -> None:
    ET.fromstring(render(Figure(title="", panels=[panel])))


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 10, "short"),
        ("two\nlines", 20, "two lines"),
        ("0123456789abcdef", 9, "01234…def"),
    ],
)
def test_long_texts_are_cut_in_the_middle(text: str, length: int, expected: str) -> None:
    assert shorten(text, length) == expected
    assert len(shorten(text * 9, length)) <= length
