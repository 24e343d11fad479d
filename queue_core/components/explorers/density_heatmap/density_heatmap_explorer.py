"""Density heat map: how many rows fall into each cell of two columns, over all rows."""

from __future__ import annotations

import numpy as np

from queue_core.artifacts.draft import Draft, figure_draft
from queue_core.artifacts.figure import Axis, AxisScale, Figure, Heatmap, Panel
from queue_core.components.explorers.exploring.exploration import (
    Exploration,
    Query,
    number_sql,
    quoted,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import value_axis
from queue_core.components.explorers.statistics.groups import value_label
from queue_core.components.explorers.statistics.numbers import Bins
from queue_core.components.stored_dataset import ColumnInfo
from queue_core.errors import DataError

_MOST_CATEGORIES = 30


def density_heatmap(exploration: Exploration) -> list[Draft]:
    """Return one figure with the counts as colours."""
    require_rows(exploration)
    across, up = exploration.columns[:2]
    notes: list[str] = []
    with exploration.sql() as query:
        exploration.report(0.0, f"reading “{across.name}”")
        x = _Side.of(query, across, exploration, notes)
        exploration.report(0.3, f"reading “{up.name}”")
        y = _Side.of(query, up, exploration, notes)
        exploration.report(0.6, "counting rows")
        counts = np.zeros((y.size, x.size))
        for place_x, place_y, number in query.rows(
            f"SELECT {x.sql}, {y.sql}, count(*) FROM data "
            f"WHERE {x.sql} IS NOT NULL AND {y.sql} IS NOT NULL GROUP BY 1, 2"
        ):
            counts[place_y, place_x] = number
    counted = int(counts.sum())
    if not counted:
        raise DataError(
            f"No row has a value in both “{across.name}” and “{up.name}”.",
            hint="Choose other columns, or fill in the missing values first.",
        )
    left = exploration.dataset.row_count - counted
    if left:
        notes.append(f"{left:,} rows left out: missing, or not among what is drawn.")
    heat = Heatmap(
        x_edges=x.edges,
        y_edges=y.edges,
        values=counts,
        label="Rows",
        minimum=1.0 if exploration.params["is_logarithmic"] else 0.0,
        is_logarithmic=exploration.params["is_logarithmic"],
        text_format=",.0f" if x.axis.categories and y.axis.categories and counts.size < 200 else "",
    )
    figure = Figure(
        title=f"{up.name} against {across.name}",
        subtitle=exploration.subtitle,
        panels=[Panel(x=x.axis, y=y.axis, marks=[heat])],
        notes=[*exploration.notes, *notes],
        width_in=8.2,
        height_in=6.0,
    )
    return [figure_draft("density", figure)]


class _Side:
    """One axis of the map: SQL for a row's cell, the borders of the cells, how it is drawn."""

    def __init__(self, sql: str, edges: list[float], axis: Axis) -> None:
        self.sql = sql
        self.edges = edges
        self.axis = axis
        self.size = len(edges) - 1

    @classmethod
    def of(
        cls, query: Query, info: ColumnInfo, exploration: Exploration, notes: list[str]
    ) -> _Side:
        """Return the axis for a column."""
        if info.type.is_number or info.type.is_temporal:
            return cls._of_numbers(query, info, exploration.params["bins"])
        return cls._of_categories(query, info, notes)

    @classmethod
    def _of_numbers(cls, query: Query, info: ColumnInfo, wanted: int) -> _Side:
        value = f"({number_sql(info)})"
        low, high = query.row(f"SELECT min({value}), max({value}) FROM data")
        if low is None:
            low = high = 0.0
        if high <= low:
            bins = Bins(low - 0.5, 1.0, 1)
        elif info.type.value == "integer" and high - low < wanted:
            bins = Bins(low - 0.5, 1.0, int(high - low) + 1)
        else:
            bins = Bins(low, (high - low) / wanted, wanted)
        sql = f"CASE WHEN {value} IS NOT NULL THEN {bins.sql(value)} END"
        return cls(sql, bins.edges, value_axis(info))

    @classmethod
    def _of_categories(cls, query: Query, info: ColumnInfo, notes: list[str]) -> _Side:
        value = f"{quoted(info.name)}::VARCHAR"
        rows = query.value_counts(value, _MOST_CATEGORIES + 1)
        if len(rows) > _MOST_CATEGORIES:
            notes.append(f"“{info.name}”: its {_MOST_CATEGORIES} most frequent values.")
        names = [name for name, _ in rows[:_MOST_CATEGORIES]]
        cases = " ".join(
            f"WHEN {value} = '{name.replace(chr(39), chr(39) * 2)}' THEN {place}"
            for place, name in enumerate(names)
        )
        sql = f"CASE {cases} END" if names else "NULL::INTEGER"
        edges = [place - 0.5 for place in range(max(len(names), 1) + 1)]
        labels = [value_label(name)[:60] for name in names]
        return cls(sql, edges, Axis(label=info.name, scale=AxisScale.CATEGORY, categories=labels))
