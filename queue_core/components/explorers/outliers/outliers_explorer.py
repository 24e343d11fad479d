"""Outliers: rows with values far from the others, by quartiles, median or isolation forest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.preprocessing import StandardScaler

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Figure,
    Histogram,
    Mark,
    Panel,
    Points,
    Rule,
    Tone,
)
from queue_core.components.explorers.exploring.exploration import (
    STATISTIC_ROWS,
    Exploration,
    Sample,
    no_values,
    require_rows,
)
from queue_core.components.explorers.statistics.numbers import to_numbers
from queue_core.components.histograms import bin_edges
from queue_core.components.json_data import JsonObject

_STRIP_COLUMNS = 24
_STRIP_POINTS = 400
_NORMAL = 1.4826


@dataclass(frozen=True)
class _Found:
    """What a method says of the rows.

    Attributes:
        scores: For each row how far it is out, larger is farther.
        is_outlier: For each row whether it is one.
        by_column: For each column and row whether it is far; None if columns are not judged.
        rule: The rule in one sentence.
    """

    scores: np.ndarray
    is_outlier: np.ndarray
    by_column: np.ndarray | None
    rule: str


def outliers(exploration: Exploration) -> list[Draft]:
    """Return the outlying rows, a figure that shows them, and how many there are."""
    require_rows(exploration, 5)
    exploration.report(0.0, "reading rows")
    sample = exploration.sample(exploration.names, STATISTIC_ROWS)
    infos = [info for info in exploration.columns if sample.frame[info.name].notna().any()]
    if not infos:
        raise no_values(exploration.names)
    values = {info.name: to_numbers(sample.frame[info.name]) for info in infos}
    method = exploration.params["method"]
    exploration.report(0.2, "looking for outliers")
    found = _METHODS[method](exploration, values)
    exploration.report(0.8, "drawing")
    count = int(found.is_outlier.sum())
    notes = [*exploration.notes, sample.note, found.rule]
    report: JsonObject = {
        "rows looked at": len(sample.frame),
        "rows with outliers": count,
        "rows with outliers (%)": round(100 * count / len(sample.frame), 3),
        "rule": found.rule,
        "notes": [note for note in notes if note],
    }
    if found.by_column is not None:
        report["outliers by column"] = {
            name: int(flags.sum()) for name, flags in zip(values, found.by_column, strict=True)
        }
    draw = _forest_figure if found.by_column is None else _strip_figure
    return [
        figure_draft("outliers", draw(exploration, values, found, notes)),
        table_draft("rows", "Outlying rows, farthest first", _rows(exploration, sample, found)),
        report_draft("summary", "Summary", report),
    ]


def _by_quartiles(exploration: Exploration, values: dict[str, np.ndarray]) -> _Found:
    factor = exploration.params["quartile_distance"]
    flags, distances = [], []
    for column in values.values():
        first, third = np.nanpercentile(column, [25, 75])
        spread = third - first
        beyond = np.maximum(np.maximum(first - column, column - third), 0.0)
        # Where half of the values are equal every other one would be far.
        distances.append(beyond / spread if spread > 0 else np.zeros(len(column)))
        flags.append(np.nan_to_num(distances[-1]) > factor)
    rule = f"Outlier: more than {factor:g} × IQR below the first or above the third quartile."
    return _by_column(distances, flags, rule)


def _by_median(exploration: Exploration, values: dict[str, np.ndarray]) -> _Found:
    limit = exploration.params["z_score"]
    flags, distances = [], []
    for column in values.values():
        deviations = np.abs(column - np.nanmedian(column))
        spread = _NORMAL * np.nanmedian(deviations)
        distances.append(deviations / spread if spread > 0 else np.zeros(len(column)))
        flags.append(np.nan_to_num(distances[-1]) > limit)
    rule = f"Outlier: more than {limit:g} robust standard deviations (MAD) from the median."
    return _by_column(distances, flags, rule)


def _by_column(distances: list[np.ndarray], flags: list[np.ndarray], rule: str) -> _Found:
    scores = np.nan_to_num(np.vstack(distances)).max(axis=0)
    by_column = np.vstack(flags)
    return _Found(scores, np.asarray(by_column.any(axis=0)), by_column, rule)


def _by_forest(exploration: Exploration, values: dict[str, np.ndarray]) -> _Found:
    matrix = _filled(values)
    forest = IsolationForest(n_estimators=200, random_state=exploration.seed, n_jobs=1)
    forest.fit(matrix)
    scores = np.empty(len(matrix))
    for start in range(0, len(matrix), 10_000):
        exploration.report(0.4 + 0.4 * start / len(matrix), "scoring rows")
        part = slice(start, start + 10_000)
        scores[part] = -forest.score_samples(matrix[part])
    share = exploration.params["share"]
    limit = np.percentile(scores, 100 - share)
    rule = (
        f"Outlier: among the {share:g} % of rows that a forest of 200 trees isolates soonest, "
        f"seed {exploration.seed}; missing values count as the median."
    )
    return _Found(scores, scores > limit, None, rule)


def _filled(values: dict[str, np.ndarray]) -> np.ndarray:
    """Return the columns side by side, missing ones filled, from -1 to 1 around the median.

    Neither the forest nor the plane minds another unit, but both mind numbers near the ends of
    what a float can hold.
    """
    columns = []
    for column in values.values():
        centered = np.nan_to_num(column - np.nanmedian(column))
        largest = np.abs(centered).max()
        columns.append(centered / largest if largest > 0 else centered)
    return np.column_stack(columns)


_METHODS = {"iqr": _by_quartiles, "robust_z": _by_median, "isolation_forest": _by_forest}


def _rows(exploration: Exploration, sample: Sample, found: _Found) -> pd.DataFrame:
    places = np.flatnonzero(found.is_outlier)
    order = places[np.argsort(-found.scores[places], kind="stable")]
    chosen = order[: exploration.params["listed"]]
    frame = sample.frame.iloc[chosen]
    extra = {"row": frame.index.to_numpy() + 1, "distance": found.scores[chosen]}
    if found.by_column is not None:
        names = np.asarray(list(exploration.names), dtype=object)
        known = [name in frame for name in names]
        flags = found.by_column[:, chosen]
        extra["outlying columns"] = [
            ", ".join(name for name, flag in zip(names[known], column, strict=False) if flag)
            for column in flags.T
        ]
    table = frame.reset_index(drop=True)
    for place, (name, column) in enumerate(extra.items()):
        table.insert(place, name if name not in table else f"{name} (of the search)", column)
    return table


def _strip_figure(
    exploration: Exploration, values: dict[str, np.ndarray], found: _Found, notes: list[str]
) -> Figure:
    """Return each column as a strip of points, in robust deviations from its median."""
    assert found.by_column is not None
    counts = found.by_column.sum(axis=1)
    order = sorted(range(len(values)), key=lambda place: -counts[place])[:_STRIP_COLUMNS]
    names = list(values)
    random = np.random.default_rng(exploration.seed)
    marks: list[Mark] = [Rule(value=0.0, color=Tone.GRID)]
    if len(values) > len(order):
        notes.append(f"Drawn: the {len(order)} of {len(values)} columns with the most outliers.")
    for line, place in enumerate(order):
        scaled = _scaled(values[names[place]])
        flags = found.by_column[place]
        for is_far, color, size in ((False, 0, 2.6), (True, 1, 3.6)):
            shown = np.flatnonzero((flags == is_far) & ~np.isnan(scaled))
            if len(shown) > _STRIP_POINTS:
                shown = np.sort(random.choice(shown, _STRIP_POINTS, replace=False))
            jitter = line + random.uniform(-0.26, 0.26, len(shown))
            label = "outlier" if is_far else "within"
            marks.append(
                Points(x=scaled[shown], y=jitter, color=color, size=size, label=label, opacity=0.55)
            )
    labels = [f"{names[place]} · {counts[place]:,}" for place in order]
    return Figure(
        title=f"{int(found.is_outlier.sum()):,} rows with outliers",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(
                    label="distance from the median",
                    unit="in robust standard deviations",
                    scale=_distance_scale(marks),
                ),
                y=Axis(scale=AxisScale.CATEGORY, categories=labels, is_inverted=True),
                marks=marks,
            )
        ],
        notes=[*notes, f"At most {_STRIP_POINTS} points of each kind are drawn for a column."],
        width_in=8.5,
        height_in=1.8 + 0.42 * max(len(order), 3),
    )


def _distance_scale(marks: list[Mark]) -> AxisScale:
    distances = (abs(x) for mark in marks if isinstance(mark, Points) for x in mark.x)
    return AxisScale.SYMLOG if max(distances, default=0) > 50 else AxisScale.LINEAR


def _scaled(column: np.ndarray) -> np.ndarray:
    deviations = column - np.nanmedian(column)
    spread = _NORMAL * np.nanmedian(np.abs(deviations)) or float(np.nanstd(column)) or 1.0
    return deviations / spread


def _forest_figure(
    exploration: Exploration, values: dict[str, np.ndarray], found: _Found, notes: list[str]
) -> Figure:
    """Return the scores, and the rows in the plane of the two main components."""
    edges = bin_edges(found.scores, 40)
    limit = float(found.scores[found.is_outlier].min()) if found.is_outlier.any() else edges[-1]
    panels = [
        Panel(
            title="Scores",
            x=Axis(label="Isolation score"),
            y=Axis(label="Rows"),
            marks=[
                Histogram(edges=edges, counts=np.histogram(found.scores, edges)[0]),
                Rule(value=limit, label="Limit"),
            ],
        )
    ]
    if len(values) > 1:
        panels.append(_plane(exploration, values, found))
    return Figure(
        title=f"{int(found.is_outlier.sum()):,} outlying rows",
        subtitle=exploration.subtitle,
        panels=panels,
        columns=len(panels),
        notes=notes,
        width_in=9.5 if len(panels) > 1 else 6.5,
        height_in=4.6,
    )


def _plane(exploration: Exploration, values: dict[str, np.ndarray], found: _Found) -> Panel:
    matrix = StandardScaler().fit_transform(_filled(values))
    plane = PCA(2, random_state=exploration.seed).fit_transform(matrix)
    random = np.random.default_rng(exploration.seed)
    marks: list[Mark] = []
    for is_far, color, label in ((False, 0, "within"), (True, 1, "outlier")):
        shown = np.flatnonzero(found.is_outlier == is_far)
        if len(shown) > 4_000:
            shown = np.sort(random.choice(shown, 4_000, replace=False))
        marks.append(
            Points(x=plane[shown, 0], y=plane[shown, 1], color=color, label=label, size=3.6)
        )
    return Panel(
        title="Rows",
        x=Axis(label="Principal component 1"),
        y=Axis(label="Principal component 2"),
        marks=marks,
    )
