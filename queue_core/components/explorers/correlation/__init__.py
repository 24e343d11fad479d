"""Correlation and covariance of columns, also between numbers and categories."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import choice, schema

COMPONENTS = (
    Component(
        id="correlation",
        kind=ComponentKind.EXPLORER,
        title="Correlation",
        description="How strongly columns go together, numbers and categories alike.",
        factory=f"{__name__}.correlation_explorer:correlation",
        schema=schema(
            method=choice(
                "Method",
                {
                    "mixed": "By type of column",
                    "pearson": "Pearson (straight lines)",
                    "spearman": "Spearman (ranks)",
                    "kendall": "Kendall (pairs in order)",
                },
                "By type: Pearson between numbers, Cramér's V between categories, the "
                "correlation ratio between both. The others look at numbers only.",
            ),
        ),
        column_types=("number", "category", "text", "boolean"),
        options={"least_columns": 2, "most_columns": 500},
    ),
    Component(
        id="covariance",
        kind=ComponentKind.EXPLORER,
        title="Covariance",
        description="How columns of numbers vary together, in their own units.",
        factory=f"{__name__}.correlation_explorer:covariance",
        column_types=("number",),
        options={"least_columns": 2, "most_columns": 500},
    ),
)
