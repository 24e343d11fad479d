"""LIME: a straight-line stand-in for the model around single rows (package lime)."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.explainers.explainer_parameters import OUTPUT, rows
from queue_core.components.parameter_schemas import integer, schema

COMPONENTS = (
    Component(
        id="lime",
        kind=ComponentKind.EXPLAINER,
        title="LIME",
        description="A simple stand-in for the model around single rows, with its weights.",
        factory=f"{__name__}.lime_rows_explainer:lime_rows",
        schema=schema(
            output=OUTPUT,
            columns_shown=integer(
                "Columns", "How many columns get a weight.", default=10, minimum=1, maximum=30
            ),
            samples=integer(
                "Samples",
                "How many rows around each row are made up and predicted.",
                default=3_000,
                minimum=100,
                maximum=50_000,
            ),
            rows=rows(5_000, 50_000),
        ),
        tasks=("classification", "regression", "clustering"),
        extra="lime",
        package="lime",
        options={"scope": "local"},
    ),
)
