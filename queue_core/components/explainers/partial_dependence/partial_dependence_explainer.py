"""Partial dependence and ICE: how predictions move when one column is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Figure, Line, Lines, Mark, Panel, Tone
from queue_core.components.explainers.explaining.explanation import Explanation, value_text
from queue_core.components.explainers.explaining.shuffling import ShuffledOutputs
from queue_core.components.explainers.explaining.words import by_words
from queue_core.components.json_data import JsonObject
from queue_core.components.progress import Span
from queue_core.errors import DataError

_DEFAULT_COLUMNS = 6
_MOST_CATEGORIES = 15
_DRAWN_ROWS = 60


@dataclass(frozen=True)
class _Curve:
    """What predictions do when one column takes the values of a grid.

    Attributes:
        column: Its name.
        grid: The values, as pipelines take them.
        outputs: Grid x rows x outputs.
    """

    column: str
    grid: np.ndarray
    outputs: np.ndarray


def partial_dependence(order: Explanation) -> list[Draft]:
    """Return a figure with a panel per column, and the mean curves as a table."""
    order = by_words(order)
    places = order.output_places()[:8]
    sample = order.sample(order.params["rows"])
    names = _columns(order, sample.frame)
    share = 0.8 / len(names)
    curves = []
    for number, name in enumerate(names):
        start = 0.2 + share * number
        span = Span(order.progress, start, start + share)
        curves.append(_curve(order, sample.frame, name, span))
    notes = [order.frame_note, f"Predicted for {sample.note}."]
    has_rows = order.params["draws_rows"] and len(places) == 1
    if has_rows and len(sample.frame) > _DRAWN_ROWS:
        notes.append(f"Thin lines: {_DRAWN_ROWS} single rows. Thick line: the mean of all.")
    panels = [_panel(order, curve, places, has_rows=has_rows) for curve in curves]
    columns = min(len(panels), 3 if len(panels) > 4 else 2)
    lines = -(-len(panels) // columns)
    label = order.model.describe_output(places[0]) if len(places) == 1 else order.model.kind.value
    figure = Figure(
        title="Partial dependence",
        subtitle=f"{order.subtitle} · {label}",
        panels=panels,
        columns=columns,
        notes=notes,
        width_in=9.0 if columns > 1 else 7.0,
        height_in=1.3 + 2.7 * lines,
    )
    return [
        figure_draft("partial-dependence", figure),
        table_draft("curves", "Mean predictions", _table(order, curves, places)),
    ]


def _columns(order: Explanation, frame: pd.DataFrame) -> list[str]:
    chosen = order.params["columns"]
    if chosen:
        unknown = [name for name in chosen if name not in order.model.columns]
        if unknown:
            raise DataError(
                f"The model does not look at the column “{unknown[0]}”.",
                hint=f"Choose among: {', '.join(order.model.columns[:15])}.",
            )
        return list(dict.fromkeys(chosen))
    if len(order.model.columns) <= _DEFAULT_COLUMNS:
        return list(order.model.columns)
    return _strongest(order, frame)


def _strongest(order: Explanation, frame: pd.DataFrame) -> list[str]:
    """Return the columns whose shuffling moves the predictions most."""
    few = frame.head(200)
    shuffled = ShuffledOutputs(order.model, few)
    random = np.random.default_rng([order.seed, 4])
    moved = {}
    for place, name in enumerate(order.model.columns):
        order.report(0.2 * place / len(order.model.columns), f"trying “{name}”")
        after = shuffled.of(name, random.permutation(len(few)))
        moved[name] = float(np.abs(after - shuffled.unshuffled).sum())
    return sorted(moved, key=lambda name: -moved[name])[:_DEFAULT_COLUMNS]


def _grid(column: pd.Series, steps: int) -> np.ndarray:
    present: Any = column[column.notna()]
    if column.dtype.kind in "fM" and len(present):
        values = np.sort(present.to_numpy())
        if len(np.unique(values)) <= steps:
            return np.unique(values)
        if column.dtype.kind == "M":
            low, high = np.percentile(values.astype("int64"), [5, 95])
            return np.linspace(low, high, steps).astype("int64").astype(values.dtype)
        # The ends are left out: there are few rows to learn from, and outliers stretch the axis.
        low, high = np.percentile(values, [2, 98])
        return np.linspace(float(low), float(high), steps)
    return np.asarray(column.value_counts().index[:_MOST_CATEGORIES], dtype=object)


def _curve(order: Explanation, frame: pd.DataFrame, name: str, progress: Span) -> _Curve:
    grid = _grid(frame[name], order.params["steps"])
    if not len(grid):
        raise DataError(f"The column “{name}” has no values.", hint="Choose other columns.")
    outputs = []
    for number, value in enumerate(grid):
        progress.step(number, len(grid), f"changing “{name}”")
        outputs.append(order.model.outputs(frame.assign(**{name: value})))
    return _Curve(name, grid, np.stack(outputs))


def _panel(order: Explanation, curve: _Curve, places: Sequence[int], *, has_rows: bool) -> Panel:
    axis, x = _axis(curve)
    marks: list[Mark] = []
    if has_rows:
        random = np.random.default_rng([order.seed, 5])
        count = curve.outputs.shape[1]
        drawn = np.sort(random.choice(count, min(count, _DRAWN_ROWS), replace=False))
        lines = curve.outputs[:, drawn, places[0]].T
        marks.append(Lines(x=x, rows=lines, colors=[Tone.MUTED], opacity=0.3, width=0.7))
    for number, place in enumerate(places):
        label = order.model.output_names[place] if len(places) > 1 else ""
        mean = curve.outputs[:, :, place].mean(axis=1)
        is_category = axis.scale is AxisScale.CATEGORY
        marks.append(
            Line(x=x, y=mean, label=label, color=number, width=2.4, has_markers=is_category)
        )
    return Panel(title=curve.column, x=axis, y=Axis(label="Partial dependence"), marks=marks)


def _axis(curve: _Curve) -> tuple[Axis, np.ndarray | list[int]]:
    if curve.grid.dtype.kind == "M":
        return Axis(scale=AxisScale.TIME), curve.grid.astype("datetime64[us]").astype("int64") / 1e6
    if curve.grid.dtype.kind == "f":
        return Axis(), curve.grid
    names = [value_text(value) for value in curve.grid]
    return Axis(scale=AxisScale.CATEGORY, categories=names), list(range(len(names)))


def _table(order: Explanation, curves: list[_Curve], places: Sequence[int]) -> pd.DataFrame:
    found = []
    for curve in curves:
        for number, value in enumerate(curve.grid):
            row: JsonObject = {"column": curve.column, "value": value_text(value)}
            for place in places:
                outputs = curve.outputs[number, :, place]
                row[f"mean {order.model.describe_output(place)}"] = float(outputs.mean())
            found.append(row)
    return pd.DataFrame(found)
