"""Scatter plots: two columns against each other, or several in a matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft
from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Figure,
    Histogram,
    Line,
    LineStyle,
    Mark,
    Panel,
    Points,
    Tone,
)
from queue_core.components.explorers.exploring.exploration import (
    Exploration,
    no_values,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import value_axis
from queue_core.components.explorers.statistics.groups import Groups, group_rows
from queue_core.components.explorers.statistics.numbers import to_numbers
from queue_core.components.histograms import bin_edges
from queue_core.components.stored_dataset import ColumnInfo
from queue_core.errors import DataError

_CONTINUOUS_ABOVE = 12


def scatter(exploration: Exploration) -> list[Draft]:
    """Return one figure with the points."""
    require_rows(exploration)
    across, up = exploration.columns[:2]
    frame, notes = _read(exploration)
    x, y = to_numbers(frame[across.name]), to_numbers(frame[up.name])
    kept = _finite(exploration, x, y, notes)
    x, y, frame = x[kept], y[kept], frame[kept]
    exploration.report(0.6, "drawing")
    marks, legend_title = _colored(exploration, frame, x, y, notes)
    if exploration.params["trend"] == "line":
        marks += _trends(exploration, frame, x, y)
    figure = Figure(
        title=f"{up.name} against {across.name}",
        subtitle=f"{exploration.subtitle} · {_correlation(x, y)}",
        panels=[
            Panel(
                x=_axis(across, is_log=exploration.params["log_x"]),
                y=_axis(up, is_log=exploration.params["log_y"]),
                marks=marks,
            )
        ],
        legend_title=legend_title,
        notes=[*exploration.notes, *notes],
        width_in=8.0,
        height_in=5.6,
    )
    return [figure_draft("scatter", figure)]


def scatter_matrix(exploration: Exploration) -> list[Draft]:
    """Return one figure with a panel for each pair of columns."""
    require_rows(exploration)
    frame, notes = _read(exploration)
    values = {info.name: to_numbers(frame[info.name]) for info in exploration.columns}
    shown = [info for info in exploration.columns if not np.isnan(values[info.name]).all()]
    if len(shown) < 2:
        raise no_values(exploration.names)
    groups = _groups(exploration, frame, notes)
    panels = []
    for row, up in enumerate(shown):
        exploration.report(0.2 + 0.7 * row / len(shown), f"drawing “{up.name}”")
        for place, across in enumerate(shown):
            x = Axis(
                label=across.name if row == len(shown) - 1 else "",
                has_ticks=row == len(shown) - 1,
                has_grid=False,
            )
            y = Axis(
                label=up.name if place == 0 else "",
                has_ticks=place == 0 and row > 0,
                has_grid=False,
            )
            marks = (
                _diagonal(values[up.name], groups)
                if place == row
                else _pair(values[across.name], values[up.name], groups)
            )
            panels.append(Panel(x=x, y=y, marks=marks))
    size_in = max(6.5, 1.0 + 1.45 * len(shown))
    figure = Figure(
        title="Scatter matrix",
        subtitle=exploration.subtitle,
        panels=panels,
        columns=len(shown),
        legend_title=exploration.params.get("color_by") or "",
        notes=[*exploration.notes, *notes],
        width_in=size_in + 1.5 * (len(groups.names) > 1),
        height_in=size_in,
    )
    return [figure_draft("scatter-matrix", figure)]


def _read(exploration: Exploration) -> tuple[pd.DataFrame, list[str]]:
    color = exploration.parameter_column("color_by")
    names = [*exploration.names, *([color.name] if color else [])]
    exploration.report(0.0, "reading rows")
    sample = exploration.sample(names, exploration.params["points"])
    return sample.frame, [sample.note]


def _finite(exploration: Exploration, x: np.ndarray, y: np.ndarray, notes: list[str]) -> np.ndarray:
    kept = ~np.isnan(x) & ~np.isnan(y)
    if exploration.params["log_x"]:
        kept &= np.nan_to_num(x, nan=-1.0) > 0
    if exploration.params["log_y"]:
        kept &= np.nan_to_num(y, nan=-1.0) > 0
    if not kept.any():
        raise DataError(
            f"No row has a value that can be drawn in both “{exploration.names[0]}” and "
            f"“{exploration.names[1]}”.",
            hint="Choose other columns, or a linear scale if they hold zeros or negative numbers.",
        )
    left = int((~kept).sum())
    if left:
        is_log = exploration.params["log_x"] or exploration.params["log_y"]
        why = "or not above 0" if is_log else "in one of the columns"
        notes.append(f"{left:,} rows left out: missing {why}.")
    return kept


def _axis(info: ColumnInfo, *, is_log: bool) -> Axis:
    return Axis(label=info.name, scale=AxisScale.LOG) if is_log else value_axis(info)


def _groups(exploration: Exploration, frame: pd.DataFrame, notes: list[str]) -> Groups:
    color = exploration.parameter_column("color_by")
    groups = group_rows(frame[color.name] if color else None, len(frame))
    notes.append(groups.note)
    return groups


def _colored(
    exploration: Exploration, frame: pd.DataFrame, x: np.ndarray, y: np.ndarray, notes: list[str]
) -> tuple[list[Mark], str]:
    color = exploration.parameter_column("color_by")
    size = 5.0 if len(x) < 2_000 else 3.2
    opacity = 0.8 if len(x) < 2_000 else 0.45
    if color and color.type.is_number and frame[color.name].nunique() > _CONTINUOUS_ABOVE:
        values = to_numbers(frame[color.name])
        points = Points(x=x, y=y, values=values, value_label=color.name, size=size, opacity=opacity)
        return [points], ""
    groups = _groups(exploration, frame, notes)
    marks: list[Mark] = [
        Points(
            x=x[groups.mask(place)],
            y=y[groups.mask(place)],
            label=name,
            color=groups.color(place),
            size=size,
            opacity=opacity,
        )
        for place, name in enumerate(groups.names)
    ]
    return marks, color.name if color else ""


def _trends(
    exploration: Exploration, frame: pd.DataFrame, x: np.ndarray, y: np.ndarray
) -> list[Mark]:
    color = exploration.parameter_column("color_by")
    is_scale = color is not None and frame[color.name].nunique() > _CONTINUOUS_ABOVE
    groups = group_rows(frame[color.name] if color and not is_scale else None, len(frame))
    to_x, from_x = (np.log, np.exp) if exploration.params["log_x"] else (_same, _same)
    to_y, from_y = (np.log, np.exp) if exploration.params["log_y"] else (_same, _same)
    marks: list[Mark] = []
    for place in range(len(groups.names)):
        chosen = groups.mask(place)
        inner = to_x(x[chosen])
        if len(np.unique(inner)) < 2:
            continue
        slope, start = _least_squares(inner, to_y(y[chosen]))
        ends = np.linspace(inner.min(), inner.max(), 60)
        marks.append(
            Line(
                x=from_x(ends),
                y=from_y(start + slope * ends),
                color=groups.color(place) if len(groups.names) > 1 else Tone.NEGATIVE,
                style=LineStyle.SOLID,
                width=2.0,
            )
        )
    return marks


def _same(values: np.ndarray) -> np.ndarray:
    return values


def _least_squares(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    centered = x - x.mean()
    slope = float((centered * (y - y.mean())).sum() / (centered**2).sum())
    return slope, float(y.mean() - slope * x.mean())


def _correlation(x: np.ndarray, y: np.ndarray) -> str:
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return "no correlation: one of the columns is constant"
    return f"Pearson r = {np.corrcoef(x, y)[0, 1]:.3f}".replace("-", "−")


def _diagonal(values: np.ndarray, groups: Groups) -> list[Mark]:
    finite = ~np.isnan(values)
    edges = bin_edges(values[finite], 24)
    return [
        Histogram(
            edges=edges,
            counts=np.histogram(values[groups.mask(place) & finite], edges)[0],
            color=groups.color(place),
            opacity=0.5 if len(groups.names) > 1 else 0.85,
        )
        for place in range(len(groups.names))
    ]


def _pair(x: np.ndarray, y: np.ndarray, groups: Groups) -> list[Mark]:
    finite = ~np.isnan(x) & ~np.isnan(y)
    return [
        Points(
            x=x[groups.mask(place) & finite],
            y=y[groups.mask(place) & finite],
            label=name,
            color=groups.color(place),
            size=2.8,
            opacity=0.6,
        )
        for place, name in enumerate(groups.names)
    ]
