from __future__ import annotations

import math

import pytest

from queue_core.artifacts.figure import (
    Area,
    Axis,
    AxisScale,
    Bars,
    Box,
    ColorScale,
    Figure,
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


@pytest.fixture
def every_mark() -> Figure:
    """A figure that uses each kind of mark and axis."""
    groups = Axis(scale=AxisScale.CATEGORY, categories=["a", "ñandú", "北京"])
    numbers = Panel(
        title="Numbers",
        x=Axis(label="length", unit="mm"),
        y=Axis(label="rows", minimum=0),
        marks=[
            Histogram(edges=[0, 1, 2, 3], counts=[4, 9, 2], label="rows", opacity=0.5),
            Line(x=[0, 1, 2, 3], y=[1, math.nan, 3, 2], style=LineStyle.DASHED, color=1),
            Area(x=[0, 3], low=[0, 1], high=[2, 3], color=Tone.MUTED),
            Rule(value=1.5, label="median"),
            Text(x=1, y=2, text="$not math$ _a_"),
        ],
    )
    boxes = Panel(
        x=groups,
        marks=[
            Violin(position=0, values=[1, 2, 3], density=[0.1, 1, 0.1]),
            Box(position=0, low=1, first_quartile=2, median=3, third_quartile=4, high=5, mean=3.1),
            Box(
                position=1, low=1, first_quartile=2, median=3, third_quartile=4, high=5,
                outliers=[9.5], color=1,
            ),
            Bars(positions=[2], values=[3], errors=[0.5], texts=["3"], colors=[Tone.NEGATIVE]),
        ],
    )  # fmt: skip
    cells = Panel(
        x=groups,
        y=Axis(scale=AxisScale.CATEGORY, categories=["u", "v"], is_inverted=True),
        is_square=True,
        marks=[
            Heatmap(
                x_edges=[-0.5, 0.5, 1.5, 2.5],
                y_edges=[-0.5, 0.5, 1.5],
                values=[[1, -0.5, math.nan], [0, 0.25, 1]],
                scale=ColorScale.DIVERGING,
                label="r",
                text_format=".2f",
            )
        ],
    )
    times = Panel(
        x=Axis(scale=AxisScale.TIME),
        y=Axis(scale=AxisScale.LOG),
        marks=[
            Points(x=[1.5e9, 1.6e9], y=[1, 1000], values=[0, 1], value_label="value"),
            Lines(x=[1.5e9, 1.6e9], rows=[[1, 10], [2, 20]], colors=[0, Tone.TEXT]),
        ],
    )
    return Figure(
        title="Every mark",
        subtitle="penguins · 344 rows",
        panels=[numbers, boxes, cells, times],
        columns=2,
        row_ratios=[1, 1.5],
        legend_title="kinds",
        notes=["10,000 of 5,000,000 rows, seed 0.", ""],
        height_in=7,
    )
