"""Forecasts: a series turned into rows that show the past, and models that go on step by step."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from queue_core.components.column_types import ColumnType
from queue_core.components.models.training.fitting.fitted import Fitted
from queue_core.components.models.training.fitting.time_columns import (
    form_of,
    read_times,
    time_columns,
    unseen_cycles,
)
from queue_core.components.models.training.preparation.frame import InputColumn
from queue_core.components.models.training.preparation.problem import Problem
from queue_core.components.models.training.preparation.splits import Fold
from queue_core.components.models.training.session.session_schemas import SplitMethod
from queue_core.errors import DataError, ParameterError

LAG = "lag {}"
TIME = "time"
USUAL_LAGS = 12
MOST_STEPS = 1_000
# What a step makes of more than this cannot be counted on, nor squared for a metric.
_LARGEST = 1e100
ALLOWED_SPLITS = (
    SplitMethod.AUTO, SplitMethod.HOLDOUT, SplitMethod.TEMPORAL, SplitMethod.TEMPORAL_KFOLD,
)  # fmt: skip
# Longest step between rows, and how many of them make a season.
_SEASONS = (
    (pd.Timedelta(minutes=1), 60),
    (pd.Timedelta(minutes=30), 48),
    (pd.Timedelta(hours=1), 24),
    (pd.Timedelta(hours=6), 4),
    (pd.Timedelta(days=1), 7),
    (pd.Timedelta(days=7), 52),
    (pd.Timedelta(days=31), 12),
    (pd.Timedelta(days=92), 4),
)


@dataclass(frozen=True, kw_only=True)
class Series:
    """A series in the order of time.

    Attributes:
        values: What is forecast.
        times: When; None where only the order is known.
        frequency: The step between rows as pandas names it; None where they are irregular.
        lags: How many past values a model sees.
        period: Steps in a season.
        horizon: Steps that are forecast.
        form: How the column of times writes them, see `form_of`.
        cycles: Cycles of the calendar that the model is told, see `unseen_cycles`.
    """

    values: np.ndarray
    times: np.ndarray | None
    frequency: str | None
    lags: int
    period: int
    horizon: int
    form: str | None = None
    cycles: tuple[str, ...] = ()

    def times_after(self, steps: int) -> pd.DatetimeIndex | None:
        """Return the times of the next steps; None where only the order is known."""
        if self.times is None:
            return None
        return future_times(pd.DatetimeIndex(self.times), self.frequency, steps)


def future_times(times: pd.DatetimeIndex, frequency: str | None, steps: int) -> pd.DatetimeIndex:
    """Return the times after the last one; by the median step where they are irregular."""
    if frequency is not None:
        return pd.date_range(times[-1], periods=steps + 1, freq=frequency)[1:]
    step = pd.Series(times).diff().median()
    return pd.DatetimeIndex([times[-1] + step * (place + 1) for place in range(steps)])


def as_forecast(problem: Problem, warn: Callable[[str], None]) -> tuple[Problem, Series]:
    """Return the problem with rows in time that show the past, and its series.

    Raises:
        DataError: The series is too short, or has several values at one time.
        ParameterError: The split is not one in time.
    """
    spec = problem.spec
    if spec.split.method not in ALLOWED_SPLITS:
        raise ParameterError(
            f"A forecast cannot be tested by the split “{spec.split.method}”.",
            parameter="split.method",
            hint="Choose “temporal” or “temporal_kfold”: later rows test what earlier ones taught.",
        )
    if problem.target is None:
        raise ParameterError("A forecast needs an output column.", parameter="output_columns")
    order, times = _ordered(problem, warn)
    values = problem.target[order]
    frequency = None if times is None else _frequency(times, warn)
    series = _series(problem, values, times, frequency)
    frame = lag_frame(values, series.lags)
    columns = [InputColumn(name, ColumnType.FLOAT) for name in frame.columns]
    if times is not None:
        for name, turns in time_columns(pd.DatetimeIndex(times), series.cycles).items():
            frame[name] = turns
            columns.append(InputColumn(name, ColumnType.FLOAT))
    known = problem.frame.iloc[order].reset_index(drop=True)
    frame = pd.concat([frame, known], axis=1)
    lag_names = tuple(frame.columns[: series.lags])
    changed = replace(
        problem,
        columns=(*columns, *problem.columns),
        frame=frame,
        target=values,
        split_column=None,
        extra={
            **problem.extra,
            "series": series,
            "lag_names": lag_names,
            "own_names": tuple(column.name for column in columns),
        },
    )
    return changed, series


def lag_frame(values: np.ndarray, lags: int) -> pd.DataFrame:
    """Return the last values before each row, the newest first; NaN before the beginning."""
    series = pd.Series(values)
    return pd.DataFrame({LAG.format(k): series.shift(k) for k in range(1, lags + 1)})


def forecast_folds(problem: Problem, series: Series) -> list[Fold]:
    """Return training rows and the rows after them that test; the last rows test last."""
    spec = problem.spec.split
    count = len(series.values)
    folds = spec.folds if spec.method is SplitMethod.TEMPORAL_KFOLD else 1
    first = series.lags
    made = []
    for number in range(folds, 0, -1):
        start = count - number * series.horizon
        if start - first < max(3, series.lags // 2):
            raise DataError(
                f"The series has {count} rows, too few to see {series.lags} past values and to "
                f"test {folds} times {series.horizon} steps.",
                hint="Use fewer past values, fewer steps ahead, or fewer folds.",
            )
        test = np.arange(start, start + series.horizon)
        made.append(Fold(np.arange(first, start), test))
    return made


def go_on(fitted: Fitted, problem: Problem, start: int, steps: int) -> np.ndarray:
    """Return a forecast from row *start* on, which sees only what was before.

    Args:
        fitted: The model.
        problem: What `as_forecast` returned; columns known in advance are read from its rows.
        start: First row to forecast.
        steps: How many.
    """
    series: Series = problem.extra["series"]
    known = problem.frame.iloc[start : start + steps]
    past = series.values[start - series.lags : start]
    return roll_forward(fitted.pipeline, known, past, steps)


def roll_forward(
    pipeline: Pipeline, known: pd.DataFrame, past: np.ndarray, steps: int
) -> np.ndarray:
    """Forecast step by step; each answer is the past of the next.

    Args:
        pipeline: The fitted pipeline.
        known: One row for each step with all columns; those of the past are filled in here.
        past: The last values, oldest first, as many as the model sees.
        steps: How many.

    Raises:
        DataError: The answers grow beyond all numbers.
    """
    lags = len(past)
    names = [LAG.format(k) for k in range(1, lags + 1)]
    places = [known.columns.get_loc(name) for name in names]
    recent = list(past)
    answers = np.empty(steps)
    for step in range(steps):
        row = known.iloc[[step]].copy()
        row.iloc[0, places] = recent[: -lags - 1 : -1]
        answers[step] = _next_value(pipeline, row, step)
        recent.append(answers[step])
    return answers


def _next_value(pipeline: Pipeline, row: pd.DataFrame, step: int) -> float:
    # Of large past values some models make larger ones, and so on without end.
    with np.errstate(over="ignore"):
        value = float(np.ravel(pipeline.predict(row))[0])
    if not abs(value) < _LARGEST:
        raise DataError(
            f"The forecast leaves all numbers behind at step {step + 1}: each of its values makes "
            "the next one larger.",
            hint="Choose another model, e.g. ridge regression, or fewer steps ahead.",
        )
    return value


def _ordered(problem: Problem, warn: Callable[[str], None]) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the rows in the order of time, and the times in that order."""
    given = problem.extra.get("times")
    count = len(problem.frame)
    if given is None:
        warn("No time column was named, so the rows are taken in their order.")
        return np.arange(count), None
    if given.dtype.kind in "iuf":
        return np.argsort(given.to_numpy(), kind="stable"), None
    name = problem.spec.forecast.time_column
    try:
        times = read_times(given)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"The column “{name}” does not hold times.",
            hint="Choose a column of dates, or convert it first.",
        ) from error
    if times.isna().any():
        raise DataError(f"Some rows have no time in “{name}”.", hint="Filter these rows out.")
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    order = np.argsort(times.to_numpy(), kind="stable")
    if times.duplicated().any():
        raise DataError(
            f"Several rows have the same time in “{name}”.",
            hint="Filter one series, or group and aggregate the rows by time first.",
        )
    return order, times.to_numpy(dtype="datetime64[us]")[order]


def _frequency(times: np.ndarray, warn: Callable[[str], None]) -> str | None:
    index = pd.DatetimeIndex(times)
    found = None
    if len(index) >= 3:
        with warnings.catch_warnings():  # pandas 3 announces that it will return an object
            warnings.simplefilter("ignore")
            found = pd.infer_freq(index)
    if found is None:
        warn("The times are not at regular steps; each row counts as one step.")
        return None
    return str(getattr(found, "freqstr", found))


def _series(
    problem: Problem, values: np.ndarray, times: np.ndarray | None, frequency: str | None
) -> Series:
    spec = problem.spec.forecast
    count = len(values)
    period = spec.period or _season(times)
    lags = spec.lags or max(1, min(max(period, USUAL_LAGS), count // 4))
    if spec.lags is None and spec.period is not None:
        lags = max(lags, min(spec.period, count // 2))
    horizon = spec.horizon or max(1, round(problem.spec.split.test_size * count))
    return Series(
        values=values,
        times=times,
        frequency=frequency,
        lags=lags,
        period=min(period, max(1, lags)),
        horizon=min(horizon, MOST_STEPS),
        form=None if times is None else _form(problem),
        # What columns known in advance did is mixed into the past: it shows no cycle by itself.
        cycles=() if times is None else unseen_cycles(times, 0 if problem.columns else lags),
    )


def _form(problem: Problem) -> str | None:
    kind = problem.extra.get("times_type")
    return form_of(problem.extra["times"], is_date=kind is ColumnType.DATE)


def _season(times: np.ndarray | None) -> int:
    """Return how many steps probably make a season, from the step between rows."""
    if times is None or len(times) < 3:
        return 1
    step = pd.Series(pd.DatetimeIndex(times)).diff().median()
    return next((season for longest, season in _SEASONS if step <= longest), 1)
