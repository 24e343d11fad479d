"""Metrics of classes and of their probabilities."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.metrics import log_loss as loss

from queue_core.components.metrics.measuring.scored import Scored


def accuracy(scored: Scored) -> float:
    """Return the share of right rows."""
    return float(accuracy_score(scored.truth, scored.predicted))


def balanced_accuracy(scored: Scored) -> float:
    """Return the mean share of right rows over the classes that occur."""
    return float(balanced_accuracy_score(scored.truth, scored.predicted))


def f1_macro(scored: Scored) -> float:
    """Return F1 averaged over the classes."""
    return float(f1_score(scored.truth, scored.predicted, average="macro", zero_division=0))


def f1_weighted(scored: Scored) -> float:
    """Return F1 averaged by the frequency of the classes."""
    return float(f1_score(scored.truth, scored.predicted, average="weighted", zero_division=0))


def precision_macro(scored: Scored) -> float:
    """Return precision averaged over the classes."""
    return float(precision_score(scored.truth, scored.predicted, average="macro", zero_division=0))


def recall_macro(scored: Scored) -> float:
    """Return recall averaged over the classes."""
    return float(recall_score(scored.truth, scored.predicted, average="macro", zero_division=0))


def roc_auc(scored: Scored) -> float:
    """Return the area under ROC; for several classes each against the rest, averaged.

    Raises:
        ValueError: The model gives neither probabilities nor scores, or a class does not occur.
    """
    if scored.class_count == 2:
        return float(roc_auc_score(scored.truth, _positive(scored)))
    if scored.probabilities is None:
        raise ValueError("no probabilities")
    labels = list(range(scored.class_count))
    return float(
        roc_auc_score(scored.truth, scored.probabilities, multi_class="ovr", labels=labels)
    )


def average_precision(scored: Scored) -> float:
    """Return the average precision; for several classes averaged over them.

    Raises:
        ValueError: The model gives neither probabilities nor scores.
    """
    if scored.class_count == 2:
        return float(average_precision_score(scored.truth, _positive(scored)))
    ranks = scored.probabilities if scored.probabilities is not None else scored.scores
    if ranks is None or np.ndim(ranks) != 2 or ranks.shape[1] != scored.class_count:
        raise ValueError("no probabilities")
    present = [code for code in range(scored.class_count) if (scored.known == code).any()]
    each = [average_precision_score(scored.truth == code, ranks[:, code]) for code in present]
    return float(np.mean(each))


def log_loss(scored: Scored) -> float:
    """Return the log loss.

    Raises:
        ValueError: The model gives no probabilities.
    """
    if scored.probabilities is None:
        raise ValueError("no probabilities")
    return float(loss(scored.truth, scored.probabilities, labels=list(range(scored.class_count))))


def brier(scored: Scored) -> float:
    """Return the mean squared error of the probabilities, summed over the classes.

    Raises:
        ValueError: The model gives no probabilities.
    """
    if scored.probabilities is None:
        raise ValueError("no probabilities")
    wanted = np.eye(scored.class_count)[np.asarray(scored.truth, dtype=int)]
    return float(((scored.probabilities - wanted) ** 2).sum(axis=1).mean())


def matthews(scored: Scored) -> float:
    """Return Matthews' correlation."""
    return float(matthews_corrcoef(scored.truth, scored.predicted))


def cohen_kappa(scored: Scored) -> float:
    """Return Cohen's kappa."""
    return float(cohen_kappa_score(scored.truth, scored.predicted))


def _positive(scored: Scored) -> object:
    """Return how much each row looks like the second of two classes."""
    if scored.probabilities is not None:
        return scored.probabilities[:, 1]
    if scored.scores is None:
        raise ValueError("no scores")
    return scored.scores
