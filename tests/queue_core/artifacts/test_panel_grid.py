"""Figures in narrow places: as high as their rows, names and sentences need."""

from __future__ import annotations

import pytest

from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Line, Panel
from queue_core.artifacts.figure_json import figure_to_json
from queue_core.artifacts.panel_grid import columns_that_fit, in_columns
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
