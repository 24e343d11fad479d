"""SHAP values: what each column adds to predictions, for the whole model and for single rows."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.explainers.explainer_parameters import (
    ALGORITHM,
    BACKGROUND,
    OUTPUT,
    rows,
)
from queue_core.components.parameter_schemas import schema

_TASKS = ("classification", "regression", "clustering", "text_classification")

COMPONENTS = (
    Component(
        id="shap_summary",
        kind=ComponentKind.EXPLAINER,
        title="SHAP summary",
        description="What each column adds to the predictions of many rows, up or down.",
        factory=f"{__name__}.shap_values_explainer:shap_summary",
        schema=schema(
            rows=rows(400, 20_000), output=OUTPUT, algorithm=ALGORITHM, background=BACKGROUND
        ),
        tasks=_TASKS,
        options={"scope": "global", "extra_for": {"trees": "explain"}},
    ),
    Component(
        id="shap_rows",
        kind=ComponentKind.EXPLAINER,
        title="SHAP of single rows",
        description="How the predictions of chosen rows come about, column by column.",
        factory=f"{__name__}.shap_values_explainer:shap_rows",
        schema=schema(output=OUTPUT, algorithm=ALGORITHM, background=BACKGROUND),
        tasks=_TASKS,
        options={"scope": "local", "extra_for": {"trees": "explain"}},
    ),
)
