"""Missing values: how many in which columns, and which ones are missing together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Heatmap, Panel
from queue_core.components.explorers.exploring.exploration import (
    ROW,
    Exploration,
    Query,
    quoted,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import bars_height_in
from queue_core.components.sql_engine import Row
from queue_core.components.stored_dataset import ColumnInfo

_SHOWN_COLUMNS = 40
_PATTERNS = 20
_MOST_PATTERNS = 1_000
_STRIPS = 120


def missing_values(exploration: Exploration) -> list[Draft]:
    """Return how much is missing, where in the rows, and in which combinations."""
    require_rows(exploration)
    rows = exploration.dataset.row_count
    ranked = sorted(exploration.columns, key=lambda info: -info.missing)
    incomplete = [info for info in ranked if info.missing]
    notes = [_sentence(len(incomplete), len(ranked))]
    shown = ranked[:_SHOWN_COLUMNS]
    if len(ranked) > len(shown):
        notes.append(f"The {len(shown)} of {len(ranked):,} columns with the most missing values.")
    drafts = [
        _amounts(exploration, shown, notes),
        table_draft("columns", "Missing values by column", _table(ranked, rows)),
    ]
    if not incomplete:
        return drafts
    with exploration.sql() as query:
        exploration.report(0.2, "looking where in the rows")
        drafts.append(_places(exploration, query, incomplete[:_SHOWN_COLUMNS]))
        exploration.report(0.5, "counting combinations")
        drafts += _patterns(exploration, query, incomplete[:_SHOWN_COLUMNS])
    return drafts


def _sentence(incomplete: int, count: int) -> str:
    if not incomplete:
        return "No value is missing."
    return f"{incomplete:,} of {count:,} columns have missing values."


def _table(infos: list[ColumnInfo], rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": [info.name for info in infos],
            "type": [info.type.value for info in infos],
            "missing": [info.missing for info in infos],
            "missing (%)": [round(100 * info.missing / rows, 3) for info in infos],
        }
    )


def _amounts(exploration: Exploration, infos: list[ColumnInfo], notes: list[str]) -> Draft:
    shares = [100 * info.missing / exploration.dataset.row_count for info in infos]
    figure = Figure(
        title="Missing values by column",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(label="Missing", unit="% of rows", minimum=0),
                y=Axis(
                    scale=AxisScale.CATEGORY,
                    categories=[info.name for info in infos],
                    is_inverted=True,
                ),
                marks=[
                    Bars(
                        positions=range(len(infos)),
                        values=shares,
                        texts=[f"{info.missing:,}" for info in infos],
                        is_horizontal=True,
                    )
                ],
            )
        ],
        notes=[*exploration.notes, *notes],
        width_in=7.5,
        height_in=bars_height_in(len(infos)),
    )
    return figure_draft("amounts", figure)


def _is_missing(info: ColumnInfo) -> str:
    return f"({quoted(info.name)} IS NULL)"


def _places(exploration: Exploration, query: Query, infos: list[ColumnInfo]) -> Draft:
    """Return a map of columns against strips of consecutive rows."""
    rows = exploration.dataset.row_count
    strips = min(rows, _STRIPS)
    parts = ", ".join(f"avg({_is_missing(info)}::INTEGER)" for info in infos)
    found = query.rows(
        f"SELECT ({ROW} * {strips} // {rows})::INTEGER, {parts} FROM data GROUP BY 1 ORDER BY 1"
    )
    shares = 100 * np.array([row[1:] for row in found], dtype=float).T
    edges = [place * rows / strips for place in range(strips + 1)]
    per_strip = f"Each strip stands for about {rows // strips:,} consecutive rows."
    figure = Figure(
        title="Where values are missing",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(label="Row"),
                y=Axis(
                    scale=AxisScale.CATEGORY,
                    categories=[info.name for info in infos],
                    is_inverted=True,
                ),
                marks=[
                    Heatmap(
                        x_edges=edges,
                        y_edges=[place - 0.5 for place in range(len(infos) + 1)],
                        values=shares,
                        label="Missing (%)",
                        minimum=0.0,
                        maximum=100.0,
                    )
                ],
            )
        ],
        notes=[*exploration.notes, per_strip if rows > strips else ""],
        width_in=9.0,
        height_in=bars_height_in(len(infos)) + 0.4,
    )
    return figure_draft("places", figure)


def _patterns(exploration: Exploration, query: Query, infos: list[ColumnInfo]) -> list[Draft]:
    bits = " || ".join(f"CASE WHEN {_is_missing(info)} THEN '1' ELSE '0' END" for info in infos)
    found = query.value_counts(bits, _MOST_PATTERNS)
    rows = exploration.dataset.row_count
    table = pd.DataFrame(
        {
            "rows": [number for _, number in found],
            "rows (%)": [round(100 * number / rows, 3) for _, number in found],
            "missing columns": [bits.count("1") for bits, _ in found],
            "missing": [
                ", ".join(info.name for info, bit in zip(infos, bits, strict=True) if bit == "1")
                for bits, _ in found
            ],
        }
    )
    figure = _pattern_figure(exploration, infos, found[:_PATTERNS], len(found))
    return [
        figure_draft("patterns", figure),
        table_draft("patterns-table", "Which values are missing together", table),
    ]


def _pattern_figure(
    exploration: Exploration, infos: list[ColumnInfo], found: list[Row], count: int
) -> Figure:
    rows = exploration.dataset.row_count
    labels = [f"{100 * number / rows:.1f} %" for _, number in found]
    many = "1,000 or more" if count == _MOST_PATTERNS else f"{count:,}"
    note = f"The {len(found)} most frequent of {many} combinations." if count > len(found) else ""
    return Figure(
        title="Which values are missing together",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(scale=AxisScale.CATEGORY, categories=[info.name for info in infos]),
                y=Axis(
                    label="Share of rows",
                    scale=AxisScale.CATEGORY,
                    categories=labels,
                    is_inverted=True,
                ),
                marks=[
                    Heatmap(
                        x_edges=[place - 0.5 for place in range(len(infos) + 1)],
                        y_edges=[place - 0.5 for place in range(len(found) + 1)],
                        values=[[float(bit) for bit in bits] for bits, _ in found],
                        minimum=0.0,
                        maximum=1.4,
                    )
                ],
            )
        ],
        notes=[*exploration.notes, "Filled cells: missing. Each line is a combination.", note],
        width_in=max(6.5, 2.0 + 0.32 * len(infos)),
        height_in=2.4 + 0.26 * len(found),
    )
