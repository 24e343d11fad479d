"""Texts of a picture lie inside of it and apart from each other, whatever they are and its size."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as NativeFigure
from matplotlib.text import Text

from queue_core.artifacts import figure as described
from queue_core.artifacts import renderer
from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Heatmap, Histogram, Panel
from queue_core.artifacts.fitting_texts import CELL_TEXT, GAPS, PANEL_TEXT
from queue_core.artifacts.renderer import ImageFormat, render
from queue_core.artifacts.ticks import shorten_apart

pytestmark = pytest.mark.sweep

LONG = "Amount of money spent in the year (million euros, at prices of 2015)"
NAMES = [f"Department of Very Long Names and Other Matters No. {n}" for n in range(30)]
SIZES = [None, (4.0, 6.0), (3.0, 8.0), (14.0, 9.0)]


def bars(names: list[str]) -> Panel:
    return Panel(
        title=LONG,
        x=Axis(label="Rows"),
        y=Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True),
        marks=[
            Bars(
                positions=range(len(names)),
                values=range(1, len(names) + 1),
                texts=[f"{n}.0 %" for n in range(len(names))],
                is_horizontal=True,
            )
        ],
    )


def histogram(title: str) -> Panel:
    edges = np.linspace(0, 100_000, 21)
    return Panel(title=title, x=Axis(), y=Axis(label="Rows"),
                 marks=[Histogram(edges=edges, counts=np.arange(20))])  # fmt: skip


FIGURES = {
    "bars": Figure(title=LONG, panels=[bars(NAMES)], height_in=7.0),
    "many": Figure(
        title="Histogram",
        panels=[bars(NAMES), histogram(LONG), histogram("score"), histogram(LONG), bars(NAMES[:3])],
        columns=3,
        row_ratios=[6.0, 2.5],
        width_in=9.0,
        height_in=9.5,
    ),
    "columns": Figure(
        title="Upright",
        panels=[
            Panel(
                x=Axis(scale=AxisScale.CATEGORY, categories=NAMES),
                y=Axis(),
                marks=[Bars(positions=range(30), values=range(30))],
            )
        ],
    ),
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[NativeFigure]:
    """The figures as matplotlib has them, in the order in which they are drawn."""
    kept: list[NativeFigure] = []
    settle = renderer._settle

    def settled(native: NativeFigure) -> None:
        settle(native)
        kept.append(native)

    monkeypatch.setattr(renderer, "_settle", settled)
    return kept


def shown_texts(native: NativeFigure) -> list[Text]:
    texts = native.findobj(Text)
    return [t for t in texts if isinstance(t, Text) and t.get_visible() and t.get_text().strip()]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FIGURES)
def test_titles_and_notes_lie_inside(
    drawn: list[NativeFigure], name: str, size: tuple[float, float] | None
) -> None:
    render(FIGURES[name], size=size, image_format=ImageFormat.PNG, dots_per_inch=80)
    (native,) = drawn
    canvas = FigureCanvasAgg(native)
    titles = [t for t in shown_texts(native) if t.get_text().startswith(("Amount", "score"))]
    assert titles or name == "columns"
    for text in titles:
        extent = text.get_window_extent(canvas.get_renderer())
        assert 0 <= extent.x0 < extent.x1 <= native.bbox.width + 1
        assert extent.y1 <= native.bbox.height
    for one, other in itertools.combinations(titles, 2):
        first, second = (t.get_window_extent(canvas.get_renderer()) for t in (one, other))
        assert not first.shrunk(0.98, 0.98).overlaps(second.shrunk(0.98, 0.98))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FIGURES)
def test_labels_of_ticks_stay_apart(
    drawn: list[NativeFigure], name: str, size: tuple[float, float] | None
) -> None:
    render(FIGURES[name], size=size, image_format=ImageFormat.PNG, dots_per_inch=80)
    (native,) = drawn
    canvas = FigureCanvasAgg(native)
    for axes in native.axes:
        labels = [t for t in axes.get_yticklabels() if t.get_visible() and t.get_text()]
        places = sorted(
            (e.y0 + e.y1) / 2
            for e in (label.get_window_extent(canvas.get_renderer()) for label in labels)
        )
        height = 8.0 * 80 / 72
        assert not len(places) or np.diff(places, prepend=-99).min() > 0.8 * height
        assert len({label.get_text() for label in labels}) == len(labels)


def test_a_row_is_as_high_as_its_panels_need(drawn: list[NativeFigure]) -> None:
    render(FIGURES["many"], image_format=ImageFormat.PNG, dots_per_inch=80)
    (native,) = drawn
    high, *_, low = [a for a in native.axes if a.axison]
    assert high.get_position().height > 2 * low.get_position().height


@pytest.mark.parametrize("length", [8, 12, 22, 40])
@pytest.mark.parametrize(
    "names",
    [
        NAMES,
        [f"The measured {part} of the flower in the field" for part in ("width", "height", "age")],
        ["a" * 50, "a" * 51, "b"],
        ["same", "same", "other"],
    ],
)
def test_names_that_differ_look_different(names: list[str], length: int) -> None:
    cut = shorten_apart(names, length)
    assert len(set(cut)) == len(set(names))
    assert max(map(len, cut)) <= length + 2


def heatmap(count: int) -> Figure:
    values = np.full((count, count), -0.875)
    edges = np.arange(count + 1) - 0.5
    names = [f"column {n}" for n in range(count)]
    axis = Axis(scale=AxisScale.CATEGORY, categories=names)
    cells = Heatmap(x_edges=edges, y_edges=edges, values=values, label="r", text_format=".2f")
    return Figure(title="Cells", panels=[Panel(x=axis, y=axis, marks=[cells], is_square=True)])


@pytest.mark.parametrize(("count", "width_in"), [(5, 8.0), (5, 3.9), (12, 8.0), (12, 3.9)])
def test_numbers_in_cells_stay_apart_or_are_left_out(
    drawn: list[NativeFigure], count: int, width_in: float
) -> None:
    render(
        heatmap(count), size=(width_in, 5.0), image_format=ImageFormat.PNG, dots_per_inch=80
    )  # fmt: skip
    (native,) = drawn
    canvas = FigureCanvasAgg(native)
    shown = [t for t in shown_texts(native) if t.get_label() == CELL_TEXT]
    assert len(shown) in {0, count**2}
    assert "r" in {text.get_text() for text in shown_texts(native)}  # beside the colours
    assert shown or count == 12
    extents = [text.get_window_extent(canvas.get_renderer()) for text in shown[: 2 * count]]
    for one, other in itertools.combinations(extents, 2):
        assert not one.overlaps(other)


def test_texts_on_a_panel_stay_apart(drawn: list[NativeFigure]) -> None:
    marks = [described.Text(x=place, y=1.0, text="1,234.5") for place in range(40)]
    panel = Panel(x=Axis(minimum=0, maximum=40), y=Axis(minimum=0, maximum=2), marks=marks)
    render(Figure(title="", panels=[panel]), image_format=ImageFormat.PNG, dots_per_inch=80)
    (native,) = drawn
    canvas = FigureCanvasAgg(native)
    shown = [t for t in shown_texts(native) if t.get_label() == PANEL_TEXT]
    assert 3 < len(shown) < 40
    extents = [text.get_window_extent(canvas.get_renderer()) for text in shown]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(extents, 2))


@pytest.mark.parametrize("size", [None, (3.0, 3.0)])
def test_labels_of_axes_are_as_long_as_their_axis(
    drawn: list[NativeFigure], size: tuple[float, float] | None
) -> None:
    panel = Panel(x=Axis(label=LONG), y=Axis(label=LONG), marks=histogram("").marks)
    render(Figure(title="", panels=[panel]), size=size, image_format=ImageFormat.PNG)
    (native,) = drawn
    (axes,) = native.axes
    drawer = FigureCanvasAgg(native).get_renderer()
    room = axes.get_window_extent(drawer)
    across, along = (axis.label.get_window_extent(drawer) for axis in (axes.xaxis, axes.yaxis))
    assert across.width <= room.width + 6
    assert along.height <= room.height + 6
    # Two lines say it all where there is room for that.
    assert size or axes.get_ylabel().replace("\n", " ") == LONG


@pytest.mark.parametrize(("size", "are_apart"), [(None, True), ((0.9, 1.2), False)])
def test_bars_are_not_covered_by_the_gaps_between_them(
    drawn: list[NativeFigure], size: tuple[float, float] | None, are_apart: bool
) -> None:
    render(Figure(title="", panels=[histogram("")]), size=size, image_format=ImageFormat.PNG)
    (native,) = drawn
    (gaps,) = [c for c in native.axes[0].collections if c.get_label() == GAPS]
    assert gaps.get_visible() is are_apart
