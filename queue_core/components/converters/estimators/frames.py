"""Rows of a stored table in the forms that scikit-learn takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from queue_core.components.converters.converting.converter import Scope
from queue_core.components.converters.converting.learning_rows import row_condition
from queue_core.components.converters.converting.sql_converter import Table, explained_errors
from queue_core.components.pandas_frame import to_frame
from queue_core.components.sql_engine import connect
from queue_core.components.sql_text import identifier
from queue_core.components.stored_dataset import StoredDataset


@dataclass(frozen=True)
class Rows:
    """Rows to learn from.

    Attributes:
        frame: A `pandas.DataFrame`.
        available: How many rows there were before any were left out for their number.
    """

    frame: pd.DataFrame
    available: int

    @property
    def is_sample(self) -> bool:
        """Whether some were left out."""
        return len(self.frame) < self.available


def read_rows(
    dataset: StoredDataset,
    names: Sequence[str],
    scope: Scope,
    *,
    most: int,
    scratch: Path,
    present: str | None = None,
) -> Rows:
    """Return columns of the rows to learn from, in the order of the table.

    Args:
        dataset: The table.
        names: The columns.
        scope: Says which rows.
        most: If there are more, so many are drawn at random.
        scratch: A folder for temporary files.
        present: A column that must have a value.
    """
    table = Table(dataset, scope)
    condition, order = row_condition(scope.rows, table.types, table.row, scope.seed)
    row = identifier(table.row)
    chosen = f"(SELECT * FROM {table.source}{condition}{order})"
    if present is not None:
        chosen = f"(SELECT * FROM {chosen} WHERE {identifier(present)} IS NOT NULL)"
    columns = ", ".join(identifier(name) for name in names)
    with explained_errors("Reading the rows"), connect(spill_folder=scratch) as connection:
        available = int(connection.execute(f"SELECT count(*) FROM {chosen}").fetchall()[0][0])
        if available > most:
            drawn = f"ORDER BY hash({row} + {scope.seed} * 1000003), {row} LIMIT {most}"
            chosen = f"(SELECT * FROM {chosen} {drawn})"
        table_of_rows = connection.sql(f"SELECT {columns} FROM {chosen} ORDER BY {row}")
        return Rows(to_frame(table_of_rows.to_arrow_table()), available)


def as_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of floats, NaN where missing; booleans are 0 and 1."""
    return frame.astype("float64")


def as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of numbers and of texts (as objects), NaN where missing."""
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_bool_dtype(column.dtype):
            column = column.map({True: "true", False: "false"})
        if not pd.api.types.is_numeric_dtype(column.dtype):
            values = column.to_numpy(dtype=object, na_value=np.nan)
            column = pd.Series(values, index=column.index, dtype=object)
        elif pd.api.types.is_extension_array_dtype(column.dtype):
            column = column.astype("float64")
        columns[name] = column
    return pd.DataFrame(columns, index=frame.index)


def as_texts(column: pd.Series) -> np.ndarray:
    """Return an array of texts, empty where missing."""
    return column.to_numpy(dtype=object, na_value="")


def as_target(column: pd.Series) -> np.ndarray:
    """Return the values of a target column: numbers as they are, all else as text."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype(bool).to_numpy()
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy()
        # Classes that were read as floats because some rows have none.
        return values.astype("int64") if (values == values.round()).all() else values
    return column.astype(str).to_numpy(dtype=object)
