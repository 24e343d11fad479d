"""The model to explain: rows as its pipeline takes them go in, one number per output comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.evaluation import class_probabilities
from queue_core.components.models.training.preparation.preprocessing import output_sources
from queue_core.components.models.training.stored.model_file import TrainedModel


class OutputKind(StrEnum):
    """What the numbers are that explanations speak of."""

    PROBABILITY = "probability"
    SCORE = "score"
    VALUE = "predicted value"
    MEMBERSHIP = "membership"


@dataclass(frozen=True, kw_only=True)
class ExplainedModel:
    """A fitted pipeline as explainers see it.

    Attributes:
        pipeline: Fitted; its last step predicts, those before prepare the columns.
        columns: Names of the input columns that it looks at.
        categories: Those of them whose values are not numbers.
        task: What it was trained for.
        classes: The classes in the order of their codes; empty for numbers.
        target: Name of the output column.
        title: What the model is called.
        is_exact: Whether the last step sees these columns, so that its weights speak of them.
    """

    pipeline: Pipeline
    columns: tuple[str, ...]
    task: Task
    categories: frozenset[str] = frozenset()
    classes: tuple[Any, ...] = ()
    target: str = ""
    title: str = "the model"
    is_exact: bool = True

    @classmethod
    def of(cls, trained: TrainedModel) -> ExplainedModel:
        """Return a stored model as explainers see it."""
        return cls(
            pipeline=trained.pipeline,
            columns=tuple(column.name for column in trained.used_columns),
            categories=frozenset(
                column.name for column in trained.used_columns if column.type.is_textual
            ),
            task=trained.task,
            classes=trained.classes,
            target=trained.target_name,
            title=trained.title,
        )

    @property
    def estimator(self) -> BaseEstimator:
        """The last step: what predicts from prepared columns."""
        return self.pipeline.steps[-1][1] if hasattr(self.pipeline, "steps") else self.pipeline

    def prepare(self, frame: pd.DataFrame) -> np.ndarray:
        """Return rows as the last step sees them: a dense or sparse matrix, or the frame itself."""
        if not hasattr(self.pipeline, "steps") or len(self.pipeline.steps) == 1:
            return frame
        return self.pipeline[:-1].transform(frame)

    @cached_property
    def has_separate_columns(self) -> bool:
        """Whether each column of the prepared matrix is made of one input column alone."""
        steps: list[tuple[str, object]] = list(getattr(self.pipeline, "steps", ()))
        return len(steps) == 2 and isinstance(steps[0][1], ColumnTransformer)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """For each column of the prepared matrix the input column that it comes from."""
        if self.has_separate_columns:
            return tuple(output_sources(self.pipeline.steps[0][1]))
        return self.columns

    @cached_property
    def kind(self) -> OutputKind:
        """What the outputs are."""
        if self.task is Task.CLUSTERING:
            return OutputKind.MEMBERSHIP
        if not self.task.is_classification:
            return OutputKind.VALUE
        if hasattr(self.estimator, "predict_proba"):
            return OutputKind.PROBABILITY
        has_scores = hasattr(self.estimator, "decision_function")
        return OutputKind.SCORE if has_scores else OutputKind.MEMBERSHIP

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs: classes, clusters, or the output column."""
        if self.task.is_classification:
            return tuple(str(name) for name in self.classes)
        if self.task is Task.CLUSTERING:
            labels = self.estimator.classes_ if self._has_classes else self._cluster_numbers
            return tuple(f"cluster {int(label)}" for label in labels)
        return (self.target or "prediction",)

    @property
    def _has_classes(self) -> bool:
        return getattr(self.estimator, "classes_", None) is not None

    @property
    def _cluster_numbers(self) -> Sequence[int]:
        labels = getattr(self.estimator, "labels_", None)
        if labels is not None:
            return sorted({int(label) for label in labels})
        return range(int(getattr(self.estimator, "n_components", 1)))

    def outputs(self, frame: pd.DataFrame) -> np.ndarray:
        """Return rows x outputs: probabilities, scores, memberships or predicted values."""
        return self.outputs_of(self.prepare(frame))

    def outputs_of(self, matrix: np.ndarray) -> np.ndarray:
        """Return rows x outputs for prepared rows."""
        if self.kind is OutputKind.PROBABILITY:
            found = class_probabilities(self.estimator, matrix, len(self.classes))
            if found is not None:
                return found
        if self.kind is OutputKind.SCORE:
            scores = np.asarray(self.estimator.decision_function(matrix), dtype=float)
            if scores.ndim == 1:
                scores = np.column_stack([-scores, scores])
            return self._by_class(scores)
        predicted = np.asarray(self.estimator.predict(matrix))
        if self.kind is OutputKind.VALUE:
            return predicted.reshape(len(predicted), -1)[:, :1].astype(float)
        if self.task is Task.CLUSTERING:
            labels = np.array([int(name.split()[-1]) for name in self.output_names])
        else:
            labels = np.arange(len(self.classes))
        return (predicted.reshape(-1, 1).astype(int) == labels).astype(float)

    def _by_class(self, found: np.ndarray) -> np.ndarray:
        """Spread columns over all classes: training may not have seen each of them."""
        if found.shape[1] == len(self.classes):
            return found
        whole = np.zeros((len(found), len(self.classes)))
        whole[:, np.asarray(self.estimator.classes_, dtype=int)] = found
        return whole

    @property
    def explained_outputs(self) -> tuple[int, ...]:
        """The outputs worth explaining: of two classes the second, else all."""
        if len(self.output_names) == 2 and self.task.is_classification:
            return (1,)
        return tuple(range(len(self.output_names)))

    def describe_output(self, place: int) -> str:
        """Return what an output is in words, e.g. `probability of “yes”`."""
        if self.kind is OutputKind.VALUE:
            return f"predicted {self.output_names[place]}"
        if self.kind is OutputKind.MEMBERSHIP and self.task is Task.CLUSTERING:
            return f"membership in {self.output_names[place]}"
        return f"{self.kind.value} of “{self.output_names[place]}”"
