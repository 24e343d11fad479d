"""What a forecast takes from times: elapsed days, cycles that its past does not show, their form.

Past values say how high a series is and how it goes on; elapsed days, where it is heading in the
long run. Calendar parts that say the same again (the year and the day of the year are elapsed days
once more) make a linear model weigh them against each other by huge numbers, and it goes astray
where the calendar goes on. So beside the days only cycles longer than the past that a model sees
are told, each as a place on a circle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from queue_core.components.date_formats import USUAL_FORMATS

_DAY_S = 86_400.0
_CYCLES_S = {"day": _DAY_S, "week": 7 * _DAY_S, "year": 365.2425 * _DAY_S}
_FEWEST_STEPS = 3
ELAPSED = "elapsed days"
_FEWEST_CYCLES = 2
_ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
DATE_FORM = "date"
DATETIME_FORM = "datetime"


def unseen_cycles(times: np.ndarray, lags: int) -> tuple[str, ...]:
    """Return the cycles of the calendar that the last *lags* values are too short to show.

    Args:
        times: The times of a series, in order.
        lags: How many past values the model sees.
    """
    if len(times) < _FEWEST_STEPS:
        return ()
    seconds = np.diff(pd.DatetimeIndex(times).to_numpy("datetime64[us]").astype("int64")) / 1e6
    step_s, span_s = float(np.median(seconds)), float(seconds.sum())
    return tuple(
        name
        for name, cycle_s in _CYCLES_S.items()
        if cycle_s >= _FEWEST_STEPS * step_s
        and span_s >= _FEWEST_CYCLES * cycle_s
        and cycle_s > (lags + 0.5) * step_s
    )


def time_columns(times: pd.DatetimeIndex, cycles: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the days since 1970, and where each time is in each cycle, as sine and cosine."""
    seconds = (times - pd.Timestamp(1970, 1, 1)).total_seconds().to_numpy()
    columns: dict[str, np.ndarray] = {ELAPSED: seconds / _DAY_S}
    for name in cycles:
        if name == "year":
            days = times.day_of_year.to_numpy() - 1 + (seconds % _DAY_S) / _DAY_S
            turn = days / np.where(times.is_leap_year, 366, 365)
        else:
            turn = seconds % _CYCLES_S[name] / _CYCLES_S[name]
        columns[f"time of {name}, sine"] = np.sin(2 * np.pi * turn)
        columns[f"time of {name}, cosine"] = np.cos(2 * np.pi * turn)
    return columns


def form_of(given: pd.Series, *, is_date: bool) -> str | None:
    """Return the form of a column of times: a word, a zone, or how its texts are written.

    Args:
        given: The values as they were read.
        is_date: Whether the column holds dates without a time of day.

    Returns:
        `date`, `datetime`, `zone …`, a format of texts, or None where no usual one fits.
    """
    if is_date:
        return DATE_FORM
    if isinstance(given.dtype, pd.DatetimeTZDtype):
        return f"zone {given.dtype.tz}"
    if given.dtype.kind == "M":
        return DATETIME_FORM
    return _written(given)


def read_times(given: pd.Series) -> pd.Series:
    """Return a column of times, or of texts that say times, as points in time.

    Raises:
        ValueError: They are no times.
    """
    written = _written(given) if given.dtype.kind in "OUT" else None
    return pd.to_datetime(given, format=written)


def _written(given: pd.Series) -> str | None:
    """Return how texts write times; where days could be months, with which the steps are even."""
    texts = given.astype(str)
    fitting: dict[str, pd.Series] = {}
    for written in (*_ISO, *USUAL_FORMATS):
        times = pd.to_datetime(texts, format=written, errors="coerce")
        if times.notna().all() and (times.dt.strftime(written) == texts).all():
            fitting[written] = times
    return min(fitting, key=lambda written: _unevenness(fitting[written]), default=None)


def _unevenness(times: pd.Series) -> float:
    """Return how much the longest step differs from the usual one, as a share of it."""
    steps = times.sort_values().diff().dropna().dt.total_seconds()
    usual = float(steps.median()) if len(steps) else 0.0
    return float(steps.max()) / usual if usual > 0 else np.inf


def in_form(times: pd.DatetimeIndex, form: str | None) -> pd.Series:
    """Return times in the form that a column of them has."""
    plain = pd.Series(times.astype("datetime64[us]"))
    if form == DATE_FORM:
        return plain.dt.date
    if form is None or form == DATETIME_FORM:
        return plain
    if form.startswith("zone "):
        return plain.dt.tz_localize("UTC").dt.tz_convert(form.removeprefix("zone "))
    return plain.dt.strftime(form)
