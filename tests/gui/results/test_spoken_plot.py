"""Plots in words."""

from __future__ import annotations

import math

import pytest

from gui.results.live.spoken_plot import MOST_MEASURED, MOST_VALUES, plot_text
from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Box,
    Heatmap,
    Histogram,
    Line,
    Panel,
    Points,
)

pytestmark = pytest.mark.gui

NAMES = Axis(label="species", scale=AxisScale.CATEGORY, categories=("Adelie", "Gentoo"))
COUNTS = Axis(label="Rows")


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (Bars(positions=[0, 1], values=[152, 124]), "Adelie 152, Gentoo 124."),
        (
            Heatmap(x_edges=[-0.5, 0.5, 1.5], y_edges=[0, 2], values=[[38, math.nan]], label="n"),
            "n: 1 × Adelie 38.",
        ),
        (Histogram(edges=[0, 1, 2], counts=[3, 5]), "most, 5, between Gentoo and"),
        (Points(x=[0, 1], y=[2, 4], label="test"), "test: 2 points, Adelie to Gentoo × 2 to 4."),
        (Line(x=[0, 1], y=[0.5, 0.25]), "values 0.25 to 0.5, the last 0.25."),
        (
            Box(position=0, low=1, first_quartile=2, median=3, third_quartile=4, high=5),
            "Adelie: median 3, middle half 2 to 4.",
        ),
    ],
)  # fmt: skip
def test_each_mark_says_its_values(mark: object, said: str) -> None:
    text = plot_text(Panel(marks=[mark], x=NAMES, y=COUNTS))  # type: ignore[list-item]
    assert text.startswith("species across, Rows up.")
    assert said in text


def test_what_is_long_is_said_shortly() -> None:
    numbers = list(range(MOST_MEASURED + 1))
    assert plot_text(Panel(marks=[Points(x=numbers, y=numbers)])) == "20,001 points."
    many = plot_text(Panel(marks=[Bars(positions=numbers[:30], values=numbers[:30])]))
    assert many.endswith(f"{MOST_VALUES - 1} {MOST_VALUES - 1}, 6 more.")
