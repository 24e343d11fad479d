"""Counterfactuals: the smallest changes of a row that would give another prediction."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.explainers.explainer_parameters import rows
from queue_core.components.parameter_schemas import choice, integer, number, schema

COMPONENTS = (
    Component(
        id="counterfactuals",
        kind=ComponentKind.EXPLAINER,
        title="Counterfactuals",
        description="The nearest examples, and the fewest changes, that give another prediction.",
        factory=f"{__name__}.counterfactuals_explainer:counterfactuals",
        schema=schema(
            method=choice(
                "Method",
                {"nearest": "Nearest examples", "dice": "DiCE"},
                "Nearest examples start from real rows; DiCE draws values and needs the extra "
                "dice.",
            ),
            wanted={
                "type": ["string", "null"],
                "title": "Wanted class",
                "default": None,
                "description": "The class to reach; empty: the most probable other one.",
            },
            direction=choice(
                "Direction",
                {"higher": "Higher", "lower": "Lower"},
                "For predicted numbers: which way the prediction is to move.",
            ),
            change=number(
                "Change",
                "For predicted numbers: by how much, in percent of their usual range.",
                default=20.0,
                minimum=0.1,
                maximum=100.0,
            ),
            options=integer(
                "Options", "How many ways are looked for.", default=3, minimum=1, maximum=10
            ),
            fixed={
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Fixed columns",
                "format": "columns",
                "default": None,
                "description": "Columns that cannot change, such as an age.",
            },
            rows=rows(2_000, 50_000),
        ),
        tasks=("classification", "regression", "clustering", "text_classification"),
        options={"scope": "local"},
    ),
)
