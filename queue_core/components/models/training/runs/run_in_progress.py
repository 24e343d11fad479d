"""A run while it goes on, and the steps that every kind of run is made of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from queue_core.components.component import Component
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.metrics.measuring.scored import measure
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.evaluation import FoldResult, score_matrix
from queue_core.components.models.training.evaluation.importance import Importance
from queue_core.components.models.training.evaluation.intervals import error_profile
from queue_core.components.models.training.evaluation.trained import Trained, mean_and_spread
from queue_core.components.models.training.fitting.fitted import Fitted, Listening, fit_pipeline
from queue_core.components.models.training.fitting.listeners import Step
from queue_core.components.models.training.fitting.training_progress import Hooks, Progress
from queue_core.components.models.training.preparation.matrix import Matrix
from queue_core.components.models.training.preparation.problem import Problem
from queue_core.components.models.training.runs.search import (
    Score,
    SearchTask,
    cross_validated,
    fingerprint_of,
    run_search,
)
from queue_core.components.models.training.session.choices import leading_metric
from queue_core.components.models.training.session.specs import RunSpec

FIT_IN_TRIES = 1.5
"""How long the fit after a search takes, in folds of a try."""


@dataclass(kw_only=True)
class RunInProgress:
    """One run while it goes on."""

    problem: Problem
    spec: RunSpec
    component: Component
    params: JsonObject
    metrics: tuple[Component, ...]
    hooks: Hooks
    journal: Path
    data_hash: str
    tries: int = 0
    steps: list[tuple[str, int | None, int, float]] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    fit_seconds: float = 0.0

    def warn(self, sentence: str) -> None:
        """Pass a sentence on, once."""
        if sentence not in self.said:
            self.said.add(sentence)
            self.hooks.warn(sentence)


def searched(
    run: RunInProgress,
    rows: np.ndarray,
    fold: int | None,
    part: Progress,
    score: Score | None = None,
) -> tuple[JsonObject, JsonObject | None]:
    """Return all parameters, searched on some rows if asked for, and what was found.

    Args:
        run: The run.
        rows: The rows that the search may look at.
        fold: Whose training rows they are; None: all rows.
        part: The progress of the whole fold.
        score: What scores parameters; None: folds of the rows.
    """
    search = run.spec.search
    if search is None:
        return run.params, None
    metric = search_metric(run)
    if score is None:
        score = cross_validated(run.problem, run.component, search, metric, rows)
    task = SearchTask(
        component=run.component,
        params=run.params,
        spec=search,
        metric=metric,
        journal=run.journal,
        fold=fold,
        first_number=run.tries,
        seed=run.problem.spec.seed,
        fingerprint=fingerprint_of(run.problem, run.component, search, run.data_hash),
    )
    hooks = replace(run.hooks, progress=part.part(0.0, search_share(run)), warn=run.warn)
    found, tries = run_search(task, score, hooks)
    run.tries += tries
    return {**run.params, **found}, found


def search_metric(run: RunInProgress) -> Component:
    """Return what a search makes best."""
    chosen = run.spec.search.metric if run.spec.search else None
    return leading_metric(run.problem.spec.task, run.metrics, chosen)


def search_share(run: RunInProgress) -> float:
    """Return which share of a fold's progress its search takes."""
    search = run.spec.search
    if search is None:
        return 0.0
    inner = 1 if run.problem.spec.task is Task.CLUSTERING else search.folds
    tried = search.trials * inner
    return tried / (tried + FIT_IN_TRIES)


def fit(
    run: RunInProgress,
    params: JsonMapping,
    rows: np.ndarray,
    fold: int | None,
    part: Progress,
    watched: np.ndarray | None = None,
) -> Fitted:
    """Train on some rows, tell of its steps, and add up its time.

    Args:
        run: The run.
        params: All parameters.
        rows: The rows that train.
        fold: Which fold; None where there is one, or for all rows.
        part: The progress of this fit.
        watched: Held-out rows to measure on meanwhile.
    """
    title = run.component.title

    def on_step(step: Step) -> None:
        part.report(step.index / max(1, step.total), f"Training, step {step.index} of {step.total}")
        for name, value in step.measures.items():
            run.steps.append((name, fold, step.index, value))
            split = "test" if "held out" in name else "train"
            run.hooks.on_measure(name, split, fold, step.index, value)

    if run.component.options.get("listener"):
        part.report(0.0, f"Training {title}")
    else:
        part.report_unknown(f"Training {title}")
    listening = Listening(
        on_step=on_step,
        warn=run.warn,
        watched_rows=watched,
        measure=_live_measure(run),
    )
    began = time.perf_counter()
    fitted = fit_pipeline(run.problem, run.component, params, rows, listening)
    run.fit_seconds += time.perf_counter() - began
    for name, reason in fitted.plan.left_out.items():
        run.warn(f"The column “{name}” was not used: it {reason}.")
    return fitted


def _live_measure(run: RunInProgress) -> Any:
    metric = run.metrics[0]
    class_count = len(run.problem.classes)

    def live(model: BaseEstimator, matrix: Matrix, target: np.ndarray) -> dict[str, float]:
        value = measure(metric, score_matrix(model, matrix, target, class_count))
        return {} if value is None else {f"{metric.id} (held out)": value}

    return live


def tell(
    run: RunInProgress, values: Mapping[str, Mapping[str, float | None]], fold: int | None
) -> None:
    """Tell measured values by split and metric."""
    for split, by_metric in values.items():
        for name, value in by_metric.items():
            run.hooks.on_measure(name, split, fold, None, value)


def tell_means(run: RunInProgress, results: list[FoldResult]) -> None:
    """Tell the mean over the folds."""
    if len(results) < 2:
        return
    for split in results[0].values:
        for metric in run.metrics:
            mean, _ = mean_and_spread([r.values[split].get(metric.id) for r in results])
            run.hooks.on_measure(metric.id, split, None, None, mean)


def found_by_search(run: RunInProgress, params: JsonMapping) -> JsonObject | None:
    """Return the searched parameters among *params*; None where nothing was searched."""
    if run.spec.search is None:
        return None
    return {name: value for name, value in params.items() if value != run.params.get(name)}


def as_trained(
    run: RunInProgress,
    params: JsonObject,
    found: JsonObject | None,
    final: Fitted,
    final_rows: int,
    results: list[FoldResult],
    importance: Importance | None,
    curve: tuple[tuple[int, float | None, float | None], ...],
) -> Trained:
    """Return the outcome of a run."""
    errors = None
    if run.problem.spec.task.is_regression:
        errors = error_profile(
            np.concatenate([result.test.truth for result in results]),
            np.concatenate([result.test.predicted for result in results]),
        )
    return Trained(
        problem=run.problem,
        component=run.component,
        params=params,
        found=found,
        final=final,
        final_rows=final_rows,
        pipeline=final.pipeline,
        folds=tuple(results),
        metrics=run.metrics,
        importance=importance,
        errors=errors,
        learning_curve=curve,
        steps=tuple(run.steps),
        fit_seconds=run.fit_seconds,
    )
