"""How far rows are from each other: numbers by their usual range, categories same or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class RowDistance:
    """Gower's distance over the columns of a model.

    Attributes:
        ranges: For each column of numbers or times its usual range; no entry: a category.
        whole: Columns of numbers whose values are all whole.
        moments: Columns of times.
    """

    ranges: Mapping[str, float]
    whole: frozenset[str]
    moments: frozenset[str]

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Sequence[str]) -> RowDistance:
        """Learn the ranges from rows."""
        ranges, whole, moments = {}, set(), set()
        for name in columns:
            kind = frame[name].dtype.kind
            if kind not in "fiubM":
                continue
            values = _numbers(frame[name])
            values = values[~np.isnan(values)]
            spread = float(np.ptp(np.percentile(values, [2.5, 97.5]))) if len(values) else 0.0
            ranges[name] = spread or float(np.ptp(values) if len(values) else 0.0) or 1.0
            if kind == "M":
                moments.add(name)
            elif len(values) and bool((values == np.floor(values)).all()):
                whole.add(name)
        return cls(ranges, frozenset(whole), frozenset(moments))

    def is_number(self, name: str) -> bool:
        """Return whether there are values between two values of a column."""
        return name in self.ranges and name not in self.moments

    def rounded(self, name: str, value: float) -> float:
        """Return a value as the column has them: whole where all of them are."""
        return float(round(value)) if name in self.whole else value

    def between(
        self, row: pd.DataFrame, others: pd.DataFrame, columns: Sequence[str]
    ) -> np.ndarray:
        """Return the distances of one row to others, summed over columns."""
        total = np.zeros(len(others))
        for name in columns:
            if name in self.ranges:
                far = np.abs(_numbers(others[name]) - _numbers(row[name])[0]) / self.ranges[name]
                total += np.nan_to_num(far, nan=1.0)
            else:
                total += (others[name].to_numpy() != row[name].iloc[0]).astype(float)
        return total

    def of_column(self, name: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> float:
        """Return the part of a distance that one column adds."""
        if first[name] != first[name] or second[name] != second[name]:
            return float((first[name] == first[name]) != (second[name] == second[name]))
        if name not in self.ranges:
            return float(first[name] != second[name])
        if name in self.moments:
            gap = pd.Timestamp(first[name]) - pd.Timestamp(second[name])
            return abs(float(gap.total_seconds())) / self.ranges[name]
        return abs(float(first[name]) - float(second[name])) / self.ranges[name]


def _numbers(values: pd.Series) -> np.ndarray:
    if values.dtype.kind == "M":
        seconds = values.astype("datetime64[us]").astype("int64").to_numpy() / 1e6
        return np.where(values.isna().to_numpy(), np.nan, seconds)
    return values.to_numpy(dtype=float)
