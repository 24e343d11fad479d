"""Trained models measured on rows that they have not seen, and on those that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.base import BaseEstimator

from queue_core.components.component import Component
from queue_core.components.json_data import JsonObject
from queue_core.components.metrics.measuring.scored import Scored, measure
from queue_core.components.models.training.fitting.fitted import Fitted
from queue_core.components.models.training.preparation.matrix import Matrix
from queue_core.components.models.training.preparation.problem import Problem
from queue_core.errors import DataError

SCORED_TRAINING_ROWS = 2_000

# Models whose `predict` asks for the probabilities again and takes the likeliest class.
LIKELIEST = ("RandomForestClassifier", "ExtraTreesClassifier", "BaggingClassifier")


@dataclass(frozen=True, kw_only=True)
class FoldResult:
    """What came out of one fold.

    Attributes:
        fitted: The model that was trained on its training rows; None where it was not kept.
        test: The rows that test, with the model's answers.
        rows: Places of the test rows.
        values: Metric values by split (`train`, `test`, `validation`) and metric id.
        train_rows: How many rows trained.
        params: The parameters of the model.
    """

    fitted: Fitted | None
    test: Scored
    rows: np.ndarray
    values: dict[str, dict[str, float | None]] = field(default_factory=dict)
    train_rows: int = 0
    params: JsonObject = field(default_factory=dict)


def answers(fitted: Fitted, problem: Problem, rows: np.ndarray) -> Scored:
    """Return the truth of some rows with the model's answers."""
    matrix = fitted.transformer.transform(problem.frame.iloc[rows])
    truth = None if problem.target is None else problem.target[rows]
    return score_matrix(fitted.model, matrix, truth, len(problem.classes), problem.spec.seed)


def score_matrix(
    model: BaseEstimator, matrix: Matrix, truth: np.ndarray | None, class_count: int, seed: int = 0
) -> Scored:
    """Return the truth of prepared rows with the model's answers.

    Args:
        model: A fitted estimator that predicts.
        matrix: Prepared rows.
        truth: Class codes or numbers; None where they are not known.
        class_count: How many classes there are; 0 for numbers.
        seed: For metrics that sample.
    """
    if not class_count:
        numbers = np.asarray(model.predict(matrix), dtype=float).reshape(matrix.shape[0])
        return Scored(truth=truth, predicted=numbers, seed=seed)
    probabilities = class_probabilities(model, matrix, class_count)
    if probabilities is not None and type(model).__name__ in LIKELIEST:
        predicted = probabilities.argmax(axis=1)
    else:
        predicted = np.asarray(model.predict(matrix))
    scores = None
    if probabilities is None and hasattr(model, "decision_function"):
        scores = np.asarray(model.decision_function(matrix))
    return Scored(
        truth=truth,
        predicted=predicted.astype(int),
        probabilities=probabilities,
        scores=scores,
        class_count=class_count,
        seed=seed,
    )


def class_probabilities(
    model: BaseEstimator, matrix: Matrix, class_count: int
) -> np.ndarray | None:
    """Return rows x classes, 0 for classes that the model never saw; None if it gives none."""
    if not hasattr(model, "predict_proba"):
        return None
    given = np.asarray(model.predict_proba(matrix), dtype=float)
    seen = np.asarray(model.classes_, dtype=int)
    if len(seen) == class_count:
        return given
    whole = np.zeros((len(given), class_count))
    if len(seen) == 1:  # some still give a column for another class, which has no name
        given = np.ones((len(given), 1))
    whole[:, seen] = given
    return whole


def measure_all(metrics: Sequence[Component], scored: Scored) -> dict[str, float | None]:
    """Return the value of each metric; None where it is not defined."""
    return {metric.id: measure(metric, scored) for metric in metrics}


def only_answered(scored: Scored) -> tuple[Scored, np.ndarray]:
    """Return the rows that got a prediction, and their places; a few models leave some out.

    Raises:
        DataError: No row got one.
    """
    if scored.class_count or scored.truth is None:
        return scored, np.arange(len(scored.predicted))
    found = np.flatnonzero(np.isfinite(scored.predicted))
    if not len(found):
        raise DataError(
            "The model gave no test row a prediction.",
            hint="Change its parameters, e.g. a larger radius, or choose another model.",
        )
    if len(found) == len(scored.predicted):
        return scored, found
    kept = Scored(
        truth=scored.truth[found],
        predicted=scored.predicted[found],
        history=scored.history,
        period=scored.period,
        seed=scored.seed,
    )
    return kept, found


def training_sample(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return the training rows that are measured: all, or 2,000 of them drawn at random."""
    if len(rows) <= SCORED_TRAINING_ROWS:
        return rows
    drawn = np.random.default_rng(seed).choice(len(rows), SCORED_TRAINING_ROWS, replace=False)
    return rows[np.sort(drawn)]
