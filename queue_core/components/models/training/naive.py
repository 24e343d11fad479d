"""The forecasts that every model has to beat; they look at past values and learn nothing."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin


class _Naive(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """What they share: nothing is learnt. Columns are past values, the newest first."""

    def fit(self, X: np.ndarray, y: object = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's names
        """Remember how many past values there are."""
        self.n_features_in_ = np.shape(X)[1]
        return self


class NaiveForecast(_Naive):
    """Repeats the last value."""

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Return the last value of each row."""
        return np.asarray(X, dtype=float)[:, 0]


class SeasonalNaiveForecast(_Naive):
    """Repeats the value one season ago."""

    def __init__(self, period: int = 1) -> None:
        self.period = period

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Return the value one season ago, the oldest one where the past is shorter."""
        past = np.asarray(X, dtype=float)
        return past[:, min(self.period or 1, past.shape[1]) - 1]


class MovingAverageForecast(_Naive):
    """Repeats the mean of the last values."""

    def __init__(self, window: int = 3) -> None:
        self.window = window

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Return the mean of the last values."""
        recent: np.ndarray = np.asarray(X, dtype=float)[:, : self.window]
        return np.asarray(recent.mean(axis=1))


class DriftForecast(_Naive):
    """Goes on along the line from the oldest past value to the newest."""

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Return the last value plus the mean step."""
        past = np.asarray(X, dtype=float)
        steps = past.shape[1] - 1
        return past[:, 0] + ((past[:, 0] - past[:, -1]) / steps if steps else 0.0)
