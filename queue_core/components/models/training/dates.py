"""Points in time as numbers that a model can use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

PARTS = ("year", "month", "day", "weekday", "day of year", "hour", "days since 1970")
SECONDS_PER_DAY = 86_400.0


class DateParts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turns each column of times into the parts of its calendar; learns nothing.

    A missing time gives missing parts.
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> DateParts:  # noqa: ARG002, N803 - scikit-learn's names
        """Remember the names of the columns."""
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
        """Return the parts, rows x (columns x 7), as floats."""
        return np.column_stack([parts_of(X.iloc[:, place]) for place in range(X.shape[1])])

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> np.ndarray:
        """Return names such as `date: month`."""
        names = self.feature_names_in_ if input_features is None else input_features
        return np.asarray([f"{name}: {part}" for name in names for part in PARTS], dtype=object)


def parts_of(times: pd.Series) -> np.ndarray:
    """Return the calendar parts of a series of times, rows x 7."""
    series = pd.Series(times)
    stamps = series.dt
    seconds = (series - pd.Timestamp(1970, 1, 1)).dt.total_seconds()
    parts = (
        stamps.year, stamps.month, stamps.day, stamps.day_of_week, stamps.day_of_year, stamps.hour,
        seconds / SECONDS_PER_DAY,
    )  # fmt: skip
    return np.column_stack([np.asarray(part, dtype=float) for part in parts])
