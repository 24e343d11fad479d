"""What an explorer is given, and how it gets at the rows: all of them by SQL, or a sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from queue_core.components.json_data import JsonMapping
from queue_core.components.pandas_frame import to_frame
from queue_core.components.progress import ProgressReporter, Silence
from queue_core.components.sql_engine import Connection, Row, connect, execute
from queue_core.components.sql_text import identifier, literal
from queue_core.components.stored_dataset import ColumnInfo, StoredDataset
from queue_core.errors import DataError

# So many rows make a statistic that is computed in memory.
STATISTIC_ROWS = 100_000
# SQL for the number of a row.
ROW = '"(row)"'


@dataclass(frozen=True)
class Exploration:
    """An order to an explorer.

    Attributes:
        dataset: The stored rows.
        columns: The columns to look at, fit for the explorer.
        params: Its parameters, complete.
        seed: Start of all random numbers.
        name: What the data are called.
        notes: What was decided before the explorer began, e.g. columns left out.
        progress: Who is told how far it is.
        spill_folder: Where SQL may put what does not fit into memory.
    """

    dataset: StoredDataset
    columns: tuple[ColumnInfo, ...]
    params: JsonMapping = field(default_factory=dict)
    seed: int = 0
    name: str = "data"
    notes: tuple[str, ...] = ()
    progress: ProgressReporter = field(default_factory=Silence)
    spill_folder: Path | None = None

    @property
    def subtitle(self) -> str:
        """Which data, for the line below a figure's title."""
        rows = self.dataset.row_count
        return f"{self.name} · {rows:,} {'row' if rows == 1 else 'rows'}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the chosen columns."""
        return tuple(info.name for info in self.columns)

    def report(self, fraction: float | None, message: str) -> None:
        """Tell how far the work is."""
        self.progress.report(fraction, message)

    def parameter_column(self, parameter: str) -> ColumnInfo | None:
        """Return the column that a parameter names; None where it names none.

        Raises:
            DataError: The dataset has no such column.
        """
        name = self.params.get(parameter)
        return self.dataset.column(name) if name else None

    def sample(self, columns: Sequence[str], most: int) -> Sample:
        """Return at most *most* rows, drawn at random and kept in order, as a pandas frame.

        The frame's index are the numbers of the rows, from 0.
        """
        total = self.dataset.row_count
        unique = list(dict.fromkeys(columns))
        if total <= most:
            return Sample(self.dataset.to_pandas(unique), "")
        note = f"{most:,} of {total:,} rows, drawn at random with seed {self.seed}."
        return Sample(self._draw(unique, most), note)

    def _draw(self, columns: list[str], size: int) -> pd.DataFrame:
        total = self.dataset.row_count
        drawn = np.random.default_rng(self.seed).choice(total, size, replace=False, shuffle=False)
        drawn.sort()
        pieces, start = [], 0
        for batch in self.dataset.batches(columns):
            first, last = np.searchsorted(drawn, (start, start + batch.num_rows))
            pieces.append(batch.take(pa.array(drawn[first:last] - start)))
            start += batch.num_rows
        frame: pd.DataFrame = to_frame(pa.Table.from_batches(pieces))
        return frame.set_index(drawn)

    @contextmanager
    def sql(self) -> Iterator[Query]:
        """Open a connection in which the rows are the view `data`, numbered from 0 by `ROW`."""
        connection = connect(spill_folder=self.spill_folder)
        try:
            source = literal(str(self.dataset.parquet_path))
            # The file knows its rows' numbers, unless a column has taken that name.
            if any(info.name == "file_row_number" for info in self.dataset.columns):
                rows = f"SELECT *, row_number() OVER () - 1 AS {ROW} FROM read_parquet({source})"
            else:
                rows = (
                    f"SELECT * EXCLUDE (file_row_number), file_row_number AS {ROW} "
                    f"FROM read_parquet({source}, file_row_number = true)"
                )
            connection.execute(f"CREATE VIEW data AS {rows}")
            yield Query(connection)
        finally:
            connection.close()


@dataclass(frozen=True)
class Sample:
    """Rows in memory.

    Attributes:
        frame: The rows; the index are their numbers in the dataset.
        note: A sentence that says what was drawn; empty where these are all rows.
    """

    frame: pd.DataFrame
    note: str


@dataclass(frozen=True)
class Query:
    """SQL over the rows of one dataset, which are the view `data`."""

    connection: Connection

    def rows(self, sql: str) -> list[Row]:
        """Run a query and return its rows."""
        return execute(self.connection, sql)

    def row(self, sql: str) -> Row:
        """Run a query that has one row and return it."""
        return self.rows(sql)[0]

    def value_counts(self, value: str, most: int | None = None) -> list[tuple[Any, int]]:
        """Return the values of an SQL expression with their counts, the most frequent first.

        Missing values are not counted. With *most*, only so many are returned.
        """
        # Places instead of names: a column of the data may have any name.
        limit = "" if most is None else f" LIMIT {most}"
        found = self.rows(
            f"SELECT {value}, count(*) FROM data WHERE ({value}) IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1{limit}"
        )
        return [(name, int(number)) for name, number in found]

    def arrow(self, sql: str) -> pa.Table:
        """Run a query and return its rows as a pyarrow table."""
        return self.connection.sql(sql).to_arrow_table()


def quoted(name: str) -> str:
    """Return a column's name as SQL."""
    return identifier(name)


def number_sql(info: ColumnInfo) -> str:
    """Return SQL for a column's value as a finite double: times in seconds, else NULL."""
    name = quoted(info.name)
    if info.type.is_temporal and info.type.value != "time":
        return f"epoch({name}::TIMESTAMP)"
    value = f"{name}::DOUBLE"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def require_rows(exploration: Exploration, least: int = 1) -> None:
    """Refuse a dataset with too few rows.

    Raises:
        DataError: It has fewer than *least* rows.
    """
    rows = exploration.dataset.row_count
    if rows < least:
        have = "no rows" if rows == 0 else f"only {rows} row{'s' if rows > 1 else ''}"
        raise DataError(
            f"{exploration.name} has {have}; at least {least} are needed here.",
            hint="Choose a dataset with more rows, or loosen the filters before this step.",
        )


def no_values(names: Sequence[str]) -> DataError:
    """Return the error for columns in which there is nothing to look at."""
    listed = ", ".join(f"“{name}”" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return DataError(
        f"The column {listed} has no values to look at: all are missing."
        if len(names) == 1
        else f"The columns {listed}{more} have no values to look at: all are missing.",
        hint="Choose columns with values, or fill in the missing ones first.",
    )
