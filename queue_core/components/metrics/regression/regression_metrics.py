"""Metrics of numbers: regression and forecasting."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import (
    explained_variance_score,
    mean_absolute_error,
    mean_absolute_percentage_error,
    r2_score,
    root_mean_squared_error,
    root_mean_squared_log_error,
)
from sklearn.metrics import max_error as largest
from sklearn.metrics import median_absolute_error as median

from queue_core.components.metrics.measuring.scored import Scored


def r2(scored: Scored) -> float:
    """Return the coefficient of determination."""
    return float(r2_score(scored.truth, scored.predicted))


def rmse(scored: Scored) -> float:
    """Return the root of the mean squared error."""
    return float(root_mean_squared_error(scored.truth, scored.predicted))


def mae(scored: Scored) -> float:
    """Return the mean absolute error."""
    return float(mean_absolute_error(scored.truth, scored.predicted))


def median_absolute_error(scored: Scored) -> float:
    """Return the median absolute error."""
    return float(median(scored.truth, scored.predicted))


def max_error(scored: Scored) -> float:
    """Return the largest absolute error."""
    return float(largest(scored.truth, scored.predicted))


def mape(scored: Scored) -> float:
    """Return the mean absolute percentage error as a share.

    Raises:
        ValueError: The truth is 0 somewhere, so that it means nothing.
    """
    if (scored.known == 0).any():
        raise ValueError("the truth is 0 somewhere")
    return float(mean_absolute_percentage_error(scored.truth, scored.predicted))


def explained_variance(scored: Scored) -> float:
    """Return the explained variance."""
    return float(explained_variance_score(scored.truth, scored.predicted))


def bias(scored: Scored) -> float:
    """Return the mean of prediction minus truth."""
    return float((scored.predicted - scored.known).mean())


def rmsle(scored: Scored) -> float:
    """Return the root of the mean squared difference of logarithms.

    Raises:
        ValueError: A value is not above -1.
    """
    return float(root_mean_squared_log_error(scored.truth, scored.predicted))


def smape(scored: Scored) -> float:
    """Return the symmetric mean absolute percentage error as a share (0 to 2)."""
    size = np.abs(scored.known) + np.abs(scored.predicted)
    error = 2 * np.abs(scored.predicted - scored.known)
    return float(np.divide(error, size, out=np.zeros_like(error), where=size > 0).mean())


def mase(scored: Scored) -> float:
    """Return the mean absolute error as a multiple of the naive forecast's on the history.

    Raises:
        ValueError: The history is too short, or never changes.
    """
    history = np.asarray(scored.history if scored.history is not None else [], dtype=float)
    if len(history) <= scored.period:
        raise ValueError("the history is shorter than a season")
    naive = np.abs(history[scored.period :] - history[: -scored.period]).mean()
    if naive == 0:
        raise ValueError("the history never changes")
    return float(np.abs(scored.predicted - scored.known).mean() / naive)
