"""One fit: a pipeline of preparation and model, trained on some rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from queue_core.components.component import Component
from queue_core.components.json_data import JsonMapping
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.fitting import listeners
from queue_core.components.models.training.fitting.estimators import (
    build_estimator,
    check_classes,
    check_size,
    core_budget,
)
from queue_core.components.models.training.fitting.failures import explained
from queue_core.components.models.training.preparation.matrix import Matrix
from queue_core.components.models.training.preparation.preprocessing import (
    ColumnPlan,
    Profile,
    Treatment,
    build_transformer,
    check_memory,
    make_storable,
    plan_columns,
)
from queue_core.components.models.training.preparation.problem import Problem

COLUMNS_STEP = "columns"
MODEL_STEP = "model"
WATCHED_ROWS = 300


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A trained pipeline.

    Attributes:
        pipeline: The step `columns` prepares, the step `model` predicts.
        plan: What became of each input column.
        matrix: The training rows as the model saw them.
    """

    pipeline: Pipeline
    plan: ColumnPlan
    matrix: Matrix

    @property
    def transformer(self) -> ColumnTransformer:
        """What prepares the columns."""
        return self.pipeline.named_steps[COLUMNS_STEP]

    @property
    def model(self) -> BaseEstimator:
        """What predicts from the prepared columns."""
        return self.pipeline.named_steps[MODEL_STEP]


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Who listens to one fit.

    Attributes:
        on_step: Takes each step of the model.
        warn: Takes sentences about the data and about the training.
        watched_rows: Places of held-out rows to measure on meanwhile; None: none.
        measure: Measures a model on prepared rows.
    """

    on_step: listeners.OnStep
    warn: Callable[[str], None]
    watched_rows: np.ndarray | None = None
    measure: listeners.Measure | None = None


def _ignore(*_: object) -> None:
    """Do nothing."""


SILENT = Listening(on_step=_ignore, warn=_ignore)


def fit_pipeline(
    problem: Problem,
    component: Component,
    params: JsonMapping,
    rows: np.ndarray,
    listening: Listening,
) -> Fitted:
    """Train a model on some rows; the same as `Pipeline.fit` on them.

    Args:
        problem: The question with its data.
        component: The model.
        params: All its parameters.
        rows: Places of the training rows.
        listening: Who listens.

    Raises:
        JobError: It cannot be trained on these rows; the hint says what to change.
    """
    check_size(component, len(rows))
    check_classes(component, len(problem.classes))
    frame = problem.frame.iloc[rows]
    target = _target_of(problem, rows)
    plan, transformer = _preparation(problem, component, frame)
    model = build_estimator(component, params, seed=problem.spec.seed)
    with explained(component, listening.warn):
        matrix = transformer.fit_transform(frame, target)
        if _needs_filling(component, matrix):
            plan, transformer = _preparation(problem, component, frame, profile=Profile.UNSCALED)
            matrix = transformer.fit_transform(frame, target)
        watched = _watched(problem, transformer, listening)
        with one_process(), listeners.single_openmp_thread(model):
            kind = component.options.get("listener")
            model = listeners.fit(model, kind, matrix, target, listening.on_step, watched)
    _make_repeatable(model)
    make_storable(transformer)
    pipeline = Pipeline([(COLUMNS_STEP, transformer), (MODEL_STEP, model)])
    return Fitted(pipeline=pipeline, plan=plan, matrix=matrix)


def _preparation(
    problem: Problem, component: Component, frame: pd.DataFrame, *, profile: Profile | None = None
) -> tuple[ColumnPlan, ColumnTransformer]:
    """Return what becomes of each column, and what does it; for another profile if it is given."""
    spec = problem.spec
    takes_sparse = bool(component.options.get("sparse"))
    profile = profile or Profile(component.options.get("profile", "scaled"))
    plan = _plan(problem, frame, profile)
    check_memory(plan, len(frame), spec.preprocessing, takes_sparse=takes_sparse)
    transformer = build_transformer(
        plan,
        profile,
        spec.preprocessing,
        spec.task,
        takes_sparse=takes_sparse,
        class_count=len(problem.classes),
        seed=spec.seed,
    )
    return plan, transformer


def _needs_filling(component: Component, matrix: Matrix) -> bool:
    """Return whether missing numbers must be filled in for a model that mostly takes them.

    Trees of scikit-learn take them in dense matrices only, and words make the matrix sparse. The
    training rows may lack none and the others some, so it is not asked whether there are any.
    """
    is_native = component.options.get("profile") == Profile.NATIVE.value
    is_of_scikit_learn = str(component.factory).startswith("sklearn.")
    return is_native and is_of_scikit_learn and issparse(matrix)


def _target_of(problem: Problem, rows: np.ndarray) -> np.ndarray | None:
    """Return the output of some rows; clusters are found without it, even where it is known."""
    if problem.target is None or problem.spec.task is Task.CLUSTERING:
        return None
    return np.asarray(problem.target[rows])


def _plan(problem: Problem, frame: pd.DataFrame, profile: Profile) -> ColumnPlan:
    if profile is Profile.LAGS:
        return ColumnPlan(dict.fromkeys(problem.extra["lag_names"], Treatment.NUMBER))
    return plan_columns(frame, problem.columns, problem.spec.task, problem.spec.preprocessing)


def _watched(problem: Problem, transformer: ColumnTransformer, listening: Listening) -> Any:
    if listening.watched_rows is None or listening.measure is None or problem.target is None:
        return None
    rows = listening.watched_rows[:WATCHED_ROWS]
    matrix = transformer.transform(problem.frame.iloc[rows])
    return listeners.Watched(matrix, problem.target[rows], listening.measure)


def one_process() -> Any:
    """Let scikit-learn's own parallel loops use threads: the job has one process to be stopped."""
    return joblib.parallel_config(backend="threading", n_jobs=core_budget())


def _make_repeatable(model: BaseEstimator) -> None:
    """Let a forest add up its trees in their order, so that predictions agree to the bit."""
    if hasattr(model, "estimators_") and type(model).__module__.startswith("sklearn.ensemble"):
        parameters = model.get_params(deep=False)
        if "n_jobs" in parameters:
            model.set_params(n_jobs=None)
