"""Describe: statistics, quantiles, missing and repeated values of every column."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.components.explorers.distribution.distribution_explorer import Part, column_panels
from queue_core.components.explorers.exploring.exploration import (
    Exploration,
    Query,
    number_sql,
    quoted,
)
from queue_core.components.explorers.exploring.figure_layout import small_multiples
from queue_core.components.json_data import JsonObject
from queue_core.components.sql_engine import Row
from queue_core.components.stored_dataset import ColumnInfo

_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# Exact counts of distinct values need memory; above this many rows they are estimated.
_EXACT_ROWS = 1_000_000
# Quantiles keep all values of a query's columns in memory.
_VALUES_PER_QUERY = 8_000_000
_OVERVIEW_COLUMNS = 12


def describe(exploration: Exploration) -> list[Draft]:
    """Return a table of statistics for each family of columns, a report and an overview."""
    drafts: list[Draft] = []
    families = {
        "numbers": [info for info in exploration.columns if info.type.is_number],
        "texts": [info for info in exploration.columns if _is_text(info)],
        "times": [info for info in exploration.columns if _is_time(info)],
    }
    with exploration.sql() as query:
        done, total = 0, len(exploration.columns) + 1
        tables: dict[str, list[JsonObject]] = {name: [] for name in families}
        for family, infos in families.items():
            for part in _parts(infos, exploration.dataset.row_count):
                exploration.report(done / total * 0.8, f"describing “{part[0].name}”")
                tables[family] += _SUMMARIES[family](query, part, exploration)
                done += len(part)
        exploration.report(0.8, "counting duplicate rows")
        report = _report(exploration, query)
    drafts.append(report_draft("summary", "Summary", report))
    drafts += [
        table_draft(family, _TITLES[family], _frame(rows))
        for family, rows in tables.items()
        if rows
    ]
    if exploration.params["draw_overview"] and exploration.dataset.row_count:
        drafts += _overview(exploration)
    return drafts


_TITLES = {
    "numbers": "Columns of numbers",
    "texts": "Columns of text and categories",
    "times": "Columns of dates and times",
}


def _is_text(info: ColumnInfo) -> bool:
    return not info.type.is_number and not _is_time(info)


def _is_time(info: ColumnInfo) -> bool:
    return info.type.value in {"date", "datetime"}


def _parts(infos: list[ColumnInfo], rows: int) -> Iterator[list[ColumnInfo]]:
    size = min(max(1, _VALUES_PER_QUERY // max(rows, 1)), 25)
    for start in range(0, len(infos), size):
        yield infos[start : start + size]


def _frame(rows: list[JsonObject]) -> pd.DataFrame:
    return pd.DataFrame(rows)


def _distinct(value: str, rows: int) -> str:
    return f"approx_count_distinct({value})" if rows > _EXACT_ROWS else f"count(DISTINCT {value})"


def _shared(info: ColumnInfo, present: int, distinct: int, rows: int) -> JsonObject:
    return {
        "column": info.name,
        "type": info.type.value,
        "values": present,
        "missing": rows - present,
        "missing (%)": round(100 * (rows - present) / rows, 2) if rows else 0.0,
        "distinct": distinct,
    }


def _numbers(query: Query, infos: list[ColumnInfo], exploration: Exploration) -> list[JsonObject]:
    rows, quantiles = exploration.dataset.row_count, list(_QUANTILES)
    parts = []
    for info in infos:
        value = f"({number_sql(info)})"
        deviation = f"CASE WHEN stddev_samp({value}) > 0 THEN"
        # WORKAROUND: the engine fails on a third or fourth power that is out of range.
        usual = f"FILTER ({value} = 0 OR abs({value}) BETWEEN 1e-70 AND 1e70)"
        parts += [
            f"count({value})", _distinct(value, rows), f"avg({value})", f"stddev_samp({value})",
            f"min({value})", f"max({value})", f"quantile_cont({value}, {quantiles})",
            f"{deviation} skewness({value}) {usual} END",
            f"{deviation} kurtosis({value}) {usual} END",
            f"count(*) FILTER ({value} = 0)", f"count(*) FILTER ({value} < 0)",
        ]  # fmt: skip
    found = query.row(f"SELECT {', '.join(parts)} FROM data")
    width = len(found) // len(infos)
    return [
        _number_row(info, found[place * width : (place + 1) * width], rows)
        for place, info in enumerate(infos)
    ]


def _number_row(info: ColumnInfo, found: Row, rows: int) -> JsonObject:
    present, distinct, mean, deviation, low, high, quantiles, skew, kurtosis, *signs = found
    values = quantiles or [None] * len(_QUANTILES)
    named = {f"{fraction:.0%}": value for fraction, value in zip(_QUANTILES, values, strict=True)}
    named["median"] = named.pop("50%")
    return {
        **_shared(info, present, distinct, rows),
        "mean": mean,
        "standard deviation": deviation,
        "minimum": low,
        **{name: named[name] for name in ("1%", "5%", "25%", "median", "75%", "95%", "99%")},
        "maximum": high,
        "skewness": skew,
        "excess kurtosis": kurtosis,
        "zeros": signs[0],
        "negative": signs[1],
    }


def _texts(query: Query, infos: list[ColumnInfo], exploration: Exploration) -> list[JsonObject]:
    rows = exploration.dataset.row_count
    described = []
    for info in infos:
        value = f"{quoted(info.name)}::VARCHAR"
        present, distinct, shortest, longest = query.row(
            f"SELECT count({value}), {_distinct(value, rows)}, min(length({value})), "
            f"max(length({value})) FROM data"
        )
        name, count = _most_frequent(query, info, value)
        described.append({
            **_shared(info, present, distinct, rows),
            "most frequent": name if name is None else name[:200],
            "times": count,
            "share (%)": round(100 * count / present, 2) if count else None,
            "shortest": shortest,
            "longest": longest,
        })  # fmt: skip
    return described


def _most_frequent(query: Query, info: ColumnInfo, value: str) -> tuple[str | None, int | None]:
    """Return the most frequent value with its count, as stored with the dataset or counted."""
    known = info.statistics.get("top")
    if known and "top" not in info.statistics.get("approximate", ()):
        return str(known[0]["value"]), int(known[0]["count"])
    top = query.value_counts(value, 1)
    return top[0] if top else (None, None)


def _times(query: Query, infos: list[ColumnInfo], exploration: Exploration) -> list[JsonObject]:
    rows = exploration.dataset.row_count
    described = []
    for info in infos:
        value = f"{quoted(info.name)}::TIMESTAMP"
        present, distinct, first, last, middle = query.row(
            f"SELECT count({value}), {_distinct(value, rows)}, min({value}), max({value}), "
            f"quantile_disc({value}, 0.5) FROM data"
        )
        days = (last - first).total_seconds() / 86_400 if present else None
        described.append({
            **_shared(info, present, distinct, rows),
            "earliest": first, "median": middle, "latest": last, "span (days)": days,
        })  # fmt: skip
    return described


_SUMMARIES = {"numbers": _numbers, "texts": _texts, "times": _times}


def _report(exploration: Exploration, query: Query) -> JsonObject:
    rows, infos = exploration.dataset.row_count, exploration.columns
    missing = sum(info.missing for info in infos)
    report: JsonObject = {
        "rows": rows,
        "columns": len(infos),
        "columns by type": _count_types(infos),
        "missing cells": missing,
        "missing cells (%)": round(100 * missing / max(rows * len(infos), 1), 2),
        "columns without any value": [info.name for info in infos if rows and info.missing == rows],
        "notes": list(exploration.notes),
    }
    if rows > _EXACT_ROWS:
        report["notes"].append("Numbers of distinct values are estimates, right to about 2 %.")
    if exploration.params["find_duplicates"]:
        names = ", ".join(quoted(info.name) for info in infos)
        (different,) = query.row(
            f"SELECT count(*) FROM (SELECT hash({names}) FROM data GROUP BY 1)"
        )
        report["duplicate rows"] = rows - different
    return report


def _count_types(infos: tuple[ColumnInfo, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for info in infos:
        counts[info.type.value] = counts.get(info.type.value, 0) + 1
    return counts


def _overview(exploration: Exploration) -> list[Draft]:
    shown = [
        info
        for info in exploration.columns
        if info.missing < exploration.dataset.row_count and info.type.value not in {"other", "time"}
    ][:_OVERVIEW_COLUMNS]
    if not shown:
        return []
    panels, notes = [], []
    if len(shown) < len(exploration.columns):
        notes.append(f"{len(shown)} of {len(exploration.columns):,} columns are drawn.")
    for place, info in enumerate(shown):
        exploration.report(0.85 + 0.15 * place / len(shown), f"drawing “{info.name}”")
        column = column_panels(exploration, info, (Part.HISTOGRAM,), most_bars=8)
        panels += [panel for _, panel in column.panels]
        notes += column.notes
    figure = small_multiples(exploration, "Overview", panels, notes=notes)
    return [figure_draft("overview", figure)]
