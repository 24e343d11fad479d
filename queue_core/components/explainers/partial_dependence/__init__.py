"""Partial dependence and ICE: how predictions move when one column is changed."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.explainers.explainer_parameters import OUTPUT, rows
from queue_core.components.parameter_schemas import integer, schema, switch

COMPONENTS = (
    Component(
        id="partial_dependence",
        kind=ComponentKind.EXPLAINER,
        title="Partial dependence and ICE",
        description="How predictions move, on average and row by row, when one column changes.",
        factory=f"{__name__}.partial_dependence_explainer:partial_dependence",
        schema=schema(
            columns={
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Columns",
                "format": "columns",
                "default": None,
                "description": "The columns to change; empty: those that move predictions most.",
            },
            output=OUTPUT,
            steps=integer(
                "Steps",
                "How many values of a column are tried.",
                default=25,
                minimum=3,
                maximum=200,
            ),
            rows=rows(300, 10_000),
            draws_rows=switch(
                "Single rows", "Draws a thin line for some rows (ICE).", default=True
            ),
        ),
        tasks=("classification", "regression", "clustering", "text_classification"),
        options={"scope": "global"},
    ),
)
