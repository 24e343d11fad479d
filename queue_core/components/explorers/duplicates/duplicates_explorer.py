"""Duplicates: rows that are equal in all or in chosen columns."""

from __future__ import annotations

import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Panel
from queue_core.components.explorers.exploring.exploration import (
    ROW,
    Exploration,
    Query,
    quoted,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import bars_height_in
from queue_core.components.json_data import JsonObject
from queue_core.components.sql_engine import Row

_COPY_CLASSES = 12


def duplicates(exploration: Exploration) -> list[Draft]:
    """Return how many rows are repeated, how often, and the most repeated ones."""
    require_rows(exploration)
    rows = exploration.dataset.row_count
    names = ", ".join(f"data.{quoted(name)}" for name in exploration.names)
    with exploration.sql() as query:
        exploration.report(0.0, "comparing rows")
        # Rows are compared by a 64-bit hash: it fits into memory however wide the rows are.
        query.connection.execute(
            "CREATE TEMP TABLE copies AS SELECT hashed, count(*) AS n, min(place) AS place FROM "
            f"(SELECT hash({names}) AS hashed, {ROW} AS place FROM data) "
            "GROUP BY hashed HAVING count(*) > 1"
        )
        exploration.report(0.7, "listing the most repeated")
        by_count = query.rows("SELECT n, count(*) FROM copies GROUP BY n ORDER BY n")
        table = _table(exploration, query, names)
    repeated = sum((copies - 1) * groups for copies, groups in by_count)
    report = {
        "rows": rows,
        "different rows": rows - repeated,
        "repeated rows": repeated,
        "repeated rows (%)": round(100 * repeated / rows, 3),
        "groups of equal rows": sum(groups for _, groups in by_count),
        "compared columns": len(exploration.names),
        "notes": list(exploration.notes),
    }
    drafts = [report_draft("summary", "Summary", report), _figure(exploration, report, by_count)]
    if by_count:
        drafts.append(table_draft("groups", "Most repeated rows", table))
    return drafts


def _table(exploration: Exploration, query: Query, names: str) -> pd.DataFrame:
    own = set(exploration.names)
    count_name = next(name for name in ("copies", "number of copies", "copies ") if name not in own)
    return query.arrow(
        f"SELECT c.n AS {quoted(count_name)}, {names} FROM "
        f"(SELECT * FROM copies ORDER BY n DESC, place LIMIT {exploration.params['groups']}) AS c "
        f"JOIN data ON data.{ROW} = c.place ORDER BY c.n DESC, c.place"
    )


def _figure(exploration: Exploration, report: JsonObject, by_count: list[Row]) -> Draft:
    once = report["different rows"] - report["groups of equal rows"]
    classes = [("once", once)] + [(f"{copies} times", groups) for copies, groups in by_count]
    if len(classes) > _COPY_CLASSES:
        rest = sum(groups for _, groups in classes[_COPY_CLASSES - 1 :])
        first = by_count[_COPY_CLASSES - 2][0]
        classes = [*classes[: _COPY_CLASSES - 1], (f"{first} times or more", rest)]
    note = (
        f"{report['repeated rows']:,} rows repeat an earlier one ({report['repeated rows (%)']} %)."
    )
    figure = Figure(
        title="How often rows come",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(label="Different rows"),
                y=Axis(
                    scale=AxisScale.CATEGORY,
                    categories=[name for name, _ in classes],
                    is_inverted=True,
                ),
                marks=[
                    Bars(
                        positions=range(len(classes)),
                        values=[number for _, number in classes],
                        texts=[f"{number:,}" for _, number in classes],
                        is_horizontal=True,
                    )
                ],
            )
        ],
        notes=[*exploration.notes, note],
        width_in=7.5,
        height_in=bars_height_in(len(classes)),
    )
    return figure_draft("copies", figure)
