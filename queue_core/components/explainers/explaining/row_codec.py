"""Rows as matrices of numbers and back, for libraries that take nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class RowCodec:
    """Turns rows into numbers: categories as their places, times as days, and back.

    Attributes:
        columns: The columns, in order.
        categories: The values of each column of categories, by column.
        moments: Columns of times.
        fills: What stands for a missing number, by column.
        example: A row with all columns that the pipeline takes.
    """

    columns: tuple[str, ...]
    categories: Mapping[str, tuple[Any, ...]]
    moments: frozenset[str]
    fills: Mapping[str, float]
    example: pd.DataFrame

    @classmethod
    def of(cls, frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> RowCodec:
        """Learn the categories and middles from rows."""
        frame = pd.concat(frames, ignore_index=True)
        categories, moments, fills = {}, set(), {}
        for name in columns:
            kind = frame[name].dtype.kind
            if kind == "M":
                moments.add(name)
                fills[name] = (
                    _days(frame[name].dropna()).mean() if frame[name].notna().any() else 0.0
                )
            elif kind in "fiub":
                middle = frame[name].median()
                fills[name] = float(middle) if middle == middle else 0.0
            else:
                categories[name] = tuple(sorted(set(frame[name].tolist()), key=str))
        example = frame.head(1).reset_index(drop=True)
        return cls(tuple(columns), categories, frozenset(moments), fills, example)

    @property
    def category_places(self) -> list[int]:
        """The places of the columns of categories."""
        return [place for place, name in enumerate(self.columns) if name in self.categories]

    def encode(self, frame: pd.DataFrame) -> np.ndarray:
        """Return rows x columns as floats; a missing number becomes the middle one."""
        made = []
        for name in self.columns:
            if name in self.categories:
                places = {value: place for place, value in enumerate(self.categories[name])}
                made.append(frame[name].map(places).to_numpy(dtype=float))
                continue
            values = _days(frame[name]) if name in self.moments else frame[name]
            numbers = np.asarray(values, dtype=float)
            made.append(np.where(np.isnan(numbers), self.fills[name], numbers))
        return np.column_stack(made)

    def decode(self, matrix: np.ndarray) -> pd.DataFrame:
        """Return a matrix as rows that the pipeline takes."""
        made: dict[str, Any] = {}
        for place, name in enumerate(self.columns):
            values = matrix[:, place]
            if name in self.categories:
                known = self.categories[name]
                places = np.clip(np.rint(values).astype(int), 0, len(known) - 1)
                made[name] = pd.Series([known[code] for code in places], dtype=object)
            elif name in self.moments:
                micros = np.rint(values * 86_400e6).astype("int64")
                made[name] = micros.astype("datetime64[us]")
            else:
                made[name] = values
        for name in self.example.columns:
            if name not in made:
                made[name] = [self.example[name].iloc[0]] * len(matrix)
        frame = pd.DataFrame(made)[list(self.example.columns)]
        return frame.astype(self.example.dtypes.to_dict())


def _days(values: pd.Series) -> np.ndarray:
    days = values.astype("datetime64[us]").astype("int64").to_numpy() / 86_400e6
    return np.where(values.isna().to_numpy(), np.nan, days)
