"""What comes out of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.pipeline import Pipeline

from queue_core.components.component import Component
from queue_core.components.json_data import JsonObject
from queue_core.components.models.training.evaluation.evaluation import FoldResult
from queue_core.components.models.training.evaluation.importance import Importance
from queue_core.components.models.training.fitting.fitted import Fitted
from queue_core.components.models.training.preparation.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Everything that came out of a run.

    Attributes:
        problem: The question with its data, as the model saw them.
        component: The model.
        params: Its parameters, searched ones included.
        found: What the search found; None where there was none.
        final: The model for use.
        final_rows: How many rows trained it.
        pipeline: What predicts new rows.
        folds: What came out of each fold.
        metrics: What was measured, the leading metric first.
        importance: Of the input columns; None where unknown.
        errors: Held-out errors for intervals; None where there are no numbers.
        learning_curve: Rows, train and test score of the leading metric; empty unless asked for.
        steps: Measures that came while training: name, fold, step, value.
        fit_seconds: Time of all fits.
    """

    problem: Problem
    component: Component
    params: JsonObject
    found: JsonObject | None
    final: Fitted
    final_rows: int
    pipeline: Pipeline
    folds: tuple[FoldResult, ...]
    metrics: tuple[Component, ...]
    importance: Importance | None = None
    errors: JsonObject | None = None
    learning_curve: tuple[tuple[int, float | None, float | None], ...] = ()
    steps: tuple[tuple[str, int | None, int, float], ...] = ()
    fit_seconds: float = 0.0

    @property
    def leading(self) -> Component:
        """The first metric."""
        return self.metrics[0]


def mean_and_spread(values: list[float | None]) -> tuple[float | None, float | None]:
    """Return mean and standard deviation of the values that are defined; None without any."""
    known = [value for value in values if value is not None]
    if not known:
        return None, None
    return float(np.mean(known)), float(np.std(known)) if len(known) > 1 else None
