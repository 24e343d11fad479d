"""Figures that several explainers draw: importance bars, swarms of values, waterfalls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Figure,
    Mark,
    Panel,
    Points,
    Rule,
    Text,
    Tone,
)

MOST_COLUMNS = 20
NO_ORDER = "Category or missing"


def bars_figure(
    names: Sequence[str],
    values: Sequence[float],
    *,
    title: str,
    subtitle: str,
    label: str,
    errors: Sequence[float] = (),
    notes: Sequence[str] = (),
) -> Figure:
    """Return horizontal bars, in the order given, the first at the top."""
    bars = Bars(
        positions=range(len(names)),
        values=values,
        errors=errors,
        is_horizontal=True,
        texts=[] if errors else [f"{value:.3g}".replace("-", "−") for value in values],
    )
    panel = Panel(
        x=Axis(label=label),
        y=Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True),
        marks=[bars],
    )
    return Figure(
        title=title,
        subtitle=subtitle,
        panels=[panel],
        notes=notes,
        width_in=7.8,
        height_in=1.7 + 0.28 * max(len(names), 3),
    )


def swarm_marks(
    values: np.ndarray, shades: np.ndarray | None, line: float, seed: int
) -> list[Mark]:
    """Return one line of a swarm: points that make room for each other where there are many.

    Args:
        values: Places along x.
        shades: A number from 0 (low) to 1 (high) per point; NaN or None: no colour.
        line: Place of the line on y.
        seed: Decides where points lie within the line.
    """
    random = np.random.default_rng(seed)
    low, high = float(values.min()), float(values.max())
    cells = np.zeros(len(values), dtype=int)
    if high > low:
        cells = np.minimum(((values - low) / (high - low) * 60).astype(int), 59)
    crowd = np.bincount(cells, minlength=60)
    room = 0.38 * np.sqrt(crowd / max(crowd.max(), 1))
    y = line + random.uniform(-1, 1, len(values)) * room[cells]
    size = 3.6 if len(values) <= 300 else 2.8
    if shades is None:
        return [Points(x=values, y=y, color=Tone.MUTED, size=size, opacity=0.6, label=NO_ORDER)]
    marks: list[Mark] = []
    is_known = ~np.isnan(shades)
    if (~is_known).any():
        plain = ~is_known
        marks.append(
            Points(
                x=values[plain],
                y=y[plain],
                color=Tone.MUTED,
                size=size,
                opacity=0.6,
                label=NO_ORDER,
            )
        )
    if is_known.any():
        marks.append(
            Points(
                x=values[is_known],
                y=y[is_known],
                values=shades[is_known],
                value_label="Feature value: low to high" if line == 0 else "",
                size=size,
                opacity=0.85,
            )
        )
    return marks


def shades_of(column: pd.Series) -> np.ndarray | None:
    """Return the ranks of a column's values as 0 to 1; None for categories."""
    if not (pd.api.types.is_numeric_dtype(column) or column.dtype.kind == "M"):
        return None
    ranks = column.rank(pct=True).to_numpy(dtype=float)
    spread = np.nanmax(ranks) - np.nanmin(ranks) if (~np.isnan(ranks)).any() else 0.0
    return (ranks - np.nanmin(ranks)) / spread if spread > 0 else np.full(len(ranks), 0.5)


def waterfall(
    labels: Sequence[str],
    values: np.ndarray,
    base: float,
    *,
    title: str,
    subtitle: str,
    label: str,
    notes: Sequence[str],
) -> Figure:
    """Return how a prediction comes about, column by column, from the base upwards.

    Args:
        labels: The input columns with their values in the explained row.
        values: What each of them adds.
        base: Where it begins.
        title: Title of the figure.
        subtitle: Which model and row.
        label: What the axis measures.
        notes: Sentences below.
    """
    steps, lengths = _steps(labels, values)
    return Figure(
        title=title,
        subtitle=subtitle,
        panels=[_waterfall_panel(steps, lengths, base, label)],
        notes=notes,
        width_in=8.2,
        height_in=1.8 + 0.3 * max(len(lengths), 3),
    )


def _waterfall_panel(
    labels: Sequence[str], lengths: Sequence[float], base: float, label: str
) -> Panel:
    ends = base + np.cumsum(lengths)
    low, high = min(base, float(ends.min())), max(base, float(ends.max()))
    # Room on both sides for the numbers beside the bars.
    room = 0.16 * (high - low) or 1.0
    return Panel(
        x=Axis(label=label, minimum=low - room, maximum=high + room),
        y=Axis(scale=AxisScale.CATEGORY, categories=labels),
        marks=[
            Rule(value=base, label=f"Base value {base:.3g}"),
            Bars(
                positions=range(len(lengths)),
                values=lengths,
                bases=np.concatenate([[base], ends[:-1]]),
                colors=[Tone.POSITIVE if length >= 0 else Tone.NEGATIVE for length in lengths],
                is_horizontal=True,
                width=0.6,
                texts=[f"{length:+.3g}".replace("-", "−") for length in lengths],
            ),
            Rule(value=float(ends[-1]), label=f"Prediction {ends[-1]:.3g}", color=Tone.TEXT),
        ],
    )


def _steps(names: Sequence[str], values: np.ndarray) -> tuple[Sequence[str], Sequence[float]]:
    """Return labels and lengths of the bars, from the base upwards: small effects come first."""
    order = np.argsort(-np.abs(values), kind="stable")
    shown, rest = order[: MOST_COLUMNS - 1], order[MOST_COLUMNS - 1 :]
    labels = [names[place] for place in shown]
    lengths = [float(values[place]) for place in shown]
    if len(rest):
        labels.append(f"{len(rest)} other columns")
        lengths.append(float(values[rest].sum()))
    return labels[::-1], lengths[::-1]


def empty_figure(title: str, subtitle: str, sentence: str) -> Figure:
    """Return a figure that says in words why there is nothing to draw."""
    panel = Panel(
        x=Axis(has_ticks=False, has_grid=False),
        y=Axis(has_ticks=False, has_grid=False),
        marks=[Text(x=0.5, y=0.5, text=sentence, is_relative=True, size_pt=10)],
    )
    return Figure(title=title, subtitle=subtitle, panels=[panel], height_in=2.4)
