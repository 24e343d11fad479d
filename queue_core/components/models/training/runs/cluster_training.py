"""Runs that find clusters: all rows train, and the same rows are measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from queue_core.components.component import Component
from queue_core.components.json_data import JsonMapping
from queue_core.components.metrics.measuring.scored import measure
from queue_core.components.models.training.evaluation import clusters
from queue_core.components.models.training.evaluation.evaluation import FoldResult, measure_all
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting.fitted import SILENT, fit_pipeline
from queue_core.components.models.training.runs.run_in_progress import (
    RunInProgress,
    as_trained,
    fit,
    search_metric,
    search_share,
    searched,
    tell,
)
from queue_core.components.models.training.runs.search import Score
from queue_core.errors import ParameterError


def train_clusters(run: RunInProgress) -> Trained:
    """Find clusters and measure them."""
    rows = np.arange(len(run.problem.frame))
    score = _cluster_score(run, search_metric(run), rows)
    params, found = searched(run, rows, None, run.hooks.progress, score)
    rest = run.hooks.progress.part(search_share(run), 1.0)
    final = fit(run, params, rows, None, rest.part(0.0, 0.8))
    rest.report(0.8, "Measuring the clusters")
    scored = clusters.score_clusters(final, run.problem, rows)
    values = {"train": measure_all(run.metrics, scored)}
    tell(run, values, None)
    if not (scored.predicted >= 0).any():
        run.warn("No clusters were found: every row is noise.")
    result = FoldResult(
        fitted=final, test=scored, rows=rows, values=values, train_rows=len(rows), params=params
    )
    trained = as_trained(run, params, found, final, len(rows), [result], None, ())
    assigning = clusters.assigning_pipeline(final, run.component, run.problem.spec.seed)
    return replace(trained, pipeline=assigning, errors=None)


def _cluster_score(run: RunInProgress, metric: Component, rows: np.ndarray) -> Score:

    def score(params: JsonMapping, on_fold: Callable[[int, float], None]) -> float:
        fitted = fit_pipeline(run.problem, run.component, params, rows, SILENT)
        value = measure(metric, clusters.score_clusters(fitted, run.problem, rows))
        if value is None:
            raise ParameterError(
                f"{metric.title} is not defined for these clusters.",
                hint="Search ranges that give at least two clusters.",
            )
        on_fold(0, value)
        return value

    return score
