"""Sizes of figures with several panels, and small things every figure needs."""

from __future__ import annotations

from collections.abc import Sequence

from queue_core.artifacts.figure import Axis, AxisScale, Figure, Panel
from queue_core.components.explorers.exploring.exploration import Exploration
from queue_core.components.stored_dataset import ColumnInfo

_WIDTH_IN = 9.0
_ROW_IN = 2.5
PANELS_PER_FIGURE = 12


def small_multiples(
    exploration: Exploration,
    title: str,
    panels: Sequence[Panel],
    *,
    notes: Sequence[str] = (),
    legend_title: str = "",
    row_in: float = _ROW_IN,
    heights_in: Sequence[float] = (),
) -> Figure:
    """Return a figure with panels side by side: one, two or three in a row.

    Args:
        exploration: What is explored.
        title: Title of the figure.
        panels: The panels.
        notes: Sentences below.
        legend_title: Title of the legend.
        row_in: The least height of a row.
        heights_in: What each panel needs; a row is as high as its highest panel.
    """
    columns = min(len(panels), 3 if len(panels) > 4 else 2) or 1
    rows = -(-len(panels) // columns)
    needed = [
        max([row_in, *heights_in[row * columns : (row + 1) * columns]]) for row in range(rows)
    ]
    height_in = 1.0 + sum(needed) + 0.3 * (rows == 1)
    if rows == columns == 1:
        height_in = max(height_in, 4.6)
    return Figure(
        title=title,
        subtitle=exploration.subtitle,
        panels=panels,
        columns=columns,
        row_ratios=needed if rows > 1 else (),
        legend_title=legend_title,
        notes=[*exploration.notes, *dict.fromkeys(notes)],
        width_in=_WIDTH_IN if columns > 1 else 7.5,
        height_in=height_in,
    )


def pages(panels: Sequence[Panel]) -> list[Sequence[Panel]]:
    """Return panels in parts that fit into one figure each."""
    return [
        panels[start : start + PANELS_PER_FIGURE]
        for start in range(0, len(panels), PANELS_PER_FIGURE)
    ]


def value_axis(info: ColumnInfo, *, label: str | None = None) -> Axis:
    """Return the axis for a column's values: time for dates, else numbers."""
    is_time = info.type.is_temporal and info.type.value != "time"
    return Axis(
        label=info.name if label is None else label,
        scale=AxisScale.TIME if is_time else AxisScale.LINEAR,
        has_whole_numbers=info.type.value == "integer",
    )


def panel_title(info: ColumnInfo) -> str:
    """Return a column's name, with the number of its missing values if there are any."""
    return f"{info.name} · {info.missing:,} missing" if info.missing else info.name


def bars_height_in(count: int) -> float:
    """Return the height of a figure with so many horizontal bars."""
    return 1.6 + 0.24 * max(count, 3)
