"""The artifacts of a run: measures, figures, a report, and the model itself."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from queue_core.artifacts.figure import Figure
from queue_core.artifacts.writer import ArtifactWriter
from queue_core.components.json_data import JsonObject
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.clusters import cluster_profile
from queue_core.components.models.training.evaluation.trained import Trained, mean_and_spread
from queue_core.components.models.training.fitting.training_progress import Progress, TrialRecord
from queue_core.components.models.training.results import (
    classification_figures,
    cluster_figures,
    general_figures,
    regression_figures,
)
from queue_core.components.models.training.results.error_tables import error_tables
from queue_core.components.models.training.stored.model_file import (
    MODEL_NAME,
    SCHEMA_NAME,
    store_pipeline,
)

Drawn = tuple[str, str, Figure]


def store_results(
    trained: Trained,
    schema: JsonObject,
    trials: list[TrialRecord],
    writer: ArtifactWriter,
    scratch: Path,
    progress: Progress,
) -> None:
    """Write everything that came out of a run.

    Args:
        trained: What came out.
        schema: What is stored beside the model.
        trials: The tries of the search; empty without one.
        writer: Takes the artifacts.
        scratch: A folder for half-written files.
        progress: The stretch of the progress that this fills.

    Raises:
        JobError: The model cannot be stored without pickle.
    """
    progress.report(0.0, "Storing the model")
    path = scratch / "model.skops"
    store_pipeline(trained.pipeline, path)
    writer.add_table("metrics", "Metrics", metrics_table(trained))
    drawings = figures(trained, trials)
    for number, (name, title, figure) in enumerate(drawings):
        progress.report(0.3 + 0.7 * number / len(drawings), f"Drawing “{title}”")
        writer.add_figure(name, title, figure)
    for name, title, table in _tables(trained, trials):
        writer.add_table(name, title, table)
    writer.add_report("report", "Report", report_of(trained, schema))
    writer.add_report(SCHEMA_NAME, "What the model takes and gives", schema)
    writer.add_model(MODEL_NAME, f"Model: {trained.component.title}", path)


def metrics_table(trained: Trained) -> pd.DataFrame:
    """Return the metrics by split: mean over the folds, spread, and each fold."""
    rows = []
    for split in trained.folds[0].values:
        for metric in trained.metrics:
            values = [fold.values[split].get(metric.id) for fold in trained.folds]
            mean, spread = mean_and_spread(values)
            row: JsonObject = {"metric": metric.title, "rows": split, "value": mean}
            if len(values) > 1:
                row["spread"] = spread
                row |= {f"fold {n + 1}": value for n, value in enumerate(values)}
            rows.append(row)
    table = pd.DataFrame(rows)
    numbers = [name for name in table.columns if name not in ("metric", "rows")]
    return table.astype(dict.fromkeys(numbers, "float64"))


def headline(trained: Trained) -> dict[str, float | None]:
    """Return the mean of each metric on the rows that count: test rows, or all of clusters."""
    split = "test" if "test" in trained.folds[0].values else "train"
    return {
        metric.id: mean_and_spread([f.values[split].get(metric.id) for f in trained.folds])[0]
        for metric in trained.metrics
    }


def figures(trained: Trained, trials: list[TrialRecord]) -> list[Drawn]:
    """Return the figures of a run with their names and titles, the most telling first."""
    task = trained.problem.spec.task
    if task is Task.CLUSTERING:
        drawn = cluster_figures.figures(trained)
    elif task.is_classification:
        drawn = classification_figures.figures(trained)
    else:
        drawn = regression_figures.figures(trained)
    return [*drawn, *general_figures.figures(trained, trials)]


def _tables(trained: Trained, trials: list[TrialRecord]) -> list[tuple[str, str, pd.DataFrame]]:
    found: list[tuple[str, str, pd.DataFrame]] = []
    if trained.importance is not None:
        table = pd.DataFrame(
            {
                "column": trained.importance.names,
                trained.importance.label: trained.importance.values,
            }
        )
        found.append(("importance-values", "Feature importance, numbers", table))
    if trained.problem.spec.task not in (Task.CLUSTERING, Task.FORECASTING):
        found += error_tables(trained)
    if trials:
        found.append(("trials", "Tries of the search", _trials_table(trials)))
    if trained.problem.spec.task is Task.CLUSTERING:
        fold = trained.folds[0]
        profile = cluster_profile(trained.problem, fold.rows, fold.test.predicted)
        found.append(("clusters", "Clusters", profile))
    return found


def _trials_table(trials: list[TrialRecord]) -> pd.DataFrame:
    rows = [
        {
            "try": trial.number,
            "fold": trial.fold,
            "state": trial.state,
            "score": trial.value,
            **{name: _cell(value) for name, value in trial.params.items()},
            "reason": trial.reason,
        }
        for trial in trials
    ]
    table = pd.DataFrame(rows)
    return table.dropna(axis=1, how="all").astype({"score": "float64"}, errors="ignore")


def _cell(value: object) -> object:
    """Return a parameter as a table holds it: numbers stay, all else is text."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if plain else str(value)


def report_of(trained: Trained, schema: JsonObject) -> JsonObject:
    """Return a summary as JSON data."""
    problem = trained.problem
    return {
        "task": problem.spec.task.value,
        "model": schema["model"],
        "output": schema["target"],
        "columns": schema["columns"],
        "split": {
            "method": problem.spec.split.method.value,
            "folds": len(trained.folds),
            "train_rows": trained.folds[0].train_rows,
            "test_rows": len(trained.folds[0].rows),
        },
        "rows": {
            "dataset": problem.row_count,
            "used": len(problem.frame),
            "trained_for_use": trained.final_rows,
        },
        "metrics": headline(trained),
        "found_by_search": trained.found,
        "importance": None
        if trained.importance is None
        else {
            "measure": trained.importance.label,
            "method": trained.importance.method,
            "columns": dict(
                zip(trained.importance.names[:50], trained.importance.values[:50], strict=True)
            ),
        },
        "fit_seconds": round(trained.fit_seconds, 3),
        "seed": problem.spec.seed,
    }
