"""How much a model relies on each input column: its own account, or what shuffling costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from queue_core.components.component import Component
from queue_core.components.metrics.measuring.scored import measure
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.evaluation import (
    answers,
    only_answered,
    score_matrix,
)
from queue_core.components.models.training.fitting.fitted import Fitted
from queue_core.components.models.training.preparation.preprocessing import output_features
from queue_core.components.models.training.preparation.problem import Problem

SHUFFLED_ROWS = 300
SHUFFLES = 3
MOST_PREDICTIONS = 90
MOST_LINEAR = 400


@dataclass(frozen=True, kw_only=True)
class Importance:
    """Columns by how much the model relies on them, most first.

    Attributes:
        names: Input columns, and words of texts.
        values: How much; comparable within one model only.
        label: What the numbers are called.
        method: What they are, one sentence.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    label: str
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
        values = own.values
        sources = output_features(fitted.transformer)
        # Past values of a series say nearly the same, so that their weights cancel each other too.
        is_series = problem.spec.task is Task.FORECASTING
        fits = len(sources) == len(values) and (own.are_shares or not is_series)
        if fits and own.can_be_summed(sources):
            return _summed(sources, own)
    return _by_shuffling(fitted, problem, metric, rows)


@dataclass(frozen=True, kw_only=True)
class _OwnAccount:
    """What a model says of its prepared columns.

    Attributes:
        values: One number for each.
        label: What the numbers are called.
        method: What they are, one sentence.
        are_shares: Whether those of several prepared columns add up. Weights do not: where columns
            say the same, like the parts of a date or the categories of a column, large ones
            cancel each other.
    """

    values: np.ndarray
    label: str
    method: str
    are_shares: bool

    def can_be_summed(self, sources: Sequence[str]) -> bool:
        """Return whether the numbers can be given for input columns."""
        return self.are_shares or len(set(sources)) == len(sources)


def _own_account(model: Any) -> _OwnAccount | None:
    if hasattr(model, "feature_importances_"):
        label, method = _account_of_trees(model)
        values = np.asarray(model.feature_importances_, dtype=float)
        return _OwnAccount(values=values, label=label, method=method, are_shares=True)
    weights = getattr(model, "coef_", None)
    if weights is None:
        return None
    dense = weights.toarray() if hasattr(weights, "toarray") else np.asarray(weights, dtype=float)
    sizes = np.abs(dense)
    if sizes.ndim == 2:
        sizes = sizes.mean(axis=0) if sizes.shape[0] > 1 else sizes[0]
    return _OwnAccount(
        values=sizes,
        label="|coefficient|",
        method="Size of the coefficient of the prepared column.",
        are_shares=False,
    )


def _account_of_trees(model: Any) -> tuple[str, str]:
    """Return what the importances of a model of trees are called, and what they are."""
    library = type(model).__module__.partition(".")[0]
    if library == "sklearn":
        return (
            "Mean decrease in impurity",
            "Mean decrease in impurity: how much purer the questions about the column made the "
            "groups of training rows, as a share of all questions.",
        )
    if library == "lightgbm" and getattr(model, "importance_type", "split") == "split":
        return "Splits", "Splits: how often the trees ask about the column."
    if library == "catboost":
        return (
            "Prediction values change",
            "Prediction values change: how much predictions move on average when the column does.",
        )
    return "Gain", "Gain: how much the splits on the column improved the model."


def _summed(sources: list[str], own: _OwnAccount) -> Importance:
    totals: dict[str, float] = {}
    for name, value in zip(sources, own.values, strict=True):
        totals[name] = totals.get(name, 0.0) + float(value)
    return _sorted(totals, own.label, own.method)


def _sorted(totals: dict[str, float], label: str, method: str) -> Importance:
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    return Importance(
        names=tuple(name for name, _ in ordered),
        values=tuple(value for _, value in ordered),
        label=label,
        method=method,
    )


def _by_shuffling(
    fitted: Fitted, problem: Problem, metric: Component, rows: np.ndarray
) -> Importance | None:
    """Return what the metric loses when a column's values are dealt out anew."""
    columns = list(fitted.plan.treatments)
    repeats = min(SHUFFLES, MOST_PREDICTIONS // max(1, len(columns)))
    if repeats == 0 and len(columns) <= MOST_LINEAR and hasattr(fitted.model, "coef_"):
        repeats = 1  # linear models predict at once
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
    times = "once" if repeats == 1 else f"{repeats} times"
    method = (
        f"Permutation importance: what {metric.title} loses when the column is shuffled, {times} "
        f"on {len(some)} held-out rows."
    )
    return _sorted(
        losses, f"Decrease in {metric.title}" if sign > 0 else f"Increase in {metric.title}", method
    )


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
