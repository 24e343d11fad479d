"""What a guess without looking at any column is worth: the least that a model must beat."""

from __future__ import annotations

import numpy as np

from queue_core.components.metrics.measuring.scored import Scored
from queue_core.components.models.training.preparation.problem import Problem

BASELINE = "baseline"


def baseline_answers(problem: Problem, train: np.ndarray, test: np.ndarray) -> Scored:
    """Return the answers of always saying the commonest class, or the mean, of the training rows.

    Args:
        problem: A question with a known output.
        train: Places of the training rows.
        test: Places of the rows to answer for.
    """
    assert problem.target is not None
    known, truth = problem.target[train], problem.target[test]
    seed = problem.spec.seed
    if not problem.classes:
        return Scored(truth=truth, predicted=np.full(len(test), known.mean()), seed=seed)
    shares = np.bincount(known.astype(int), minlength=len(problem.classes)) / len(known)
    return Scored(
        truth=truth,
        predicted=np.full(len(test), int(shares.argmax())),
        probabilities=np.tile(shares, (len(test), 1)),
        class_count=len(problem.classes),
        seed=seed,
    )
