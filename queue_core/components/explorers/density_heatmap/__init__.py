"""Density heat map: how many rows fall into each cell of two columns, over all rows."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import integer, schema, switch

COMPONENTS = (
    Component(
        id="density_heatmap",
        kind=ComponentKind.EXPLORER,
        title="Density heat map",
        description="How many rows lie where two columns meet; counts every row, however many.",
        factory=f"{__name__}.density_heatmap_explorer:density_heatmap",
        schema=schema(
            bins=integer(
                "Bins",
                "Number of cells along each axis of numbers.",
                default=50,
                minimum=2,
                maximum=300,
            ),
            is_logarithmic=switch(
                "Logarithmic colours", "Shows cells with few rows beside cells with very many."
            ),
        ),
        column_types=("number", "date", "datetime", "category", "boolean", "text"),
        options={"least_columns": 2, "most_columns": 2},
    ),
)
