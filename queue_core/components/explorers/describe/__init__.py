"""Describe: statistics, quantiles, missing and repeated values of every column."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import schema, switch

COMPONENTS = (
    Component(
        id="describe",
        kind=ComponentKind.EXPLORER,
        title="Describe",
        description="Statistics, quantiles, missing values and duplicates of every column.",
        factory=f"{__name__}.describe_explorer:describe",
        schema=schema(
            find_duplicates=switch(
                "Count duplicate rows", "Whether to look for rows that are equal.", default=True
            ),
            draw_overview=switch(
                "Draw an overview", "Whether to draw the distribution of the columns.", default=True
            ),
        ),
    ),
)
