"""What a model can be asked to do."""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """The kinds of question that a model session asks."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"
    CLUSTERING = "clustering"
    TEXT_CLASSIFICATION = "text_classification"
    FORECASTING = "forecasting"

    @property
    def is_classification(self) -> bool:
        """Whether the answer is one of several classes."""
        return self in (Task.CLASSIFICATION, Task.TEXT_CLASSIFICATION)

    @property
    def is_regression(self) -> bool:
        """Whether the answer is a number."""
        return self in (Task.REGRESSION, Task.FORECASTING)

    @property
    def needs_target(self) -> bool:
        """Whether there must be an output column."""
        return self is not Task.CLUSTERING
