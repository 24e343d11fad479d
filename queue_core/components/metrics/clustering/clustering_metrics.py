"""Metrics of clusters: by themselves, and against known labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    normalized_mutual_info_score,
    silhouette_score,
)

from queue_core.components.metrics.measuring.scored import Scored

SAMPLED_ROWS = 5_000


def silhouette(scored: Scored) -> float:
    """Return the silhouette, of a sample of 5,000 rows where there are more.

    Raises:
        ValueError: There is one cluster only.
    """
    matrix, labels = _clustered(scored)
    size = SAMPLED_ROWS if len(labels) > SAMPLED_ROWS else None
    return float(silhouette_score(matrix, labels, sample_size=size, random_state=scored.seed))


def davies_bouldin(scored: Scored) -> float:
    """Return the Davies-Bouldin index.

    Raises:
        ValueError: There is one cluster only.
    """
    return float(davies_bouldin_score(*_dense(scored)))


def calinski_harabasz(scored: Scored) -> float:
    """Return the Calinski-Harabasz index.

    Raises:
        ValueError: There is one cluster only.
    """
    return float(calinski_harabasz_score(*_dense(scored)))


def cluster_count(scored: Scored) -> float:
    """Return the number of clusters."""
    return float(len(np.unique(scored.predicted[scored.predicted >= 0])))


def noise_share(scored: Scored) -> float:
    """Return the share of rows that belong to no cluster."""
    return float((scored.predicted < 0).mean())


def adjusted_rand(scored: Scored) -> float:
    """Return the adjusted Rand index.

    Raises:
        ValueError: No labels are known.
    """
    return float(adjusted_rand_score(_labels(scored), scored.predicted))


def mutual_information(scored: Scored) -> float:
    """Return the normalised mutual information.

    Raises:
        ValueError: No labels are known.
    """
    return float(normalized_mutual_info_score(_labels(scored), scored.predicted))


def _labels(scored: Scored) -> Any:
    if scored.truth is None:
        raise ValueError("no labels are known")
    return scored.truth


def _clustered(scored: Scored) -> tuple[Any, Any]:
    """Return the rows that belong to a cluster, with their clusters."""
    inside = scored.predicted >= 0
    return scored.matrix[inside], scored.predicted[inside]


def _dense(scored: Scored) -> tuple[Any, Any]:
    matrix, labels = _clustered(scored)
    return (matrix.toarray() if hasattr(matrix, "toarray") else matrix), labels
