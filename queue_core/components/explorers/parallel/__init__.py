"""Parallel coordinates and parallel categories: rows as lines and ribbons over several columns."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import GROUPS, column, integer, schema

COMPONENTS = (
    Component(
        id="parallel_coordinates",
        kind=ComponentKind.EXPLORER,
        title="Parallel coordinates",
        description="Each row is a line over the columns of numbers, each from least to most.",
        factory=f"{__name__}.parallel_explorer:parallel_coordinates",
        schema=schema(
            color_by=column("Colour by", "Colours the lines by the groups of a column.", GROUPS),
            lines=integer(
                "Lines at most",
                "Of more rows, this many are drawn at random.",
                default=1_000,
                minimum=10,
                maximum=20_000,
            ),
        ),
        column_types=("number", "date", "datetime"),
        options={"least_columns": 2, "most_columns": 15},
    ),
    Component(
        id="parallel_categories",
        kind=ComponentKind.EXPLORER,
        title="Parallel categories",
        description="How the groups of one column fall into the groups of the next.",
        factory=f"{__name__}.parallel_explorer:parallel_categories",
        schema=schema(
            groups=integer(
                "Groups",
                "How many of the largest groups of each column are shown apart.",
                default=8,
                minimum=2,
                maximum=20,
            ),
        ),
        column_types=("category", "boolean", "text", "integer"),
        options={"least_columns": 2, "most_columns": 6},
    ),
)
