"""Outliers: rows with values far from the others, by quartiles, median or isolation forest."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import choice, integer, number, schema

COMPONENTS = (
    Component(
        id="outliers",
        kind=ComponentKind.EXPLORER,
        title="Outliers",
        description="Rows with values far from the others, and how far.",
        factory=f"{__name__}.outliers_explorer:outliers",
        schema=schema(
            method=choice(
                "Method",
                {
                    "iqr": "Quartiles (IQR)",
                    "robust_z": "Median (robust z-score)",
                    "isolation_forest": "Isolation forest",
                },
                "The first two look at each column alone; the forest at all of them together.",
            ),
            quartile_distance={
                **number(
                    "Quartile distances",
                    "How many times the distance of the quartiles beyond them is far.",
                    default=1.5,
                    minimum=0.5,
                    maximum=10,
                ),
                "depends-on": {"method": "iqr"},
            },
            z_score={
                **number(
                    "Robust z-score",
                    "From which distance to the median, in robust standard deviations.",
                    default=3.5,
                    minimum=1,
                    maximum=20,
                ),
                "depends-on": {"method": "robust_z"},
            },
            share={
                **number(
                    "Share of outliers",
                    "Which share of the rows the forest takes for outliers, in percent.",
                    default=2.0,
                    minimum=0.01,
                    maximum=50,
                ),
                "depends-on": {"method": "isolation_forest"},
            },
            listed=integer(
                "Listed",
                "How many rows are listed, the farthest first.",
                default=500,
                minimum=1,
                maximum=100_000,
                is_advanced=True,
            ),
        ),
        column_types=("number",),
        options={"most_columns": 200},
    ),
)
