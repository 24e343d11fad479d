"""Predictions of a stored model, batch by batch, with probabilities or intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from queue_core.components.json_data import JsonObject
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.evaluation.intervals import METHOD, half_width
from queue_core.components.models.training.fitting.estimators import within_budget
from queue_core.components.models.training.fitting.failures import quiet
from queue_core.components.models.training.fitting.forecasting import (
    LAG,
    TIME,
    future_times,
    roll_forward,
)
from queue_core.components.models.training.fitting.time_columns import in_form, time_columns
from queue_core.components.models.training.stored.input_check import InputCheck
from queue_core.components.models.training.stored.model_file import TrainedModel
from queue_core.errors import DataError, JobError, ParameterError

MOST_PROBABILITIES = 50
DEFAULT_LEVEL = 0.9
MOST_STEPS = 10_000


@dataclass(frozen=True)
class Predictor:
    """A model that answers about batches of rows.

    Attributes:
        model: The model.
        check: What checks the rows; its notes tell what was found.
        level: How often intervals are to hold, 0 to 1.
    """

    model: TrainedModel
    check: InputCheck
    level: float = DEFAULT_LEVEL

    @classmethod
    def of(cls, model: TrainedModel, level: float = DEFAULT_LEVEL) -> Predictor:
        """Return what answers for a model."""
        return cls(model, InputCheck(model), level)

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the answers about a batch, one row each.

        Args:
            frame: A `pandas.DataFrame` with the columns that the model looks at.

        Returns:
            A frame: classes with probabilities, numbers with an interval, or clusters.

        Raises:
            DataError: The rows do not fit the model.
            JobError: The model fails on them; the library's message is the cause.
        """
        rows = self.check.accept(frame)
        try:
            with quiet(), within_budget():
                matrix = self.model.transformer.transform(rows)
                predicted = np.asarray(self.model.estimator.predict(matrix))
                probabilities = self.model.probabilities(matrix) if self.model.classes else None
        except (ValueError, ArithmeticError, TypeError, IndexError) as error:
            raise JobError(
                f"{self.model.title} could not predict these rows: {error}",
                hint="Check that they are like the rows it was trained on.",
            ) from error
        if self.model.classes:
            return self._classes(predicted, probabilities)
        if self.model.task is Task.CLUSTERING:
            return pd.DataFrame({"cluster": predicted.astype(np.int64)})
        return self._numbers(predicted.reshape(len(rows)).astype(float))

    def forecast(self, known: pd.DataFrame | None, steps: int) -> pd.DataFrame:
        """Return the next steps of the series that the model was trained on.

        Args:
            known: Rows with the columns known in advance, one for each step; None where the model
                looks at none.
            steps: How many steps.

        Raises:
            DataError: Columns known in advance are missing.
            ParameterError: There are too many steps.
        """
        facts = self.model.schema["forecast"]
        if not 1 <= steps <= MOST_STEPS:
            raise ParameterError(
                f"A forecast has from 1 to {MOST_STEPS:,} steps, not {steps:,}.",
                parameter="horizon",
            )
        times = None
        if facts["times"] is not None:
            past_times = pd.DatetimeIndex(pd.to_datetime(facts["times"]))
            times = future_times(past_times, facts["frequency"], steps)
        table = self._future(facts, times, known, steps)
        past = np.asarray(facts["past"], dtype=float)
        with quiet(), within_budget():
            answers = roll_forward(self.model.pipeline, table, past, steps)
        answered = self._numbers(answers)
        if times is not None:
            answered.insert(0, facts["time_column"] or TIME, in_form(times, facts.get("form")))
        else:
            answered.insert(0, "step", np.arange(1, steps + 1))
        return answered

    def interval_sentence(self) -> str:
        """Return how intervals were made; empty where there are none."""
        errors = self.model.schema["intervals"]
        if not errors or not errors["rows"]:
            return ""
        return (
            f"Intervals hold {self.level:.0%} of the time where new rows are like the old: "
            f"{METHOD}, from the errors on {errors['rows']:,} held-out rows."
        )

    def _classes(self, predicted: np.ndarray, probabilities: np.ndarray | None) -> pd.DataFrame:
        classes = self.model.classes
        named = np.asarray(classes, dtype=object)[predicted.astype(int)]
        answered = pd.Series(named).infer_objects()
        made: JsonObject = {f"predicted {self.model.target_name}": answered}
        if probabilities is not None:
            if len(classes) <= MOST_PROBABILITIES:
                for code, name in enumerate(classes):
                    made[f"probability of {name}"] = probabilities[:, code]
            else:
                made["probability"] = probabilities.max(axis=1)
        return pd.DataFrame(made)

    def _numbers(self, predicted: np.ndarray) -> pd.DataFrame:
        name = f"predicted {self.model.target_name}"
        made = {name: predicted}
        errors = self.model.schema["intervals"]
        if errors and errors["rows"]:
            width = half_width(errors["errors"], errors["rows"], self.level)
            made[f"{name}, from"] = predicted - width
            made[f"{name}, to"] = predicted + width
        return pd.DataFrame(made)

    def _future(
        self,
        facts: Any,
        times: pd.DatetimeIndex | None,
        known: pd.DataFrame | None,
        steps: int,
    ) -> pd.DataFrame:
        """Return one row for each step with every column that the pipeline knows."""
        lags = {LAG.format(k): np.full(steps, np.nan) for k in range(1, facts["lags"] + 1)}
        table = pd.DataFrame(lags)
        if times is not None and "cycles" in facts:
            for name, turns in time_columns(times, facts["cycles"]).items():
                table[name] = turns
        elif times is not None:  # a model that was stored before: it knows the times themselves
            table[TIME] = times.astype("datetime64[us]")
        if not self.model.columns:
            return table
        if known is None or len(known) < steps:
            names = ", ".join(f"“{column.name}”" for column in self.model.used_columns)
            raise DataError(
                f"The forecast needs {names} of each of the {steps} steps ahead.",
                hint="Give a dataset or file with one row for each step.",
            )
        accepted = self.check.accept(known.iloc[:steps].reset_index(drop=True))
        return pd.concat([table, accepted], axis=1)
