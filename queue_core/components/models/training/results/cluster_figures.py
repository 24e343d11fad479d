"""Figures of clusters: sizes, silhouettes, and a view of the rows from above."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics import silhouette_samples

from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Box,
    Figure,
    Panel,
    Points,
    Rule,
    Tone,
)
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.preparation.matrix import Matrix

SHOWN_ROWS = 2_000
MOST_CLUSTERS = 20

Drawn = tuple[str, str, Figure]


def figures(trained: Trained) -> list[Drawn]:
    """Return the figures of clusters."""
    scored = trained.folds[0].test
    labels = scored.predicted
    rows = np.arange(len(labels))
    notes = []
    if len(rows) > SHOWN_ROWS:
        generator = np.random.default_rng(scored.seed)
        rows = np.sort(generator.choice(rows, SHOWN_ROWS, replace=False))
        notes.append(f"A random sample of {SHOWN_ROWS:,} of {len(labels):,} rows is shown.")
    matrix = scored.matrix[rows]
    drawn = [("sizes", "Clusters", _sizes(labels))]
    if matrix.shape[1] >= 2:
        drawn.append(("projection", "Projection", _projection(matrix, labels[rows], notes)))
    inside = labels[rows] >= 0
    clusters = np.unique(labels[rows][inside])
    if 2 <= len(clusters) < int(inside.sum()):
        figure = _silhouettes(matrix[inside], labels[rows][inside], notes)
        drawn.append(("silhouette", "Silhouettes", figure))
    return drawn


def _name(code: int) -> str:
    return "noise" if code < 0 else str(code)


def _sizes(labels: np.ndarray) -> Figure:
    codes, counts = np.unique(labels, return_counts=True)
    notes = []
    if len(codes) > MOST_CLUSTERS:
        shown = np.sort(np.argsort(-counts, kind="stable")[:MOST_CLUSTERS])
        notes.append(f"The {MOST_CLUSTERS} largest of {len(codes)} clusters are shown.")
        codes, counts = codes[shown], counts[shown]
    names = [_name(code) for code in codes]
    return Figure(
        title="Cluster sizes",
        panels=[
            Panel(
                marks=[
                    Bars(
                        positions=np.arange(len(codes)),
                        values=counts,
                        texts=[f"{count:,}" for count in counts],
                        colors=[Tone.MUTED if c < 0 else place for place, c in enumerate(codes)],
                    )
                ],
                x=Axis(label="Cluster", scale=AxisScale.CATEGORY, categories=names, has_grid=False),
                y=Axis(label="Rows", minimum=0.0),
            )
        ],
        notes=notes,
    )


def _projection(matrix: Matrix, labels: np.ndarray, notes: list[str]) -> Figure:
    sparse = hasattr(matrix, "toarray")
    reducer = TruncatedSVD(2, random_state=0) if sparse else PCA(2, random_state=0)
    flat = reducer.fit_transform(matrix)
    marks = []
    for place, code in enumerate(np.unique(labels)[: MOST_CLUSTERS + 1]):
        chosen = flat[labels == code]
        marks.append(
            Points(
                x=chosen[:, 0],
                y=chosen[:, 1],
                label=_name(int(code)),
                color=Tone.MUTED if code < 0 else place,
                opacity=0.6,
            )
        )
    method = "SVD" if sparse else "PCA"
    shares = getattr(reducer, "explained_variance_ratio_", np.zeros(2))
    return Figure(
        title=f"{method} projection by cluster",
        subtitle=f"Two components with {shares.sum():.0%} of the variance of all columns",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label=f"Component 1 ({shares[0]:.0%})"),
                y=Axis(label=f"Component 2 ({shares[1]:.0%})"),
            )
        ],
        legend_title="Cluster",
        notes=notes,
    )


def _silhouettes(matrix: Matrix, labels: np.ndarray, notes: list[str]) -> Figure:
    values = silhouette_samples(matrix, labels)
    codes = np.unique(labels)[:MOST_CLUSTERS]
    boxes = []
    for place, code in enumerate(codes):
        own = values[labels == code]
        low, first, median, third, high = np.quantile(own, [0.0, 0.25, 0.5, 0.75, 1.0])
        boxes.append(
            Box(
                position=float(place),
                low=float(low),
                first_quartile=float(first),
                median=float(median),
                third_quartile=float(third),
                high=float(high),
                color=place,
            )
        )
    mean = Rule(
        value=float(values.mean()), is_horizontal=True, label=f"Mean silhouette {values.mean():.2f}"
    )
    return Figure(
        title="Silhouette coefficients by cluster",
        subtitle="1 is far from all others, 0 is between two clusters, below 0 is in the wrong one",
        panels=[
            Panel(
                marks=[*boxes, mean],
                x=Axis(
                    label="Cluster",
                    scale=AxisScale.CATEGORY,
                    categories=[_name(int(code)) for code in codes],
                    has_grid=False,
                ),
                y=Axis(label="Silhouette coefficient"),
            )
        ],
        notes=notes,
    )
