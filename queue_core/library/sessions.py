"""What a model session asks: as a record, as the row that keeps it, and as the trainer reads it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from queue_core.components.models.tasks import Task
from queue_core.components.models.training.session.specs import SessionSpec
from queue_core.database.tables import Dataset, ModelSession
from queue_core.errors import DataError
from queue_core.naming import name_of

_OPTIONS = ("preprocessing", "forecast", "sample_rows", "learning_curve", "onnx")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a session asks of its models; the attributes are the parameters of a `ModelJob`."""

    dataset_id: int
    task: str = Task.CLASSIFICATION.value
    input_columns: tuple[str, ...] = ()
    output_columns: tuple[str, ...] = ()
    split: Mapping[str, Any] | None = None
    metrics: tuple[str, ...] = ()
    seed: int = 0
    preprocessing: Mapping[str, Any] | None = None
    forecast: Mapping[str, Any] | None = None
    sample_rows: int | None = None
    learning_curve: bool = False
    onnx: bool = False

    def spec(self) -> SessionSpec:
        """Return the question as the trainer reads it.

        Raises:
            ParameterError: Something of it cannot be right.
        """
        return SessionSpec.from_json(
            task=self.task,
            input_columns=self.input_columns,
            output_columns=self.output_columns,
            split=self.split,
            metrics=self.metrics,
            seed=self.seed,
            preprocessing=self.preprocessing,
            forecast=self.forecast,
            sample_rows=self.sample_rows,
        )

    def columns(self) -> dict[str, Any]:
        """Return the columns of the session's row; what has none stands among its split."""
        options = {name: getattr(self, name) for name in _OPTIONS if getattr(self, name)}
        split = dict(self.split or {})
        return {
            "dataset_id": self.dataset_id,
            "task": self.task,
            "input_columns": list(self.input_columns),
            "output_columns": list(self.output_columns),
            "split": {**split, "options": options} if options else split,
            "metrics": list(self.metrics),
            "seed": self.seed,
        }


def question_of(asked: ModelSession) -> Question:
    """Return what a stored session asks."""
    split = dict(asked.split)
    options = split.pop("options", {})
    return Question(
        dataset_id=asked.dataset_id,
        task=asked.task,
        input_columns=tuple(asked.input_columns),
        output_columns=tuple(asked.output_columns),
        split=split,
        metrics=tuple(asked.metrics),
        seed=asked.seed,
        **{name: options[name] for name in _OPTIONS if name in options},
    )


def session_for(
    session: Session, dataset: Dataset, question: Question, known_id: int | None
) -> ModelSession:
    """Return the session that asks a question: the one that is known, or a new one.

    Args:
        session: An open transaction.
        dataset: What it is asked about.
        question: The question.
        known_id: A session that may ask just this.
    """
    asked = question.columns()
    row = None if known_id is None else session.get(ModelSession, known_id)
    if row is None or any(getattr(row, name) != value for name, value in asked.items()):
        name = name_of("{component} on {source}", str(question.task), dataset.name)
        row = ModelSession(name=name, **asked)
        session.add(row)
        session.flush()
    return row


def check_columns(dataset: Dataset, question: SessionSpec) -> None:
    """Refuse columns that a loaded dataset does not have.

    Raises:
        DataError: One does not exist; the hint names near ones.
    """
    known = [item["name"] for item in dataset.schema]
    if not known:
        return  # it is still being loaded
    asked = (
        *question.input_columns, question.target, question.split.column,
        question.forecast.time_column,
    )  # fmt: skip
    for name in asked:
        if name and name not in known:
            near = difflib.get_close_matches(name, known, n=3) or known[:10]
            raise DataError(
                f"The dataset “{dataset.name}” has no column “{name}”.",
                hint=f"Choose one of: {', '.join(near)}.",
            )
