"""How much a model relies on each input column: its own account, or what shuffling costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from queue_core.components.component import Component
from queue_core.components.metrics.measuring.scored import measure
from queue_core.components.models.training.evaluation.evaluation import (
    answers,
    only_answered,
    score_matrix,
)
from queue_core.components.models.training.fitting.fitted import Fitted
from queue_core.components.models.training.preparation.preprocessing import output_sources
from queue_core.components.models.training.preparation.problem import Problem

SHUFFLED_ROWS = 300
SHUFFLES = 3
MOST_PREDICTIONS = 90


@dataclass(frozen=True, kw_only=True)
class Importance:
    """Columns by how much the model relies on them, most first.

    Attributes:
        names: Input columns.
        values: How much; comparable within one model only.
        method: What the numbers are, one sentence.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    method: str


def importance_of(
    fitted: Fitted, problem: Problem, metric: Component, rows: np.ndarray
) -> Importance | None:
    """Return the importance of the input columns; None where finding it would cost too much.

    Args:
        fitted: The model.
        problem: The question with its data.
        metric: What shuffling a column is measured by.
        rows: Held-out rows.
    """
    own = _own_account(fitted.model)
    if own is not None:
        values, method = own
        sources = output_sources(fitted.transformer)
        if len(sources) == len(values):
            return _summed(sources, values, method)
    return _by_shuffling(fitted, problem, metric, rows)


def _own_account(model: Any) -> tuple[np.ndarray, str] | None:
    if hasattr(model, "feature_importances_"):
        return (
            np.asarray(model.feature_importances_, dtype=float),
            "Share of the improvement that questions about the column brought.",
        )
    weights = getattr(model, "coef_", None)
    if weights is None:
        return None
    dense = weights.toarray() if hasattr(weights, "toarray") else np.asarray(weights, dtype=float)
    sizes = np.abs(dense)
    if sizes.ndim == 2:
        sizes = sizes.mean(axis=0) if sizes.shape[0] > 1 else sizes[0]
    return sizes, "Size of the weights of the prepared column."


def _summed(sources: list[str], values: np.ndarray, method: str) -> Importance:
    totals: dict[str, float] = {}
    for name, value in zip(sources, values, strict=True):
        totals[name] = totals.get(name, 0.0) + float(value)
    return _sorted(totals, method)


def _sorted(totals: dict[str, float], method: str) -> Importance:
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    return Importance(
        names=tuple(name for name, _ in ordered),
        values=tuple(value for _, value in ordered),
        method=method,
    )


def _by_shuffling(
    fitted: Fitted, problem: Problem, metric: Component, rows: np.ndarray
) -> Importance | None:
    """Return what the metric loses when a column's values are dealt out anew."""
    columns = list(fitted.plan.treatments)
    repeats = min(SHUFFLES, MOST_PREDICTIONS // max(1, len(columns)))
    if repeats == 0 or problem.target is None:
        return None
    generator = np.random.default_rng(problem.spec.seed)
    some = np.sort(generator.permutation(rows)[:SHUFFLED_ROWS])
    sign = 1.0 if metric.options["greater_is_better"] else -1.0
    base = measure(metric, only_answered(answers(fitted, problem, some))[0])
    if base is None:
        return None
    frame = problem.frame.iloc[some]
    score = _scorer(fitted, problem, metric, some)
    losses: dict[str, float] = {}
    for name in columns:
        found = [score(_shuffled(frame, name, generator)) for _ in range(repeats)]
        known = [value for value in found if value is not None]
        losses[name] = sign * (base - float(np.mean(known))) if known else 0.0
    method = (
        f"Loss of {metric.title.lower()} when the column is shuffled, {repeats} times on "
        f"{len(some)} held-out rows."
    )
    return _sorted(losses, method)


def _scorer(
    fitted: Fitted, problem: Problem, metric: Component, rows: np.ndarray
) -> Callable[[Any], float | None]:
    truth = None if problem.target is None else problem.target[rows]

    def score(frame: pd.DataFrame) -> float | None:
        matrix = fitted.transformer.transform(frame)
        scored = score_matrix(fitted.model, matrix, truth, len(problem.classes), problem.spec.seed)
        return measure(metric, only_answered(scored)[0])

    return score


def _shuffled(frame: pd.DataFrame, name: str, generator: np.random.Generator) -> Any:
    values = frame[name].to_numpy()
    return frame.assign(**{name: values[generator.permutation(len(values))]})
