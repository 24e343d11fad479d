"""Scatter plots: two columns against each other, or several in a matrix."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import choice, column, integer, schema, switch

_COLOR = column("Colour by", "Colours the points: a group each, or a scale for many numbers.")
_POINTS = integer(
    "Points at most",
    "Of more rows, this many are drawn at random.",
    default=10_000,
    minimum=100,
    maximum=200_000,
    is_advanced=True,
)

COMPONENTS = (
    Component(
        id="scatter",
        kind=ComponentKind.EXPLORER,
        title="Scatter plot",
        description="Two columns against each other; the first chosen is x, the second y.",
        factory=f"{__name__}.scatter_explorer:scatter",
        schema=schema(
            color_by=_COLOR,
            trend=choice(
                "Trend",
                {"none": "None", "line": "Straight line"},
                "A least-squares line through the points of each group.",
            ),
            log_x=switch("Logarithmic x", "Draws x on a logarithmic scale."),
            log_y=switch("Logarithmic y", "Draws y on a logarithmic scale."),
            points=_POINTS,
        ),
        column_types=("number", "date", "datetime"),
        options={"least_columns": 2, "most_columns": 2},
    ),
    Component(
        id="scatter_matrix",
        kind=ComponentKind.EXPLORER,
        title="Scatter matrix",
        description="Every pair of columns against each other, with histograms on the diagonal.",
        factory=f"{__name__}.scatter_explorer:scatter_matrix",
        schema=schema(color_by=_COLOR, points={**_POINTS, "default": 2_000}),
        column_types=("number",),
        options={"least_columns": 2, "most_columns": 8},
    ),
)
