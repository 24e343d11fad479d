"""Stored models and datasets as what explainers are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from queue_core.components.models.tasks import Task
from queue_core.components.models.training.preparation.problem import read_problem
from queue_core.components.models.training.preparation.splits import make_folds
from queue_core.components.models.training.results.prediction_results import typed_rows
from queue_core.components.models.training.session.specs import SessionSpec
from queue_core.components.models.training.stored.input_check import InputCheck
from queue_core.components.models.training.stored.model_file import TrainedModel
from queue_core.components.pandas_frame import to_frame
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError

# Of a dataset that the model was not trained on, so many rows are read.
_READ_ROWS = 50_000


@dataclass(frozen=True)
class JudgingRows:
    """Rows that a model is judged by.

    Attributes:
        frame: The rows, as pipelines take them.
        truth: Their class codes or numbers; None where they are not known.
        note: One sentence that says which rows these are.
    """

    frame: pd.DataFrame
    truth: np.ndarray | None
    note: str


def rows_of_training(
    model: TrainedModel, dataset: StoredDataset, spec: SessionSpec, warn: Callable[[str], None]
) -> JudgingRows:
    """Return the rows that were held out when a model was trained, or all if none were.

    Args:
        model: The model.
        dataset: What it was trained on.
        spec: The question that it answers; its split and seed tell which rows were held out.
        warn: Takes sentences about the data.

    Raises:
        DataError: The dataset no longer fits the question.
    """
    made_from = model.schema.get("dataset") or {}
    if made_from.get("data_hash") not in (None, dataset.data_hash):
        warn(
            "The dataset has changed since the model was trained; it is explained by the new rows."
        )
    problem = read_problem(dataset, spec, _nothing)
    if model.task is Task.CLUSTERING:
        return JudgingRows(problem.frame, None, "The rows that the clusters were made of.")
    folds = make_folds(spec.split, problem.split_input(), seed=spec.seed, warn=_nothing)
    if len(folds) > 1:
        note = "The model was trained on these rows, too: it was tested by folds."
        return JudgingRows(problem.frame, problem.target, note)
    held = folds[0].test
    truth = None if problem.target is None else problem.target[held]
    frame = problem.frame.iloc[held].reset_index(drop=True)
    return JudgingRows(frame, truth, "Rows that were held out when the model was trained.")


def rows_of_other(
    model: TrainedModel, dataset: StoredDataset, seed: int, warn: Callable[[str], None]
) -> JudgingRows:
    """Return the rows of another dataset, with their truth where it has the output column.

    Raises:
        DataError: It lacks a column that the model looks at.
    """
    check = InputCheck(model)
    names = [info.name for info in dataset.columns]
    check.check_names(names)
    has_truth = bool(model.target_name) and model.target_name in names
    wanted = [*(c.name for c in model.used_columns), *([model.target_name] if has_truth else [])]
    table = dataset.to_pandas(list(dict.fromkeys(wanted)), sample=_READ_ROWS, seed=seed)
    if has_truth:
        table = table[table[model.target_name].notna()].reset_index(drop=True)
    frame = check.accept(table)
    for sentence in check.sentences():
        warn(sentence)
    truth = _truth(model, table[model.target_name]) if has_truth else None
    return JudgingRows(frame, truth, "Rows of a dataset that the model was not trained on.")


def _nothing(_: str) -> None:
    """Leave out what was said when the model was trained."""


def _truth(model: TrainedModel, values: pd.Series) -> np.ndarray | None:
    """Return class codes or numbers; None where there are classes that the model does not know."""
    if not model.task.is_classification:
        return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    codes = {str(name): place for place, name in enumerate(model.classes)}
    found = [codes.get(_class_text(value), -1) for value in values]
    return None if min(found, default=-1) < 0 else np.asarray(found)


def _class_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def chosen_rows(
    model: TrainedModel, dataset: StoredDataset, rows: Sequence[object]
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Return rows to explain, as pipelines take them, and what they are called.

    Args:
        model: The model.
        dataset: Where row numbers count.
        rows: Numbers of rows, the first is 1, or objects with a value for each column.

    Raises:
        DataError: There is no such row, or its values do not fit.
    """
    if not rows:
        return None, ()
    numbers = [row for row in rows if isinstance(row, int) and not isinstance(row, bool)]
    typed = [row for row in rows if not (isinstance(row, int) and not isinstance(row, bool))]
    parts, labels = [], []
    if numbers:
        parts.append(_by_number(model, dataset, numbers))
        labels += [f"row {number:,}" for number in numbers]
    if typed:
        parts.append(_by_hand(model, typed))
        labels += [f"typed row {place}" for place in range(1, len(typed) + 1)]
    return pd.concat(parts, ignore_index=True), tuple(labels)


def _by_number(model: TrainedModel, dataset: StoredDataset, numbers: list[int]) -> pd.DataFrame:
    for number in numbers:
        if not 1 <= number <= dataset.row_count:
            raise DataError(
                f"There is no row {number:,}: the dataset has {dataset.row_count:,} rows.",
                hint=f"Choose numbers from 1 to {dataset.row_count:,}.",
            )
    names = [column.name for column in model.used_columns]
    check = InputCheck(model)
    check.check_names([info.name for info in dataset.columns])
    table = pa.concat_tables([dataset.page(number - 1, 1, names) for number in numbers])
    return check.accept(to_frame(table))


def _by_hand(model: TrainedModel, rows: list[object]) -> pd.DataFrame:
    table = typed_rows(rows)
    check = InputCheck(model)
    check.check_names(table.column_names)
    return check.accept(to_frame(table))
