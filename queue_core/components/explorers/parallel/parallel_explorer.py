"""Parallel coordinates and parallel categories: rows as lines and ribbons over several columns."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, table_draft
from queue_core.artifacts.figure import (
    Area,
    Axis,
    AxisScale,
    Bars,
    Figure,
    Line,
    Lines,
    Mark,
    Panel,
    Text,
    Tone,
)
from queue_core.artifacts.ticks import shorten_apart
from queue_core.components.explorers.exploring.exploration import (
    STATISTIC_ROWS,
    Exploration,
    no_values,
    require_rows,
)
from queue_core.components.explorers.statistics.groups import Groups, group_rows
from queue_core.components.explorers.statistics.numbers import to_numbers
from queue_core.components.stored_dataset import ColumnInfo


def parallel_coordinates(exploration: Exploration) -> list[Draft]:
    """Return one figure with a line for each row."""
    require_rows(exploration)
    color = exploration.parameter_column("color_by")
    names = [*exploration.names, *([color.name] if color else [])]
    exploration.report(0.0, "reading rows")
    sample = exploration.sample(names, exploration.params["lines"])
    groups = group_rows(sample.frame[color.name] if color else None, len(sample.frame))
    exploration.report(0.5, "drawing")
    columns: list[tuple[ColumnInfo, np.ndarray]] = []
    marks: list[Mark] = []
    for info in exploration.columns:
        values = to_numbers(sample.frame[info.name])
        if np.isnan(values).all():
            continue
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        place = len(columns)
        columns.append((info, (values - low) / (high - low) if high > low else values * 0 + 0.5))
        marks += _ends(info, place, low, high)
    if len(columns) < 2:
        raise no_values(exploration.names)
    rows = np.column_stack([scaled for _, scaled in columns])
    # Small groups last, or the large ones would cover them.
    order = np.argsort(groups.codes, kind="stable")
    lines = Lines(
        x=range(len(columns)),
        rows=list(rows[order]),
        colors=[groups.color(int(code)) for code in groups.codes[order]],
        opacity=0.5 if len(rows) < 400 else 0.25,
    )
    figure = Figure(
        title="Parallel coordinates",
        subtitle=exploration.subtitle,
        panels=[_coordinate_panel(columns, [lines, *_legend(groups), *marks])],
        legend_title=color.name if color else "",
        notes=[*exploration.notes, sample.note, groups.note],
        width_in=max(7.5, 2.0 + 1.1 * len(columns)),
        height_in=5.2,
    )
    return [figure_draft("parallel-coordinates", figure)]


def _ends(info: ColumnInfo, place: int, low: float, high: float) -> list[Mark]:
    is_time = info.type.is_temporal
    return [
        Line(x=[place, place], y=[0, 1], color=Tone.MUTED, width=1.0),
        Text(x=place, y=1.05, text=_short(high, is_time=is_time), color=Tone.MUTED, size_pt=8),
        Text(x=place, y=-0.05, text=_short(low, is_time=is_time), color=Tone.MUTED, size_pt=8),
    ]


def _short(value: float, *, is_time: bool) -> str:
    if is_time:
        return str((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)).date())
    if value.is_integer() and abs(value) < 10_000:
        return f"{value:.0f}".replace("-", "−")
    return f"{value:,.4g}".replace("-", "−") if abs(value) < 1e6 else f"{value:.3g}"


def _legend(groups: Groups) -> list[Mark]:
    if len(groups.names) == 1:
        return []
    nowhere = [float("nan")]
    return [
        Line(x=nowhere, y=nowhere, label=name, color=groups.color(place), width=2.5)
        for place, name in enumerate(groups.names)
    ]


def _coordinate_panel(columns: list[tuple[ColumnInfo, np.ndarray]], marks: list[Mark]) -> Panel:
    return Panel(
        x=Axis(scale=AxisScale.CATEGORY, categories=[info.name for info, _ in columns]),
        y=Axis(has_ticks=False, has_grid=False, minimum=-0.1, maximum=1.1),
        marks=marks,
    )


@dataclass(frozen=True)
class _Stack:
    """One column of a plot of categories: its groups and where each one lies, from below."""

    name: str
    groups: Groups
    starts: tuple[float, ...]
    sizes: tuple[float, ...]


_GAP = 0.015


def parallel_categories(exploration: Exploration) -> list[Draft]:
    """Return one figure with ribbons, and the counts of all combinations."""
    require_rows(exploration)
    exploration.report(0.0, "reading rows")
    sample = exploration.sample(exploration.names, STATISTIC_ROWS)
    stacks = [
        _stack(sample.frame[name], exploration.params["groups"]) for name in exploration.names
    ]
    marks: list[Mark] = []
    for place, (left, right) in enumerate(itertools.pairwise(stacks)):
        exploration.report(0.2 + 0.6 * place / len(stacks), f"counting “{right.name}”")
        marks += _ribbons(place, left, right, stacks[0])
    for place, stack in enumerate(stacks):
        marks += _blocks(place, stack, is_last=place == len(stacks) - 1)
    figure = Figure(
        title="Parallel categories",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(scale=AxisScale.CATEGORY, categories=exploration.names),
                y=Axis(has_ticks=False, has_grid=False, minimum=-0.01, maximum=1.01),
                marks=marks,
            )
        ],
        notes=[*exploration.notes, sample.note, *(stack.groups.note for stack in stacks)],
        width_in=max(8.0, 2.4 * len(stacks)),
        height_in=5.6,
    )
    return [
        figure_draft("parallel-categories", figure),
        table_draft("combinations", "Combinations", _combinations(stacks)),
    ]


def _stack(values: pd.Series, most: int) -> _Stack:
    groups = group_rows(values, len(values), most)
    counts = np.bincount(groups.codes, minlength=len(groups.names))
    room = 1.0 - _GAP * (len(counts) - 1)
    sizes = counts / counts.sum() * room
    starts = 1.0 - np.cumsum(sizes) - _GAP * np.arange(len(sizes))
    return _Stack(str(values.name), groups, tuple(starts.tolist()), tuple(sizes.tolist()))


_HALF_BLOCK = 0.05
_LONGEST_NAME = 22


def _ribbons(place: int, left: _Stack, right: _Stack, first: _Stack) -> list[Mark]:
    """Return the ribbons between two neighbours, coloured by the groups of the first column."""
    shape = (len(left.groups.names), len(right.groups.names), len(first.groups.names))
    flat = np.ravel_multi_index((left.groups.codes, right.groups.codes, first.groups.codes), shape)
    counts = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    total = len(flat)
    room_left = sum(left.sizes) / total
    room_right = sum(right.sizes) / total
    top_left = [start + size for start, size in zip(left.starts, left.sizes, strict=True)]
    top_right = [start + size for start, size in zip(right.starts, right.sizes, strict=True)]
    steps = np.linspace(0, 1, 40)
    curve = steps**2 * (3 - 2 * steps)
    x = place + _HALF_BLOCK + steps * (1 - 2 * _HALF_BLOCK)
    marks: list[Mark] = []
    for one, other, color in zip(*np.nonzero(counts), strict=True):
        number = counts[one, other, color]
        high = top_left[one] + (top_right[other] - top_left[one]) * curve
        top_left[one] -= number * room_left
        top_right[other] -= number * room_right
        low = top_left[one] + (top_right[other] - top_left[one]) * curve
        marks.append(
            Area(x=x, low=low, high=high, color=first.groups.color(int(color)), opacity=0.45)
        )
    return marks


def _blocks(place: int, stack: _Stack, *, is_last: bool) -> list[Mark]:
    """Return the blocks of a column and their names, outside of the ribbons where there is room."""
    marks: list[Mark] = [
        Bars(
            positions=[place] * len(stack.sizes),
            values=stack.sizes,
            bases=stack.starts,
            width=2 * _HALF_BLOCK,
            color=Tone.MUTED,
            colors=[stack.groups.color(n) for n in range(len(stack.sizes))] if place == 0 else (),
        )
    ]
    side = 1 if is_last and place else -1
    names = shorten_apart(stack.groups.names, _LONGEST_NAME)
    for name, start, size in zip(names, stack.starts, stack.sizes, strict=True):
        if size > 0.02:
            marks.append(
                Text(
                    x=place + side * (_HALF_BLOCK + 0.02),
                    y=start + size / 2,
                    text=name,
                    align="left" if side > 0 else "right",
                    size_pt=8,
                )
            )
    return marks


def _combinations(stacks: list[_Stack]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            stack.name: np.asarray(stack.groups.names, dtype=object)[stack.groups.codes]
            for stack in stacks
        }
    )
    names = list(frame.columns)
    counted = frame.groupby(names, sort=True).size()
    column_name = "rows" if "rows" not in names else "number of rows"
    table = counted.reset_index(name=column_name)
    return table.sort_values(column_name, ascending=False, kind="stable")
