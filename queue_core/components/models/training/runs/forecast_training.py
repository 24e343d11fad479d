"""Runs that forecast: each fold forecasts the rows after those that trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from queue_core.components.metrics.measuring.scored import Scored
from queue_core.components.models.training.evaluation.evaluation import (
    FoldResult,
    answers,
    measure_all,
    training_sample,
)
from queue_core.components.models.training.evaluation.importance import importance_of
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting import forecasting
from queue_core.components.models.training.fitting.training_progress import Progress
from queue_core.components.models.training.preparation.splits import Fold
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


def train_forecast(run: RunInProgress) -> Trained:
    """Train and test a forecast, and train it on all rows for use."""
    run.problem, series = forecasting.as_forecast(run.problem, run.warn)
    for name, source in run.component.options.get("from_series", {}).items():
        if run.params.get(name) is None:
            run.params[name] = getattr(series, source)
    folds = forecasting.forecast_folds(run.problem, series)
    units = len(folds) + 1
    results = []
    for number, fold in enumerate(folds):
        name = f"Fold {number + 1} of {len(folds)}: " if len(folds) > 1 else ""
        part = run.hooks.progress.parts(units, number, name)
        results.append(_forecast_fold(run, fold, number if len(folds) > 1 else None, part))
    part = run.hooks.progress.parts(units, len(folds), "For use: ")
    everything = np.arange(series.lags, len(series.values))
    params = results[-1].params
    final = fit(run, params, everything, None, part)
    tell_means(run, results)
    importance = importance_of(final, run.problem, run.metrics[0], folds[-1].test)
    found = found_by_search(run, params)
    return as_trained(run, params, found, final, len(everything), results, importance, ())


def _forecast_fold(
    run: RunInProgress, fold: Fold, number: int | None, part: Progress
) -> FoldResult:
    params, _ = searched(run, fold.train, number, part)
    rest = part.part(search_share(run), 1.0)
    fitted = fit(run, params, fold.train, number, rest.part(0.0, 0.7))
    rest.report(0.7, "Forecasting the test rows step by step")
    series: forecasting.Series = run.problem.extra["series"]
    start = int(fold.test[0])
    predicted = forecasting.go_on(fitted, run.problem, start, len(fold.test))
    past = series.values[:start]
    truth = series.values[fold.test]
    scored = Scored(truth=truth, predicted=predicted, history=past, period=series.period)
    seen = answers(fitted, run.problem, training_sample(fold.train, run.problem.spec.seed))
    values = {
        "test": measure_all(run.metrics, scored),
        "train": measure_all(run.metrics, replace(seen, history=past, period=series.period)),
    }
    tell(run, values, number)
    return FoldResult(
        fitted=None,
        test=scored,
        rows=fold.test,
        values=values,
        train_rows=len(fold.train),
        params=params,
    )
