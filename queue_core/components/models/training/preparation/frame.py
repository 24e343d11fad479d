"""A stored table as the frame that pipelines take: few dtypes, the same at training and later.

Every step here works on one value at a time, so nothing is learnt and nothing can leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time

import numpy as np
import pandas as pd

from queue_core.components.column_types import ColumnType
from queue_core.errors import DataError

MISSING = "(missing)"
# Trees compute with 32 bits, and the squares of much larger numbers overflow 64.
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class InputColumn:
    """An input column as the model knows it.

    Attributes:
        name: Its name.
        type: How its values are treated.
    """

    name: str
    type: ColumnType


def model_frame(frame: pd.DataFrame, columns: Iterable[InputColumn]) -> pd.DataFrame:
    """Return the input columns of a table in the types that pipelines take.

    Numbers, booleans, times of day and durations are floats with NaN, where numbers beyond
    `LARGEST` are NaN too (`too_large` counts them); points in time are
    `datetime64` without time zone, categories and text are `str` objects, where a missing one is
    `(missing)` or empty.

    Args:
        frame: A `pandas.DataFrame` with at least these columns.
        columns: Which, and what they are.

    Raises:
        DataError: Values of a column are not of its type.
    """
    made = {column.name: _converted(frame[column.name], column) for column in columns}
    return pd.DataFrame(made, index=pd.RangeIndex(len(frame)))


def too_large(
    frame: pd.DataFrame, made: pd.DataFrame, columns: Iterable[InputColumn]
) -> dict[str, int]:
    """Return how many numbers of each column are infinite or too large to compute with.

    Args:
        frame: A `pandas.DataFrame` with at least these columns.
        made: What `model_frame` made of it.
        columns: Which, and what they are.
    """
    found = {}
    for column in columns:
        if column.type.is_number:
            given = frame[column.name].notna().to_numpy()
            count = int((given & np.isnan(made[column.name].to_numpy())).sum())
            if count:
                found[column.name] = count
    return found


def too_large_sentence(name: str, count: int) -> str:
    """Return what was done to the numbers that are too large."""
    rows = "1 row has" if count == 1 else f"{count:,} rows have"
    return (
        f"{rows} a value of “{name}” that is infinite or beyond {LARGEST:.1e}; no model can "
        "compute with it, so it counts as missing."
    )


def _converted(series: pd.Series, column: InputColumn) -> pd.Series:
    convert = _CONVERTERS.get(column.type)
    if convert is None:
        raise DataError(
            f"The column “{column.name}” holds values that no model can use.",
            hint="Leave it out of the input columns.",
        )
    try:
        return convert(series)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"The column “{column.name}” has values that are not of type {column.type}: {error}.",
            hint="Convert the column, or leave it out.",
        ) from error


def _numbers(series: pd.Series) -> np.ndarray:
    values = pd.to_numeric(series, errors="raise").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def _booleans(series: pd.Series) -> np.ndarray:
    values: np.ndarray = series.astype("boolean").to_numpy(dtype=float, na_value=np.nan)
    return values


def _categories(series: pd.Series) -> pd.Series:
    return as_text(series, missing=MISSING)


def _texts(series: pd.Series) -> pd.Series:
    return as_text(series, missing="")


def as_text(series: pd.Series, *, missing: str) -> pd.Series:
    """Return a series as an object array of `str`, with *missing* for what is missing."""
    plain = series.astype(object)
    is_missing = plain.isna().to_numpy()
    values = plain.to_numpy(dtype=object, copy=True)
    values[is_missing] = missing
    if not all(type(value) is str for value in values):
        values = np.asarray([str(value) for value in values], dtype=object)
    return values


def _moments(series: pd.Series) -> pd.Series:
    times = pd.to_datetime(series, errors="raise")
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return times.to_numpy(dtype="datetime64[us]")


def _times_of_day(series: pd.Series) -> np.ndarray:
    return np.asarray([_seconds_of_day(value) for value in series], dtype=float)


def _seconds_of_day(value: time | None) -> float:
    if value is None or value is pd.NaT or value != value:
        return float("nan")
    return float(value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6)


def _durations(series: pd.Series) -> np.ndarray:
    seconds = pd.to_timedelta(series).dt.total_seconds()
    return np.asarray(seconds, dtype=float)


_CONVERTERS: dict[ColumnType, Callable[[pd.Series], pd.Series | np.ndarray]] = {
    ColumnType.INTEGER: _numbers,
    ColumnType.FLOAT: _numbers,
    ColumnType.BOOLEAN: _booleans,
    ColumnType.CATEGORY: _categories,
    ColumnType.TEXT: _texts,
    ColumnType.DATE: _moments,
    ColumnType.DATETIME: _moments,
    ColumnType.TIME: _times_of_day,
    ColumnType.DURATION: _durations,
}
