"""Class overlap: rows in two dimensions by PCA, t-SNE or UMAP, and how classes mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Figure, Heatmap, Mark, Panel, Points
from queue_core.components.explorers.exploring.exploration import (
    Exploration,
    require_rows,
)
from queue_core.components.explorers.statistics.groups import Groups, group_rows
from queue_core.components.explorers.statistics.numbers import to_numbers
from queue_core.errors import DataError, MissingPackageError

_NEIGHBOURS = 10
_MOST_CLASSES = 10
# A category becomes one column for each of its values, up to so many.
_MOST_VALUES = 20
_TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}


@dataclass(frozen=True)
class _Features:
    """Rows as standardised numbers.

    Attributes:
        matrix: One line per row, one column per feature.
        notes: What was filled in or left out.
    """

    matrix: np.ndarray
    notes: tuple[str, ...]


def class_overlap(exploration: Exploration) -> list[Draft]:
    """Return the rows in two dimensions, and how often neighbours are of another class."""
    require_rows(exploration, 5)
    target = exploration.parameter_column("class_column")
    infos = [info for info in exploration.columns if target is None or info.name != target.name]
    exploration.report(0.0, "reading rows")
    names = [*(info.name for info in infos), *([target.name] if target else [])]
    sample = exploration.sample(names, exploration.params["rows"])
    groups = group_rows(
        sample.frame[target.name] if target else None, len(sample.frame), _MOST_CLASSES
    )
    features = _features(exploration, sample.frame.drop(columns=[target.name] if target else []))
    method = exploration.params["method"]
    exploration.report(0.2, f"projecting by {_TITLES[method]}")
    plane, axes = _PROJECTIONS[method](exploration, features.matrix)
    notes = [*exploration.notes, sample.note, groups.note, *features.notes]
    panels = [_plane_panel(plane, axes, groups)]
    drafts: list[Draft] = []
    subtitle = exploration.subtitle
    if target and len(groups.names) > 1:
        exploration.report(0.8, "comparing neighbours")
        mixing = _mixing(features.matrix, groups)
        share = _own_share(mixing, groups)
        subtitle += f" · {100 * share:.0f} % of neighbours are of the same class"
        panels.append(_mixing_panel(mixing, groups))
        drafts = _mixing_drafts(mixing, groups, share, notes)
    figure = Figure(
        title=f"{_TITLES[method]} by {target.name}" if target else _TITLES[method],
        subtitle=subtitle,
        panels=panels,
        columns=len(panels),
        legend_title=target.name if target else "",
        notes=notes,
        width_in=11.0 if len(panels) > 1 else 7.5,
        height_in=5.4,
    )
    return [figure_draft("projection", figure), *drafts]


def _features(exploration: Exploration, frame: pd.DataFrame) -> _Features:
    parts, filled, left_out = [], 0, []
    for name in frame.columns:
        info = exploration.dataset.column(str(name))
        if info.type.is_number or info.type.is_temporal or info.type.value == "boolean":
            values = to_numbers(frame[name])
            if np.isnan(values).all() or np.nanstd(values) == 0:
                left_out.append(str(name))
                continue
            filled += int(np.isnan(values).sum())
            values = np.where(np.isnan(values), np.nanmedian(values), values)
            parts.append(((values - values.mean()) / values.std())[:, None])
        elif 2 <= frame[name].nunique() <= _MOST_VALUES:
            coded = pd.get_dummies(frame[name], dtype=float).to_numpy()
            # A category weighs as much as one number, however many values it has.
            parts.append((coded - coded.mean(axis=0)) / np.sqrt(coded.var(axis=0).sum()))
        else:
            left_out.append(str(name))
    if not parts or sum(part.shape[1] for part in parts) < 2:
        raise DataError(
            "Too few of the chosen columns vary to draw them in two dimensions.",
            hint=f"Choose at least two columns of numbers, or categories of 2 to {_MOST_VALUES} "
            "values.",
        )
    notes = ["Columns are standardised."]
    if filled:
        notes.append(f"{filled:,} missing numbers count as the median of their column.")
    if left_out:
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        notes.append(f"Left out (constant, or too many values): {', '.join(left_out[:5])}{more}.")
    return _Features(np.hstack(parts), tuple(notes))


def _by_pca(exploration: Exploration, matrix: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    pca = PCA(2, random_state=exploration.seed)
    plane = pca.fit_transform(matrix)
    first, second = (
        f"Component {place + 1} ({100 * share:.0f} % of the variance)"
        for place, share in enumerate(pca.explained_variance_ratio_)
    )
    return plane, (first, second)


def _by_tsne(exploration: Exploration, matrix: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    perplexity = min(exploration.params["perplexity"], (len(matrix) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, init="pca", random_state=exploration.seed, n_jobs=1)
    # A thousand short steps: on busy cores threads would mostly wait for each other.
    with threadpool_limits(limits=1, user_api="openmp"):
        return tsne.fit_transform(matrix), ("t-SNE 1", "t-SNE 2")


def _by_umap(exploration: Exploration, matrix: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    try:
        from umap import UMAP
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            "umap-learn", extra="umap", feature="A projection by UMAP"
        ) from error
    neighbours = min(15, len(matrix) - 1)
    umap = UMAP(n_neighbors=neighbours, random_state=exploration.seed, n_jobs=1)
    return umap.fit_transform(matrix), ("UMAP 1", "UMAP 2")


_PROJECTIONS = {"pca": _by_pca, "tsne": _by_tsne, "umap": _by_umap}


def _plane_panel(plane: np.ndarray, axes: tuple[str, str], groups: Groups) -> Panel:
    size = 4.6 if len(plane) <= 1_000 else 3.2
    marks: list[Mark] = [
        Points(
            x=plane[groups.mask(place), 0],
            y=plane[groups.mask(place), 1],
            label=name,
            color=groups.color(place),
            size=size,
            opacity=0.7,
        )
        for place, name in enumerate(groups.names)
    ]
    return Panel(x=Axis(label=axes[0]), y=Axis(label=axes[1]), marks=marks)


def _mixing(matrix: np.ndarray, groups: Groups) -> np.ndarray:
    """Return for each class (line) the shares of the classes among its rows' neighbours."""
    count = min(_NEIGHBOURS, len(matrix) - 1)
    search = NearestNeighbors(n_neighbors=count, n_jobs=1).fit(matrix)
    neighbours = search.kneighbors(return_distance=False)
    size = len(groups.names)
    counts = np.zeros((size, size))
    np.add.at(counts, (np.repeat(groups.codes, count), groups.codes[neighbours].ravel()), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _own_share(mixing: np.ndarray, groups: Groups) -> float:
    weights = np.bincount(groups.codes, minlength=len(groups.names))
    return float((np.diag(mixing) * weights).sum() / weights.sum())


def _mixing_panel(mixing: np.ndarray, groups: Groups) -> Panel:
    edges = [place - 0.5 for place in range(len(groups.names) + 1)]
    return Panel(
        title=f"Classes of the {_NEIGHBOURS} nearest rows",
        x=Axis(label="Class of the neighbour", scale=AxisScale.CATEGORY, categories=groups.names),
        y=Axis(
            label="Class of the row",
            scale=AxisScale.CATEGORY,
            categories=groups.names,
            is_inverted=True,
        ),
        marks=[
            Heatmap(
                x_edges=edges,
                y_edges=edges,
                values=100 * mixing,
                label="Neighbours (%)",
                minimum=0.0,
                maximum=100.0,
                text_format=".0f",
            )
        ],
        is_square=True,
    )


def _mixing_drafts(
    mixing: np.ndarray, groups: Groups, share: float, notes: list[str]
) -> list[Draft]:
    counts = np.bincount(groups.codes, minlength=len(groups.names))
    table = pd.DataFrame(100 * mixing, columns=[f"{name} (%)" for name in groups.names])
    table.insert(0, "class", list(groups.names))
    table.insert(1, "rows", counts)
    report = {
        "neighbours of the same class (%)": round(100 * share, 2),
        "neighbours looked at": _NEIGHBOURS,
        "classes": {
            name: round(100 * float(own), 2)
            for name, own in zip(groups.names, np.diag(mixing), strict=True)
        },
        "notes": [note for note in notes if note],
    }
    return [
        table_draft("neighbours", "Classes of the nearest rows", table),
        report_draft("summary", "Summary", report),
    ]
