"""Time series: columns over time, their autocorrelation and their seasons."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, table_draft
from queue_core.artifacts.figure import Area, Axis, AxisScale, Bars, Figure, Line, Panel, Tone
from queue_core.components.explorers.exploring.exploration import (
    Exploration,
    Query,
    no_values,
    number_sql,
    quoted,
    require_rows,
)
from queue_core.components.explorers.time_series import SUMMARIES
from queue_core.components.explorers.time_series.series import (
    autocorrelation,
    decompose,
    find_period,
)
from queue_core.components.explorers.time_series.time_steps import (
    TimeStep,
    fitting_step,
    step_named,
)
from queue_core.components.parameter_schemas import (
    TEMPORAL,
)
from queue_core.components.stored_dataset import ColumnInfo
from queue_core.errors import DataError

_MOST_STEPS = 5_000
_GAP = 3
_EVEN_SHARE = 0.8
_EXACT_ROWS = 1_000_000


def time_series(exploration: Exploration) -> list[Draft]:
    """Return figures of the series, their autocorrelations and decompositions, and the series."""
    require_rows(exploration, 3)
    time = _time_column(exploration)
    exploration.report(0.0, f"ordering by “{time.name}”")
    with exploration.sql() as query:
        step = _choose_step(exploration, query, time)
        exploration.report(0.2, f"one value for each {step.name}")
        series = _read(exploration, query, time, step)
    notes = [f"One value for each {step.name}: the {exploration.params['summary']} of its rows."]
    drafts: list[Draft] = []
    plots = exploration.params["plots"]
    if "series" in plots:
        drafts.append(_series_figure(exploration, time, series, notes))
    for place, name in enumerate(series.columns):
        exploration.report(0.4 + 0.5 * place / len(series.columns), f"analysing “{name}”")
        drafts += _analyse(exploration, series[name], step, notes)
    table = series.rename_axis(time.name if time.name not in series else "time").reset_index()
    return [*drafts, table_draft("series", "Series", table)]


def _time_column(exploration: Exploration) -> ColumnInfo:
    named = exploration.parameter_column("time_column")
    if named is not None:
        if named.type.value in TEMPORAL:
            return named
        raise DataError(
            f"“{named.name}” is of type {named.type.value}, not a date or time.",
            hint="Choose a column of dates, or cast this one to a date first.",
        )
    for info in exploration.dataset.columns:
        if info.type.value in TEMPORAL and info.missing < exploration.dataset.row_count:
            return info
    raise DataError(
        f"{exploration.name} has no column of dates or times.",
        hint="Cast a column to a date first, or choose another dataset.",
    )


def _choose_step(exploration: Exploration, query: Query, time: ColumnInfo) -> TimeStep:
    value = f"{quoted(time.name)}::TIMESTAMP"
    # Sorting the times of many rows takes long; how many there are says enough of their gaps.
    is_large = exploration.dataset.row_count > _EXACT_ROWS
    count = f"approx_count_distinct({value})" if is_large else f"count(DISTINCT {value})"
    present, first, last = query.row(
        f"SELECT {count}, epoch(min({value})), epoch(max({value})) FROM data"
    )
    if present < 3:
        raise DataError(
            f"“{time.name}” has {present} different times; a series needs 3 or more.",
            hint="Choose another column of times.",
        )
    name = exploration.params["step"]
    if name == "auto":
        return fitting_step((last - first) / (present - 1), last - first, _MOST_STEPS)
    step = step_named(name)
    if (last - first) / step.seconds > 100 * _MOST_STEPS:
        raise DataError(
            f"From first to last, “{time.name}” spans more than {100 * _MOST_STEPS:,} steps of "
            f"one {step.name}.",
            hint="Choose a longer step.",
        )
    return step


def _read(exploration: Exploration, query: Query, time: ColumnInfo, step: TimeStep) -> pd.DataFrame:
    function = SUMMARIES[exploration.params["summary"]]
    start = step.sql(f"{quoted(time.name)}::TIMESTAMP")
    parts = ", ".join(f"{function}({number_sql(info)})" for info in exploration.columns)
    rows = query.rows(
        f"SELECT {start}, {parts} FROM data WHERE {quoted(time.name)} IS NOT NULL "
        "GROUP BY 1 ORDER BY 1"
    )
    starts = pd.DatetimeIndex([row[0] for row in rows])
    values = {
        name: [row[place + 1] for row in rows] for place, name in enumerate(exploration.names)
    }
    frame = pd.DataFrame(values, index=starts, dtype=float)
    frame = frame.loc[:, frame.notna().any()]
    if frame.empty:
        raise no_values(exploration.names)
    return frame.reindex(pd.date_range(starts[0], starts[-1], freq=step.frequency))


def _seconds(index: pd.Index) -> np.ndarray:
    return index.astype("datetime64[us]").astype("int64").to_numpy() / 1e6


def _time_axis(label: str = "") -> Axis:
    return Axis(label=label, scale=AxisScale.TIME)


def _series_figure(
    exploration: Exploration, time: ColumnInfo, series: pd.DataFrame, notes: list[str]
) -> Draft:
    x = _seconds(series.index)
    width = 1.6 if len(series) < 800 else 0.9
    panels = [
        Panel(
            title=str(name) if series.shape[1] > 1 else "",
            x=_time_axis(time.name if place == series.shape[1] - 1 else ""),
            y=Axis(label="" if series.shape[1] > 1 else str(name)),
            marks=[_line(x, series[name].to_numpy(), width, place)],
        )
        for place, name in enumerate(series.columns)
    ]
    figure = Figure(
        title=f"{series.columns[0]} over time" if series.shape[1] == 1 else "Over time",
        subtitle=exploration.subtitle,
        panels=panels,
        notes=[*exploration.notes, *notes],
        width_in=9.0,
        height_in=1.2 + max(2.8, 1.7 * len(panels)),
    )
    return figure_draft("series", figure)


def _line(x: np.ndarray, y: np.ndarray, width: float, color: int) -> Line:
    """Return a line through the steps that have values.

    Where values come at every step, a step without one breaks it. A series that was sampled at
    another step than that of the axis is a line all the same, but for gaps of several values.
    """
    known = np.flatnonzero(~np.isnan(y))
    if len(known) < 2:
        return Line(x=x, y=y, width=width, color=color, has_markers=True)
    distances = np.diff(known)
    usual = np.median(distances)
    is_even = np.mean(distances == usual) >= _EVEN_SHARE
    breaks = np.flatnonzero(distances > usual * (1 if is_even else _GAP))
    places = np.insert(x[known], breaks + 1, x[known][breaks + 1])
    values = np.insert(y[known], breaks + 1, np.nan)
    return Line(x=places, y=values, width=width, color=color)


def _analyse(
    exploration: Exploration, values: pd.Series, step: TimeStep, notes: list[str]
) -> list[Draft]:
    own_notes = list(notes)
    filled = values.interpolate(limit_direction="both").to_numpy()
    gaps = int(values.isna().sum())
    if gaps:
        own_notes.append(f"{gaps:,} of {len(values):,} steps have no value; here interpolated.")
    drafts = []
    if "autocorrelation" in exploration.params["plots"]:
        drafts.append(
            _autocorrelation_figure(exploration, str(values.name), filled, step, own_notes)
        )
    if "decomposition" in exploration.params["plots"]:
        drafts.append(_decomposition_figure(exploration, values, filled, step, own_notes))
    return drafts


def _autocorrelation_figure(
    exploration: Exploration, name: str, values: np.ndarray, step: TimeStep, notes: list[str]
) -> Draft:
    useful = max([40, *(int(1.1 * period) for period in step.periods if 2 * period <= len(values))])
    lags = min(exploration.params["lags"] or useful, len(values) - 1)
    found = autocorrelation(values, lags)
    band = 1.96 / math.sqrt(len(values))
    places = list(range(1, lags + 1))
    figure = Figure(
        title=f"Autocorrelation of {name}",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(label="Lag", unit=f"in steps of one {step.name}", minimum=0),
                y=Axis(label="Autocorrelation", minimum=min(-0.25, float(found.min())), maximum=1),
                marks=[
                    Area(
                        x=[0, lags + 0.5],
                        low=[-band] * 2,
                        high=[band] * 2,
                        color=Tone.MUTED,
                        opacity=0.2,
                        label="95 % confidence band",
                    ),
                    Bars(positions=places, values=found[1:], width=0.6 if lags <= 80 else 1.0),
                ],
            )
        ],
        notes=[*exploration.notes, *notes],
        width_in=8.5,
        height_in=4.2,
    )
    return figure_draft("autocorrelation", figure)


def _decomposition_figure(
    exploration: Exploration,
    values: pd.Series,
    filled: np.ndarray,
    step: TimeStep,
    notes: list[str],
) -> Draft:
    period = _period(exploration, str(values.name), filled, step)
    if period is None:
        return _no_season(exploration, values, filled, notes)
    parts = decompose(filled, period, exploration.params["decomposition"])
    method = f"Decomposed by {parts.method}, period {period} × {step.name}."
    rows = (
        (str(values.name), filled, 0),
        ("Trend", parts.trend, 1),
        (f"Seasonal, {period} × {step.name}", parts.seasonal, 2),
        ("Remainder", parts.remainder, Tone.MUTED),
    )
    x = _seconds(values.index)
    panels = [
        Panel(
            title=title,
            x=_time_axis(),
            marks=[Line(x=x, y=part, color=color, width=1.2)],
        )
        for title, part, color in rows
    ]
    figure = Figure(
        title=f"Trend and season of {values.name}",
        subtitle=exploration.subtitle,
        panels=panels,
        notes=[*exploration.notes, *notes, method],
        width_in=9.0,
        height_in=8.0,
    )
    return figure_draft("decomposition", figure)


def _period(exploration: Exploration, name: str, values: np.ndarray, step: TimeStep) -> int | None:
    wanted: int | None = exploration.params["period"]
    if wanted is None:
        return find_period(values, step.periods)
    if 2 * wanted > len(values):
        raise DataError(
            f"“{name}” has {len(values):,} steps of one {step.name}; a period of {wanted:,} needs "
            f"at least {2 * wanted:,}.",
            hint="Choose a shorter period, or a shorter step.",
        )
    return wanted


def _no_season(
    exploration: Exploration, values: pd.Series, filled: np.ndarray, notes: list[str]
) -> Draft:
    """Return the trend alone, where no cycle stands out."""
    window = max(3, len(filled) // 20)
    smooth = pd.Series(filled).rolling(window, center=True, min_periods=1).mean().to_numpy()
    x = _seconds(values.index)
    figure = Figure(
        title=f"Trend of {values.name}",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=_time_axis(),
                y=Axis(label=str(values.name)),
                marks=[
                    Line(x=x, y=filled, color=Tone.MUTED, width=0.9, label="Series"),
                    Line(x=x, y=smooth, color=1, width=2.2, label=f"Moving average ({window})"),
                ],
            )
        ],
        notes=[*exploration.notes, *notes, "No cycle stands out, so there is no season to part."],
        width_in=9.0,
        height_in=4.4,
    )
    return figure_draft("trend", figure)
