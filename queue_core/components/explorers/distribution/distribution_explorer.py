"""Distribution: histogram, density and cumulative distribution, over all rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from queue_core.artifacts.draft import Draft, figure_draft
from queue_core.artifacts.figure import Area, Axis, AxisScale, Bars, Histogram, Line, Mark, Panel
from queue_core.components.explorers.exploring.exploration import (
    Exploration,
    Query,
    no_values,
    number_sql,
    quoted,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import (
    pages,
    panel_title,
    small_multiples,
    value_axis,
)
from queue_core.components.explorers.statistics.groups import value_label
from queue_core.components.explorers.statistics.numbers import make_bins, smooth_density, thin
from queue_core.components.explorers.statistics.sql_groups import SqlGroups, sql_groups
from queue_core.components.sql_engine import Row
from queue_core.components.stored_dataset import ColumnInfo

_CELLS = 512
_QUANTILE_STEPS = 400
_OWN_VALUE_SHARE = 0.5


class Part(StrEnum):
    """The plots of a distribution."""

    HISTOGRAM = "histogram"
    DENSITY = "density"
    ECDF = "ecdf"


_TITLES = {
    Part.HISTOGRAM: "Histogram",
    Part.DENSITY: "Density",
    Part.ECDF: "Cumulative distribution",
}


@dataclass(frozen=True)
class ColumnPanels:
    """The panels of one column and what must be said about them."""

    panels: tuple[tuple[Part, Panel], ...]
    notes: tuple[str, ...] = ()


def distribution(exploration: Exploration) -> list[Draft]:
    """Return a figure for each kind of plot, with a panel for each column."""
    require_rows(exploration)
    parts = tuple(Part(name) for name in exploration.params["plots"])
    by_part: dict[Part, list[Panel]] = {part: [] for part in Part}
    notes: list[str] = []
    shown = [info for info in exploration.columns if info.missing < exploration.dataset.row_count]
    if not shown:
        raise no_values(exploration.names)
    if len(shown) < len(exploration.columns):
        left = len(exploration.columns) - len(shown)
        notes.append(f"{left} column{'s' if left > 1 else ''} without any value left out.")
    for place, info in enumerate(shown):
        exploration.report(place / len(shown), f"counting “{info.name}”")
        column_result = column_panels(
            exploration, info, parts, most_bars=exploration.params["categories"]
        )
        notes += column_result.notes
        for part, panel in column_result.panels:
            by_part[part].append(panel)
    group = exploration.params.get("group_by") or ""
    drafts = []
    for part, panels in by_part.items():
        for number, page in enumerate(pages(panels)):
            title = _title(part, page, number, len(pages(panels)))
            figure = small_multiples(
                exploration,
                title,
                page,
                notes=notes,
                legend_title=group,
                heights_in=[0.9 + 0.17 * len(panel.y.categories) for panel in page],
            )
            drafts.append(figure_draft(part.value, figure))
    return drafts


def _title(part: Part, panels: Sequence[Panel], number: int, count: int) -> str:
    of = f" of {panels[0].title.partition(' · ')[0]}" if len(panels) == 1 else ""
    return f"{_TITLES[part]}{of}" + (f" ({number + 1} of {count})" if count > 1 else "")


def column_panels(
    exploration: Exploration, info: ColumnInfo, parts: tuple[Part, ...], *, most_bars: int
) -> ColumnPanels:
    """Return the panels of one column, counted over all rows."""
    with exploration.sql() as query:
        grouping = sql_groups(exploration, query)
        if info.type.is_number or info.type.is_temporal:
            return _number_panels(exploration, query, info, parts, grouping)
        return _category_panel(exploration, query, info, grouping, most_bars)


def _number_panels(
    exploration: Exploration,
    query: Query,
    info: ColumnInfo,
    parts: tuple[Part, ...],
    grouping: SqlGroups,
) -> ColumnPanels:
    spread = _spread_of(exploration, query, info)
    if spread is None:
        return ColumnPanels((), (f"“{info.name}” has no finite values and is left out.",))
    panels: list[tuple[Part, Panel]] = []
    if Part.HISTOGRAM in parts:
        panels.append((Part.HISTOGRAM, _histogram(exploration, query, spread, grouping)))
    if Part.DENSITY in parts and spread.high > spread.low:
        panels.append((Part.DENSITY, _density(query, spread, grouping)))
    if Part.ECDF in parts:
        panels.append((Part.ECDF, _ecdf(query, spread, grouping)))
    return ColumnPanels(tuple(panels), (grouping.note,) if grouping.note else ())


@dataclass(frozen=True)
class _Spread:
    """What is known of a column of numbers: SQL of its value, and where the values lie."""

    info: ColumnInfo
    value: str
    count: int
    low: float
    high: float
    quartiles: tuple[float, float]


def _spread_of(exploration: Exploration, query: Query, info: ColumnInfo) -> _Spread | None:
    """Return where the values of a column lie; None if it has no finite ones."""
    value = f"({number_sql(info)})"
    known = [info.statistics.get(name) for name in ("min", "max", "q1", "q3")]
    if info.type.is_number and all(_is_finite(number) for number in known):
        low, high, first, third = (float(number) for number in known if number is not None)
        count = exploration.dataset.row_count - info.missing
        return _Spread(info, value, count, low, high, (first, third))
    found, low, high, quartiles = query.row(
        f"SELECT count({value}), min({value}), max({value}), "
        f"quantile_cont({value}, [0.25, 0.75]) FROM data"
    )
    if not found:
        return None
    return _Spread(info, value, int(found), low, high, tuple(quartiles))


def _is_finite(number: object) -> bool:
    return isinstance(number, int | float) and math.isfinite(number)


def _counts(
    query: Query, place_sql: str, size: int, spread: _Spread, grouping: SqlGroups
) -> np.ndarray:
    """Return counts by group and bin as an array."""
    counts = np.zeros((len(grouping.names), size))
    for group, place, number in query.rows(
        f"SELECT {grouping.sql}, {place_sql}, count(*) FROM data "
        f"WHERE {spread.value} IS NOT NULL GROUP BY 1, 2"
    ):
        counts[group, place] = number
    return counts


def _histogram(
    exploration: Exploration, query: Query, spread: _Spread, grouping: SqlGroups
) -> Panel:
    bins = make_bins(
        spread.info,
        spread.low,
        spread.high,
        quartiles=spread.quartiles,
        count=spread.count,
        wanted=exploration.params.get("bins"),
    )
    counts = _counts(query, bins.sql(spread.value), bins.count, spread, grouping)
    is_share = exploration.params.get("counts") == "share"
    if is_share:
        counts = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    is_overlaid = len(grouping.names) > 1
    marks = [
        Histogram(
            edges=bins.edges,
            counts=counts[place],
            label=grouping.names[place],
            color=grouping.color(place),
            opacity=0.45 if is_overlaid else 0.9,
        )
        for place in range(len(grouping.names))
    ]
    y = Axis(label="Share" if is_share else "Rows", unit="%" if is_share else "")
    return Panel(
        title=panel_title(spread.info), x=value_axis(spread.info, label=""), y=y, marks=marks
    )


def _panel(info: ColumnInfo, y: Axis, marks: Sequence[Mark]) -> Panel:
    return Panel(title=panel_title(info), x=value_axis(info, label=""), y=y, marks=marks)


def _density(query: Query, spread: _Spread, grouping: SqlGroups) -> Panel:
    cell = (spread.high - spread.low) / _CELLS
    place = f"least(floor(({spread.value} - {spread.low!r}) / {cell!r}), {_CELLS - 1})::INTEGER"
    counts = _counts(query, place, _CELLS, spread, grouping)
    cells = np.arange(_CELLS)
    marks: list[Mark] = []
    for group in range(len(grouping.names)):
        number = counts[group].sum()
        if number < 2:
            continue
        mean = (counts[group] * cells).sum() / number
        deviation = float(np.sqrt((counts[group] * (cells - mean) ** 2).sum() / number))
        places, density = smooth_density(spread.low, spread.high, counts[group], deviation)
        x, y = thin(places, density, 240)
        marks.append(
            Line(x=x, y=y, label=grouping.names[group], color=grouping.color(group), width=2.0)
        )
    y_axis = Axis(label="Density", minimum=0.0, has_ticks=False)
    return Panel(
        title=panel_title(spread.info),
        x=value_axis(spread.info, label=""),
        y=y_axis,
        marks=[*_shades(marks), *marks],
    )


def _shades(lines: list[Mark]) -> list[Mark]:
    return [
        Area(x=line.x, low=[0.0] * len(line.x), high=line.y, color=line.color, opacity=0.12)
        for line in lines
        if isinstance(line, Line)
    ]


def _ecdf(query: Query, spread: _Spread, grouping: SqlGroups) -> Panel:
    fractions = [step / _QUANTILE_STEPS for step in range(_QUANTILE_STEPS + 1)]
    marks: list[Mark] = []
    for group, quantiles in query.rows(
        f"SELECT {grouping.sql}, quantile_disc({spread.value}, {fractions}) FROM data "
        f"WHERE {spread.value} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ):
        marks.append(
            Line(
                x=quantiles,
                y=[100 * fraction for fraction in fractions],
                label=grouping.names[group],
                color=grouping.color(group),
                is_stepped=True,
            )
        )
    y = Axis(label="Cumulative share of rows", unit="%", minimum=0.0, maximum=100.0)
    return Panel(
        title=panel_title(spread.info), x=value_axis(spread.info, label=""), y=y, marks=marks
    )


def _category_panel(
    exploration: Exploration, query: Query, info: ColumnInfo, grouping: SqlGroups, most: int
) -> ColumnPanels:
    value = f"{quoted(info.name)}::VARCHAR"
    present = exploration.dataset.row_count - info.missing
    # Counting the values of millions of identifiers takes long and shows nothing.
    if info.statistics.get("distinct", 0) > max(most, _OWN_VALUE_SHARE * present):
        note = f"“{info.name}”: nearly every row has a value of its own, so it is not drawn."
        return ColumnPanels((), (note,))
    found = query.value_counts(value, most + 1)
    shown = found[:most]
    if not shown:
        return ColumnPanels(())
    notes = [grouping.note]
    if len(found) > most:
        rest = 100 * (present - sum(n for _, n in shown)) / present
        notes.append(f"“{info.name}”: its {most} most frequent values; others have {rest:.1f} %.")
    x = Axis(label="Rows")
    y = Axis(
        scale=AxisScale.CATEGORY,
        categories=[value_label(name)[:80] for name, _ in shown],
        is_inverted=True,
    )
    marks = _category_bars(query, value, shown, grouping, present)
    panel = Panel(title=panel_title(info), x=x, y=y, marks=marks)
    return ColumnPanels(((Part.HISTOGRAM, panel),), tuple(note for note in notes if note))


def _share_text(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "< 0.1 %"


def _category_bars(
    query: Query, value: str, shown: list[Row], grouping: SqlGroups, present: int
) -> list[Mark]:
    places = list(range(len(shown)))
    if len(grouping.names) == 1:
        texts = [_share_text(number / present) for _, number in shown]
        values = [number for _, number in shown]
        texts = texts if len(shown) <= 30 else []
        return [Bars(positions=places, values=values, texts=texts, is_horizontal=True)]
    at = {name: place for place, (name, _) in enumerate(shown)}
    counts = np.zeros((len(grouping.names), len(shown)))
    for group, name, number in query.rows(
        f"SELECT {grouping.sql}, {value}, count(*) FROM data "
        f"WHERE {value} IS NOT NULL GROUP BY 1, 2"
    ):
        if name in at:
            counts[group, at[name]] = number
    bases = np.zeros(len(shown))
    marks: list[Mark] = []
    for group in range(len(grouping.names)):
        marks.append(
            Bars(
                positions=places,
                values=counts[group],
                bases=bases.copy(),
                label=grouping.names[group],
                color=grouping.color(group),
                is_horizontal=True,
            )
        )
        bases += counts[group]
    return marks
