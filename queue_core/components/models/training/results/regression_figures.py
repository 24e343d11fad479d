"""Figures of predicted numbers: against the truth, their errors, and forecasts in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queue_core.artifacts.figure import (
    Area,
    Axis,
    AxisScale,
    Figure,
    Histogram,
    Line,
    LineStyle,
    Mark,
    Panel,
    Points,
    Rule,
    Tone,
)
from queue_core.components.histograms import bin_edges
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.intervals import half_width
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting.forecasting import Series

SHOWN_ROWS = 2_000
SHOWN_SEASONS = 6
FEWEST_SHOWN = 60
BINS = 40
LEVEL = 0.9

Drawn = tuple[str, str, Figure]


def figures(trained: Trained) -> list[Drawn]:
    """Return the figures of a regressor or a forecast, of the test rows of all folds."""
    truth = np.concatenate([fold.test.truth for fold in trained.folds])
    predicted = np.concatenate([fold.test.predicted for fold in trained.folds])
    name = trained.problem.spec.target or "output"
    drawn: list[Drawn] = []
    if trained.problem.spec.task is Task.FORECASTING:
        drawn.append(("forecast", "Forecast", _forecast(trained, name)))
    drawn.append(
        ("predictions", "Predictions and residuals", _predictions(truth, predicted, name, trained))
    )
    return drawn


def _predictions(truth: np.ndarray, predicted: np.ndarray, name: str, trained: Trained) -> Figure:
    notes = []
    shown = np.arange(len(truth))
    if len(shown) > SHOWN_ROWS:
        generator = np.random.default_rng(trained.problem.spec.seed)
        shown = np.sort(generator.choice(shown, SHOWN_ROWS, replace=False))
        notes.append(f"A random sample of {SHOWN_ROWS:,} of {len(truth):,} test rows is shown.")
    ends = [float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))]
    errors = truth - predicted
    notes.append("Residual: actual minus predicted.")
    edges = bin_edges(errors, min(BINS, max(5, len(errors) // 5)))
    counts = np.histogram(errors, edges)[0]
    return Figure(
        title=f"Predictions of “{name}” and their residuals",
        panels=[
            Panel(
                marks=[
                    Line(x=ends, y=ends, color=Tone.MUTED, style=LineStyle.DASHED),
                    Points(x=truth[shown], y=predicted[shown], opacity=0.6),
                ],
                title="Predicted and actual",
                x=Axis(label="Actual"),
                y=Axis(label="Predicted"),
            ),
            Panel(
                marks=[
                    Rule(value=0.0, is_horizontal=True),
                    Points(x=predicted[shown], y=errors[shown], opacity=0.6),
                ],
                title="Residuals by prediction",
                x=Axis(label="Predicted"),
                y=Axis(label="Residual"),
            ),
            Panel(
                marks=[Histogram(edges=edges, counts=counts), Rule(value=0.0)],
                title="Distribution of the residuals",
                x=Axis(label="Residual"),
                y=Axis(label="Rows"),
            ),
        ],
        columns=3,
        notes=notes,
        width_in=12.0,
        height_in=4.2,
    )


def _forecast(trained: Trained, name: str) -> Figure:
    """Return the last seasons with the forecasts of the test rows and their intervals."""
    series: Series = trained.problem.extra["series"]
    count = len(series.values)
    first_test = int(trained.folds[0].rows[0])
    before = max(FEWEST_SHOWN, SHOWN_SEASONS * series.period, series.horizon)
    start = max(0, first_test - before)
    places = _places(series)
    marks: list[Mark] = [
        Line(x=places[start:], y=series.values[start:], label="Actual", color=Tone.MUTED)
    ]
    errors = trained.errors or {"errors": [], "rows": 0}
    for number, fold in enumerate(trained.folds):
        label = "Forecast" if number == 0 else ""
        at = places[fold.rows]
        if errors["rows"]:
            width = half_width(errors["errors"], errors["rows"], LEVEL)
            marks.append(
                Area(
                    x=at,
                    low=fold.test.predicted - width,
                    high=fold.test.predicted + width,
                    label=f"{LEVEL:.0%} prediction interval" if number == 0 else "",
                )
            )
        marks.append(Line(x=at, y=fold.test.predicted, label=label, color=0))
    time_label = trained.problem.spec.forecast.time_column or ""
    scale = AxisScale.LINEAR if series.times is None else AxisScale.TIME
    notes = [f"The last {count - start:,} of {count:,} rows are shown."] if start else []
    return Figure(
        title=f"Forecast of “{name}”",
        subtitle=f"{series.horizon} steps from {series.lags} past values, season of "
        f"{series.period}",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label=time_label if series.times is not None else "Row", scale=scale),
                y=Axis(label=name),
            )
        ],
        notes=notes,
        width_in=10.0,
        height_in=4.6,
    )


def _places(series: Series) -> np.ndarray:
    """Return where each row is on the axis: seconds since 1970, or its number."""
    if series.times is None:
        return np.arange(len(series.values), dtype=float)
    moments = pd.DatetimeIndex(series.times) - pd.Timestamp(1970, 1, 1)
    return np.asarray(moments.total_seconds(), dtype=float)
