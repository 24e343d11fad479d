"""Trained models as they are stored: a skops file, and what the model takes and gives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from queue_core.components.column_types import ColumnType
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.evaluation import class_probabilities
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting.fitted import COLUMNS_STEP, MODEL_STEP
from queue_core.components.models.training.fitting.forecasting import Series
from queue_core.components.models.training.preparation.frame import InputColumn
from queue_core.components.models.training.preparation.matrix import Matrix
from queue_core.components.models.training.preparation.preprocessing import Treatment
from queue_core.components.trusted_types import load_fitted, save_fitted
from queue_core.errors import DataError

MODEL_NAME = "model"
SCHEMA_NAME = "schema"
MODEL_FILE = f"{MODEL_NAME}.skops"
SCHEMA_FILE = f"{SCHEMA_NAME}.report.json"
SCHEMA_VERSION = 1
MOST_CATEGORIES = 20_000
KEPT_TIMES = 500


@dataclass(frozen=True)
class TrainedModel:
    """A stored model with what it takes and gives.

    Attributes:
        pipeline: The fitted pipeline: `columns` prepares, `model` predicts.
        schema: What was stored beside it, as JSON data.
    """

    pipeline: Pipeline
    schema: JsonMapping

    @cached_property
    def task(self) -> Task:
        """What it was trained for."""
        return Task(self.schema["task"])

    @cached_property
    def columns(self) -> tuple[InputColumn, ...]:
        """The input columns that it takes, those without use included."""
        return tuple(
            InputColumn(item["name"], ColumnType(item["type"])) for item in self.schema["columns"]
        )

    @cached_property
    def used_columns(self) -> tuple[InputColumn, ...]:
        """The input columns that it looks at."""
        used = {item["name"] for item in self.schema["columns"] if item["use"] != "left out"}
        return tuple(column for column in self.columns if column.name in used)

    @cached_property
    def classes(self) -> tuple[Any, ...]:
        """The classes in the order of their codes; empty for numbers and clusters."""
        return tuple((self.schema["target"] or {}).get("classes") or ())

    @property
    def target_name(self) -> str:
        """Name of the output column; empty for clusters."""
        return str((self.schema["target"] or {}).get("name") or "")

    @property
    def title(self) -> str:
        """What the model is called."""
        return str(self.schema["model"]["title"])

    @property
    def transformer(self) -> ColumnTransformer:
        """What prepares the columns."""
        return self.pipeline.named_steps[COLUMNS_STEP]

    @property
    def estimator(self) -> BaseEstimator:
        """What predicts from prepared columns."""
        return self.pipeline.named_steps[MODEL_STEP]

    def seen_categories(self, name: str) -> frozenset[str] | None:
        """Return the categories of a column at training; None where any text is welcome."""
        for item in self.schema["columns"]:
            if item["name"] == name and item.get("categories") is not None:
                return frozenset(item["categories"])
        return None

    def probabilities(self, matrix: Matrix) -> np.ndarray | None:
        """Return rows x classes of prepared rows; None where the model gives none."""
        return class_probabilities(self.estimator, matrix, len(self.classes))


def store_pipeline(pipeline: Pipeline, path: Path) -> None:
    """Write a fitted pipeline as a skops file, whole or not at all.

    Raises:
        JobError: It cannot be stored without pickle.
    """
    save_fitted(pipeline, path)


def open_model(folder: Path) -> TrainedModel:
    """Open the model that a run stored.

    Args:
        folder: The artifacts of the run.

    Raises:
        DataError: It is gone, damaged, of a newer program, or holds types that are not trusted.
    """
    path = folder / SCHEMA_FILE
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"The description of the model in {folder} cannot be read.",
            hint="Train the model again.",
        ) from error
    if schema["version"] > SCHEMA_VERSION:
        raise DataError(
            f"The model in {folder} was stored by a newer version of the program.",
            hint="Update the program.",
        )
    return TrainedModel(load_fitted(folder / MODEL_FILE), schema)


def schema_of(trained: Trained, **made_from: Any) -> JsonObject:
    """Return what to store beside a model: what it takes, what it gives, what made it.

    Args:
        trained: What came out of a run.
        **made_from: Facts such as `run_id` and `dataset`, as JSON data.
    """
    problem = trained.problem
    return {
        "version": SCHEMA_VERSION,
        "task": problem.spec.task.value,
        "model": {
            "id": trained.component.id,
            "title": trained.component.title,
            "params": trained.params,
        },
        "columns": _columns(trained),
        "target": _target(trained),
        "intervals": trained.errors,
        "forecast": _forecast(problem.extra.get("series"), problem.spec.forecast.time_column),
        "seed": problem.spec.seed,
        "trained_rows": trained.final_rows,
        **made_from,
    }


def _columns(trained: Trained) -> list[JsonObject]:
    """Describe the columns that a user has to give."""
    plan = trained.final.plan
    own = {*trained.problem.extra.get("own_names", ())}
    described = []
    for column in trained.problem.columns:
        if column.name in own:
            continue
        treatment = plan.treatments.get(column.name)
        item: JsonObject = {
            "name": column.name,
            "type": column.type.value,
            "use": treatment.value if treatment else "left out",
        }
        if column.name in plan.left_out:
            item["reason"] = plan.left_out[column.name]
        values = trained.problem.frame[column.name]
        if treatment in (Treatment.CATEGORIES, Treatment.MANY_CATEGORIES):
            found = sorted(values.unique().tolist())
            item["categories"] = found if len(found) <= MOST_CATEGORIES else None
        elif values.dtype.kind == "f" and values.notna().any():
            item["minimum"], item["maximum"] = float(values.min()), float(values.max())
        described.append(item)
    return described


def _target(trained: Trained) -> JsonObject | None:
    problem = trained.problem
    if problem.spec.target is None or problem.target_type is None:
        return None
    return {
        "name": problem.spec.target,
        "type": problem.target_type.value,
        "classes": list(problem.classes) if problem.spec.task.is_classification else None,
    }


def _forecast(series: Series | None, time_column: str | None) -> JsonObject | None:
    if series is None:
        return None
    times = None
    if series.times is not None:
        times = [str(time) for time in series.times[-KEPT_TIMES:]]
    return {
        "time_column": time_column,
        "times": times,
        "form": series.form,
        "cycles": list(series.cycles),
        "frequency": series.frequency,
        "lags": series.lags,
        "period": series.period,
        "horizon": series.horizon,
        "past": [float(value) for value in series.values[-series.lags :]],
    }
