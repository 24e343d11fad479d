"""Figures in narrow places: as high as their rows, names and sentences need."""

from __future__ import annotations

import pytest

from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Histogram, Line, Panel
from queue_core.artifacts.figure_json import figure_to_json
from queue_core.artifacts.panel_grid import columns_that_fit, fitted, in_columns
from queue_core.artifacts.surroundings import surroundings_in
from queue_core.library.figures import fitted_figure

NARROW_IN = 380 / 96


def bars(count: int) -> Panel:
    names = [f"name {n}" for n in range(count)]
    return Panel(
        x=Axis(label="Rows"),
        y=Axis(scale=AxisScale.CATEGORY, categories=names),
        marks=[Bars(positions=range(count), values=range(count), is_horizontal=True)],
    )


def line(label: str = "") -> Panel:
    return Panel(x=Axis(), y=Axis(label="y"), marks=[Line(x=[0, 1], y=[0, 1], label=label)])


def grid(rows: tuple[float, ...] = (4.0, 2.0)) -> Figure:
    panels = [bars(12), line(), line(), line(), line()]
    return Figure(title="Grid", panels=panels, columns=3, row_ratios=rows, width_in=9, height_in=7)


def test_rows_are_parted_anew_and_stay_as_high_as_their_highest_panel() -> None:
    two = in_columns(grid(), 2)
    assert two.row_ratios == (4.0, 4.0, 2.0)
    assert two.height_in == pytest.approx(7 * 10 / 6)
    one = in_columns(grid(), 1)
    assert one.row_ratios == (4.0, 4.0, 4.0, 2.0, 2.0)
    assert one.width_in == pytest.approx(3)
    assert in_columns(grid(()), 2).row_ratios == ()
    assert in_columns(grid(), 3) == grid()


@pytest.mark.parametrize("rows", [(), (4.0, 2.0)])
def test_panels_of_different_rows_are_drawn_in_a_narrow_place(
    rows: tuple[float, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("figures") / "grid.figure.json"
    path.write_text(figure_to_json(grid(rows)), encoding="utf-8")
    for width_px in (120, 380, 500, 2_000):
        assert fitted_figure(str(path), width_px, "dark").lstrip().startswith("<?xml")


def test_columns_that_mean_something_stay() -> None:
    assert columns_that_fit(grid(), NARROW_IN) == 1
    matrix = Figure(title="", panels=[line() for _ in range(9)], columns=3, width_in=9)
    assert columns_that_fit(matrix, NARROW_IN) == 3
    chosen = Figure(title="", panels=[line(), line()], columns=2, column_ratios=[2, 1])
    assert columns_that_fit(chosen, NARROW_IN) == 2


def test_a_figure_in_a_narrow_place_is_not_as_flat() -> None:
    figure = Figure(title="Lines", panels=[line()], width_in=8, height_in=4)
    same, size = fitted(figure, 16.0)
    assert same is figure
    assert size == pytest.approx((8.0, 4.0))
    _, (width_in, height_in) = fitted(figure, 4.0)
    assert width_in == 4.0
    assert 2.0 < height_in < 4.0


def test_rows_with_names_keep_their_height() -> None:
    figure = Figure(title="Bars", panels=[bars(20)], width_in=8, height_in=6)
    _, (_, height_in) = fitted(figure, NARROW_IN)
    assert height_in >= 6


def test_what_stands_around_the_panels_gets_more_room_and_not_less() -> None:
    note = "A sentence that is long enough to be written in several lines where it is narrow. " * 2
    labels = [f"class number {n}" for n in range(9)]
    figure = Figure(
        title="A title that needs two lines where there is little room",
        panels=[Panel(x=Axis(), y=Axis(), marks=[line(label).marks[0] for label in labels])],
        notes=[note],
        width_in=8,
        height_in=3,
    )
    _, (width_in, height_in) = fitted(figure, NARROW_IN)
    assert surroundings_in(figure, width_in) > surroundings_in(figure, 8) + 0.7
    assert height_in - surroundings_in(figure, width_in) >= 1


def test_names_below_a_very_wide_figure_leave_room_for_what_it_shows() -> None:
    names = [f"a rather long name {n}" for n in range(15)]
    panel = Panel(x=Axis(scale=AxisScale.CATEGORY, categories=names), y=Axis(), marks=[])
    figure = Figure(title="Wide", panels=[panel], width_in=20, height_in=5)
    _, (width_in, height_in) = fitted(figure, NARROW_IN)
    assert height_in - surroundings_in(figure, width_in) > 1.5 + 1.0


def test_labels_of_a_figure_are_known_from_its_description() -> None:
    edges = list(range(5))
    told = Panel(x=Axis(), y=Axis(), marks=[Histogram(edges=edges, counts=range(4), label="men")])
    untold = Panel(x=Axis(), y=Axis(), marks=[Histogram(edges=edges, counts=range(4))])
    with_legend, without = (Figure(title="", panels=[p]) for p in (told, untold))
    assert surroundings_in(with_legend, 3.0) > surroundings_in(without, 3.0)
    assert surroundings_in(with_legend, 9.0) == surroundings_in(without, 9.0)
