"""Permutation importance: what the model loses when a column's values are shuffled."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.explainers.explainer_parameters import rows
from queue_core.components.parameter_schemas import choice, integer, schema

COMPONENTS = (
    Component(
        id="permutation_importance",
        kind=ComponentKind.EXPLAINER,
        title="Permutation importance",
        description="How much worse the model becomes when the values of a column are shuffled.",
        factory=f"{__name__}.permutation_importance_explainer:permutation_importance",
        schema=schema(
            measure=choice(
                "Measure",
                {
                    "auto": "Usual one of the task",
                    "accuracy": "Accuracy",
                    "f1_macro": "F1, mean of the classes",
                    "log_loss": "Log loss",
                    "r2": "R²",
                    "mae": "Mean absolute error",
                    "rmse": "Root mean squared error",
                },
                "What is compared before and after shuffling.",
            ),
            repeats=integer(
                "Repeats",
                "How often each column is shuffled; more give a surer result.",
                default=5,
                minimum=1,
                maximum=100,
            ),
            rows=rows(1_000, 100_000),
        ),
        tasks=("classification", "regression", "clustering", "text_classification"),
        options={"scope": "global"},
    ),
)
