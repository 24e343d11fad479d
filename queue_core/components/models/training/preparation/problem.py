"""A session's question with its data: inputs, output, and the columns that a split reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from queue_core.components.column_types import ColumnType
from queue_core.components.json_data import JsonObject
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.preparation.frame import (
    InputColumn,
    as_text,
    model_frame,
    too_large,
    too_large_sentence,
)
from queue_core.components.models.training.preparation.splits import SplitInput
from queue_core.components.models.training.session.specs import SessionSpec
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, ParameterError

MOST_CLASSES = 1_000
FEWEST_ROWS = 4


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything that training looks at.

    Attributes:
        spec: What is asked.
        columns: The input columns.
        frame: The input columns of all rows, as pipelines take them.
        target: Class codes or numbers of all rows; None for clusters without labels.
        classes: The classes in the order of their codes; empty for numbers.
        target_type: Type of the output column.
        split_column: Values of the column that the split reads; None where it reads none.
        row_count: Rows of the dataset, before any were left out.
        row_numbers: Which row of the dataset each row is, from 1; None where a sample was drawn.
    """

    spec: SessionSpec
    columns: tuple[InputColumn, ...]
    frame: pd.DataFrame
    target: np.ndarray | None
    classes: tuple[Any, ...] = ()
    target_type: ColumnType | None = None
    split_column: np.ndarray | None = None
    row_count: int = 0
    row_numbers: np.ndarray | None = None
    extra: JsonObject = field(default_factory=dict)

    def split_input(self, rows: np.ndarray | None = None) -> SplitInput:
        """Return what a split may look at, of all rows or of some."""
        chosen = slice(None) if rows is None else rows
        return SplitInput(
            row_count=len(self.frame) if rows is None else len(rows),
            classes=self.target[chosen] if self.classes and self.target is not None else None,
            column=None if self.split_column is None else self.split_column[chosen],
        )


def read_problem(dataset: StoredDataset, spec: SessionSpec, warn: Callable[[str], None]) -> Problem:
    """Read what a session asks about from a dataset.

    Args:
        dataset: The stored table.
        spec: What is asked.
        warn: Takes a sentence for each thing that was done to the rows.

    Raises:
        DataError: A column does not exist or does not fit its purpose; no rows are left.
        ParameterError: A column has two purposes that exclude each other.
    """
    columns = input_columns(dataset, spec, warn)
    names = [column.name for column in columns]
    extra = {n for n in (spec.target, spec.split.column, spec.forecast.time_column) if n}
    table = dataset.to_pandas(
        [*names, *sorted(extra - set(names))], sample=spec.sample_rows, seed=spec.seed
    )
    is_sample = spec.sample_rows is not None and spec.sample_rows < dataset.row_count
    if is_sample:
        warn(f"A random sample of {spec.sample_rows:,} of {dataset.row_count:,} rows is used.")
    table = _with_target(table, spec, warn)
    target, classes = _target(table, dataset, spec)
    frame = model_frame(table, columns)
    for name, count in too_large(table, frame, columns).items():
        warn(too_large_sentence(name, count))
    return Problem(
        spec=spec,
        columns=columns,
        frame=frame,
        target=target,
        classes=classes,
        target_type=dataset.column(spec.target).type if spec.target else None,
        split_column=_split_column(table, spec),
        row_count=dataset.row_count,
        row_numbers=None if is_sample else table.index.to_numpy() + 1,
        extra={"times": _times(table, spec), "times_type": _times_type(dataset, spec)},
    )


def input_columns(
    dataset: StoredDataset, spec: SessionSpec, warn: Callable[[str], None]
) -> tuple[InputColumn, ...]:
    """Return the input columns with their types; every usable one where the session names none.

    Raises:
        DataError: A column does not exist, or none is left.
        ParameterError: The output column is among the inputs.
    """
    reserved = {spec.target, spec.forecast.time_column}
    if spec.split.method.needs_groups or spec.split.method == "predefined":
        reserved.add(spec.split.column)
    found = []
    every = () if spec.task is Task.FORECASTING else tuple(i.name for i in dataset.columns)
    for name in spec.input_columns or every:
        info = dataset.column(name)
        if name in reserved:
            if spec.input_columns and name == spec.split.column:
                warn(f"The column “{name}” splits the rows, so the model does not see it.")
            continue
        if info.type is ColumnType.OTHER:
            warn(f"The column “{name}” was left out: no model can use its values.")
            continue
        found.append(InputColumn(name, info.type))
    if not found and spec.task is not Task.FORECASTING:
        raise DataError("There is no input column.", hint="Choose the columns to learn from.")
    _check_text(tuple(found), spec)
    return tuple(found)


def _check_text(columns: tuple[InputColumn, ...], spec: SessionSpec) -> None:
    if spec.task is not Task.TEXT_CLASSIFICATION:
        return
    if not any(column.type.is_textual for column in columns):
        raise ParameterError(
            "Text classification needs an input column of text.",
            parameter="input_columns",
            hint="Choose a text column, or the task “classification”.",
        )


def _with_target(
    table: pd.DataFrame, spec: SessionSpec, warn: Callable[[str], None]
) -> pd.DataFrame:
    """Return the rows whose output is known."""
    if spec.target is not None and spec.task is not Task.CLUSTERING:
        present = table[spec.target].notna().to_numpy()
        if not present.all():
            missing = int((~present).sum())
            words = "1 row" if missing == 1 else f"{missing:,} rows"
            warn(f"{words} without a value in “{spec.target}” were left out.")
            table = table[present]
    if len(table) < FEWEST_ROWS:
        words = "is 1 row" if len(table) == 1 else f"are {len(table)} rows"
        raise DataError(
            f"There {words} to learn from; {FEWEST_ROWS} are the fewest.",
            hint="Load more rows, or choose an output column with fewer missing values.",
        )
    return table


def _target(
    table: pd.DataFrame, dataset: StoredDataset, spec: SessionSpec
) -> tuple[np.ndarray | None, tuple[Any, ...]]:
    """Return the output as codes with their classes, or as numbers."""
    if spec.target is None:
        return None, ()
    kind = dataset.column(spec.target).type
    if spec.task.is_regression:
        return _number_target(table[spec.target], spec.target, kind), ()
    codes, classes = encode_classes(table[spec.target], kind)
    if spec.task.is_classification:
        _check_classes(spec.target, classes, len(codes))
    return codes, classes


def _number_target(values: pd.Series, name: str, kind: ColumnType) -> np.ndarray:
    if not kind.is_number and kind not in (ColumnType.BOOLEAN, ColumnType.DURATION):
        raise DataError(
            f"The output column “{name}” holds {kind}, not numbers.",
            hint="Choose a column of numbers, or the task “classification”.",
        )
    column = model_frame(pd.DataFrame({name: values}), [InputColumn(name, kind)])[name]
    numbers: np.ndarray = column.to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        raise DataError(
            f"The output column “{name}” holds numbers that are infinite or too large for a model.",
            hint="Filter these rows out, or divide the column by a large number.",
        )
    return numbers


def encode_classes(values: pd.Series, kind: ColumnType) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Return class codes (sorted classes) and the classes as JSON values."""
    if kind.is_number:
        numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
        found, codes = np.unique(numbers, return_inverse=True)
        whole = bool(np.all(found == np.floor(found)))
        return codes, tuple(int(v) if whole else float(v) for v in found)
    if kind is ColumnType.BOOLEAN:
        flags = values.astype("boolean").to_numpy(dtype=bool, na_value=False)
        found, codes = np.unique(flags, return_inverse=True)
        return codes, tuple(bool(v) for v in found)
    texts = as_text(values, missing="(missing)").astype(str)
    found, codes = np.unique(texts, return_inverse=True)
    return codes, tuple(str(v) for v in found)


def _check_classes(name: str, classes: tuple[Any, ...], row_count: int) -> None:
    if len(classes) < 2:
        raise DataError(
            f"The output column “{name}” has one class only: {classes[0]!r}.",
            hint="Choose an output column with at least two classes.",
        )
    if len(classes) > MOST_CLASSES or (len(classes) > 30 and len(classes) > row_count / 2):
        raise DataError(
            f"The output column “{name}” has {len(classes):,} different values in "
            f"{row_count:,} rows; that is not a set of classes.",
            hint="Choose the task “regression” for numbers, or group the values into classes.",
        )


def _split_column(table: pd.DataFrame, spec: SessionSpec) -> np.ndarray | None:
    name = spec.split.column
    if not name or not spec.split.method.has_column:
        return None
    values = table[name]
    if values.dtype.kind in "iufbM" and str(values.dtype)[0].islower():
        return np.asarray(values)
    if spec.split.method.is_temporal:
        try:
            return np.asarray(pd.to_datetime(values).to_numpy())
        except (ValueError, TypeError) as error:
            raise DataError(
                f"The column “{name}” does not hold times.",
                hint="Choose a column of dates or numbers to order the rows by.",
            ) from error
    return np.asarray(as_text(values, missing="(missing)"), dtype=object)


def _times_type(dataset: StoredDataset, spec: SessionSpec) -> ColumnType | None:
    name = spec.forecast.time_column
    return None if name is None else dataset.column(name).type


def _times(table: pd.DataFrame, spec: SessionSpec) -> pd.Series:
    name = spec.forecast.time_column
    return None if name is None else table[name].reset_index(drop=True)
