"""Figures by rule: at least 280 pixels, 22 for each bar, words outside of the drawing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Figure,
    Heatmap,
    Line,
    Panel,
    Points,
)
from queue_core.artifacts.figure_json import figure_to_json
from queue_core.library.figures import (
    AXIS_PX,
    CATEGORY_PX,
    SMALLEST_PX,
    figure_outline,
    fitted_figure,
    fitted_height,
)

TITLE = "A title that the window shows"
NOTE = "A sample of rows was drawn."


def bars(count: int) -> Figure:
    names = [f"column {number}" for number in range(count)]
    marks = (Bars(positions=range(count), values=range(count), is_horizontal=True),)
    y = Axis(scale=AxisScale.CATEGORY, categories=names)
    return Figure(title=TITLE, panels=(Panel(marks=marks, y=y),), notes=(NOTE,), subtitle="iris")


def curves(panels: int, columns: int) -> Figure:
    marks = (Line(x=(0, 1), y=(0, 1), label="one"), Points(x=(0, 1), y=(1, 0), label="two"))
    return Figure(title=TITLE, panels=[Panel(marks=marks)] * panels, columns=columns, height_in=2)


@pytest.mark.parametrize("width", [240, 380, 700, 1400])
@pytest.mark.parametrize("figure", [bars(2), bars(20), curves(2, 2), curves(9, 3)])
def test_nothing_is_squashed_at_any_width(figure: Figure, width: int) -> None:
    assert fitted_height(figure, width) >= SMALLEST_PX


@pytest.mark.parametrize("width", [240, 380, 1400])
def test_every_bar_has_room_for_its_name(width: int) -> None:
    assert fitted_height(bars(40), width) >= 40 * CATEGORY_PX + AXIS_PX


def test_few_plots_stand_one_below_the_other_in_a_narrow_place() -> None:
    assert fitted_height(curves(2, 2), 380) > 1.8 * fitted_height(curves(1, 1), 380) * 0.9
    assert fitted_height(curves(2, 2), 800) < fitted_height(curves(2, 2), 380)


def test_words_are_told_and_not_drawn(tmp_path: Path) -> None:
    source = tmp_path / "bars.figure.json"
    source.write_text(figure_to_json(bars(3)), encoding="utf-8")
    outline = figure_outline(str(source), 380)
    assert outline["notes"] == [NOTE]
    assert outline["subtitle"] == "iris"
    svg = fitted_figure(str(source), 380, "light")
    assert "column 2" in svg
    assert TITLE not in svg
    assert NOTE not in svg


def test_the_picture_has_the_width_and_height_that_were_told(tmp_path: Path) -> None:
    source = tmp_path / "bars.figure.json"
    source.write_text(figure_to_json(bars(30)), encoding="utf-8")
    found = re.search(
        r'width="([\d.]+)pt" height="([\d.]+)pt"', fitted_figure(str(source), 384, "dark")
    )
    assert found is not None
    height = figure_outline(str(source), 384)["height_px"]
    assert [float(text) / 0.75 for text in found.groups()] == pytest.approx([384, height], abs=1)


def test_numbers_in_cells_give_way_where_they_would_touch(tmp_path: Path) -> None:
    edges = [number - 0.5 for number in range(13)]
    names = [f"c{number}" for number in range(12)]
    axis = Axis(scale=AxisScale.CATEGORY, categories=names)
    cells = Heatmap(x_edges=edges, y_edges=edges, values=[[0.123] * 12] * 12, text_format=".3f")
    figure = Figure(title=TITLE, panels=(Panel(marks=(cells,), x=axis, y=axis),))
    source = tmp_path / "cells.figure.json"
    source.write_text(figure_to_json(figure), encoding="utf-8")
    assert "0.123" not in fitted_figure(str(source), 300, "light")
    assert "0.123" in fitted_figure(str(source), 1200, "light")
