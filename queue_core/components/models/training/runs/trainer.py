"""A run from its question to its trained model: split, search, fit, measure, and fit for use."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from queue_core.components.json_data import JsonMapping
from queue_core.components.metrics.measuring.scored import measure
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.baseline import BASELINE, baseline_answers
from queue_core.components.models.training.evaluation.evaluation import (
    FoldResult,
    answers,
    measure_all,
    only_answered,
    training_sample,
)
from queue_core.components.models.training.evaluation.importance import importance_of
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting.estimators import within_budget
from queue_core.components.models.training.fitting.failures import explained
from queue_core.components.models.training.fitting.fitted import SILENT, Fitted, fit_pipeline
from queue_core.components.models.training.fitting.training_progress import Hooks, Progress
from queue_core.components.models.training.preparation.problem import Problem
from queue_core.components.models.training.preparation.splits import Fold, make_folds
from queue_core.components.models.training.runs.cluster_training import train_clusters
from queue_core.components.models.training.runs.forecast_training import train_forecast
from queue_core.components.models.training.runs.run_in_progress import (
    RunInProgress,
    as_trained,
    fit,
    found_by_search,
    search_share,
    searched,
    tell,
    tell_means,
)
from queue_core.components.models.training.session.choices import (
    checked_params,
    metrics_for,
    model_for,
)
from queue_core.components.models.training.session.specs import RunSpec

LEARNING_SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)


def train(
    problem: Problem, spec: RunSpec, hooks: Hooks, *, journal: Path, data_hash: str
) -> Trained:
    """Train and measure a model.

    Args:
        problem: The question with its data.
        spec: The model and what is asked of it.
        hooks: Who listens.
        journal: File that remembers the tries of a search, for a later attempt.
        data_hash: Hash of the dataset, so that a journal of other data is not taken up.

    Raises:
        JobError: It cannot be done with these data or parameters; the hint says what to change.
    """
    component = model_for(spec.model, problem.spec.task)
    run = RunInProgress(
        problem=problem,
        spec=spec,
        component=component,
        params=checked_params(component, spec.params),
        metrics=metrics_for(problem.spec.task, problem.spec.metrics),
        hooks=hooks,
        journal=journal,
        data_hash=data_hash,
    )
    kinds = {Task.CLUSTERING: train_clusters, Task.FORECASTING: train_forecast}
    with within_budget(), explained(component, run.warn):
        return kinds.get(problem.spec.task, _train_folds)(run)


def _train_folds(run: RunInProgress) -> Trained:
    problem = run.problem
    folds = make_folds(
        problem.spec.split, problem.split_input(), seed=problem.spec.seed, warn=run.warn
    )
    several = len(folds) > 1
    extra = 1 if several else 0
    units = len(folds) + extra + (1 if run.spec.learning_curve else 0)
    results = []
    for number, fold in enumerate(folds):
        name = f"Fold {number + 1} of {len(folds)}: " if several else ""
        part = run.hooks.progress.parts(units, number, name)
        results.append(_one_fold(run, fold, number if several else None, part, keep=not several))
    if several:
        part = run.hooks.progress.parts(units, len(folds), "For use: ")
        everything = np.arange(len(problem.frame))
        params, found = searched(run, everything, None, part)
        final = fit(run, params, everything, None, part.part(search_share(run), 1.0))
        final_rows = len(everything)
    else:
        final, params = _kept(results[0]), results[0].params
        found = found_by_search(run, params)
        final_rows = results[0].train_rows
    curve = _learning_curve(run, params, folds[0], run.hooks.progress.parts(units, units - 1))
    tell_means(run, results)
    importance = importance_of(final, problem, run.metrics[0], folds[0].test)
    return as_trained(run, params, found, final, final_rows, results, importance, curve)


def _one_fold(
    run: RunInProgress, fold: Fold, number: int | None, part: Progress, *, keep: bool
) -> FoldResult:
    params, _ = searched(run, fold.train, number, part)
    rest = part.part(search_share(run), 1.0)
    fitted = fit(run, params, fold.train, number, rest.part(0.0, 0.95), watched=fold.test)
    rest.report(0.95, "Measuring")
    scored = answers(fitted, run.problem, fold.test)
    kept, places = only_answered(scored)
    if len(places) < len(scored.predicted):
        run.warn(
            f"{len(scored.predicted) - len(places):,} of {len(scored.predicted):,} test rows got "
            "no prediction and were not measured."
        )
    values = {"test": measure_all(run.metrics, kept)}
    if fold.validation is not None:
        held = only_answered(answers(fitted, run.problem, fold.validation))[0]
        values["validation"] = measure_all(run.metrics, held)
    sample = training_sample(fold.train, run.problem.spec.seed)
    seen = only_answered(answers(fitted, run.problem, sample))[0]
    values["train"] = measure_all(run.metrics, seen)
    guessed = baseline_answers(run.problem, fold.train, fold.test[places])
    values[BASELINE] = measure_all(run.metrics, guessed)
    tell(run, values, number)
    return FoldResult(
        fitted=fitted if keep else None,
        test=kept,
        rows=fold.test[places],
        values=values,
        train_rows=len(fold.train),
        params=params,
    )


def _learning_curve(
    run: RunInProgress, params: JsonMapping, fold: Fold, part: Progress
) -> tuple[tuple[int, float | None, float | None], ...]:
    """Return rows, train and test score for growing parts of the training rows."""
    if not run.spec.learning_curve:
        return ()
    shuffled = np.random.default_rng(run.problem.spec.seed).permutation(fold.train)
    points = []
    for place, share in enumerate(LEARNING_SHARES):
        part.report(sum(LEARNING_SHARES[:place]) / sum(LEARNING_SHARES), "Learning curve")
        rows = shuffled[: max(2, round(share * len(shuffled)))]
        classes = run.problem.target[rows] if run.problem.target is not None else rows
        if run.problem.classes and len(np.unique(classes)) < 2:
            continue
        fitted = fit_pipeline(run.problem, run.component, params, rows, SILENT)
        sample = training_sample(rows, run.problem.spec.seed)
        seen = only_answered(answers(fitted, run.problem, sample))[0]
        held = only_answered(answers(fitted, run.problem, fold.test))[0]
        metric = run.metrics[0]
        points.append((len(rows), measure(metric, seen), measure(metric, held)))
    return tuple(points)


def _kept(result: FoldResult) -> Fitted:
    if result.fitted is None:
        raise RuntimeError("The only fold keeps its model.")
    return result.fitted
