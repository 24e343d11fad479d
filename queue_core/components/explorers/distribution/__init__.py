"""Distribution: histogram, density and cumulative distribution, over all rows."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import GROUPS, choice, column, integer, schema, several

COMPONENTS = (
    Component(
        id="distribution",
        kind=ComponentKind.EXPLORER,
        title="Distribution",
        description="How the values of columns are spread: histogram, density, cumulative.",
        factory=f"{__name__}.distribution_explorer:distribution",
        schema=schema(
            plots=several(
                "Plots",
                {"histogram": "Histogram", "density": "Density", "ecdf": "Cumulative (ECDF)"},
                "What to draw; columns of text get bars whatever is chosen.",
                default=["histogram", "density", "ecdf"],
            ),
            group_by=column("Group by", "Draws the groups of this column apart.", GROUPS),
            bins=integer(
                "Bins",
                "Number of bars of a histogram; empty: as many as the data are good for.",
                default=None,
                minimum=1,
                maximum=1000,
            ),
            counts=choice(
                "Height",
                {"rows": "Rows", "share": "Share of the group"},
                "What the bars of a histogram count.",
            ),
            categories=integer(
                "Categories",
                "How many of the most frequent categories are drawn.",
                default=30,
                minimum=2,
                maximum=100,
                is_advanced=True,
            ),
        ),
        column_types=("number", "category", "text", "boolean", "date", "datetime"),
        options={"most_columns": 36},
    ),
)
