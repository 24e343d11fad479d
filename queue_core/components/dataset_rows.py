"""Rows of a dataset's Parquet file: a page, a sample, batches, or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from queue_core.components.pandas_frame import to_frame
from queue_core.errors import DataError


def page(path: Path, columns: list[str], offset: int, limit: int) -> pa.Table:
    """Return some rows, reading the row groups that hold them and no others.

    Args:
        path: The file.
        columns: Names of the columns, in order.
        offset: The first row, from 0.
        limit: How many rows; past the end there are fewer.
    """
    offset, limit = max(offset, 0), max(limit, 0)
    with _opened(path) as file:
        tables = []
        start = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if start >= offset + limit:
                break
            if start + rows > offset and limit:
                first = max(offset - start, 0)
                table = file.read_row_group(group, columns=columns)
                tables.append(table.slice(first, offset + limit - start - first))
            start += rows
        empty = file.schema_arrow.empty_table().select(columns)
    return pa.concat_tables([empty, *tables])


def batches(path: Path, columns: list[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield all rows, at most *batch_rows* at once."""
    with _opened(path) as file:
        yield from file.iter_batches(batch_size=batch_rows, columns=columns)


def whole_frame(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return all rows."""
    with _opened(path) as file:
        return to_frame(file.read(columns=columns))


def first_frame(path: Path, columns: list[str], limit: int) -> pd.DataFrame:
    """Return the first rows."""
    return to_frame(page(path, columns, 0, limit))


def sampled_frame(
    path: Path, columns: list[str], row_count: int, size: int, seed: int
) -> pd.DataFrame:
    """Return *size* of *row_count* rows, drawn without replacement, in their order."""
    drawn = np.random.default_rng(seed).choice(row_count, max(size, 0), replace=False)
    drawn.sort()
    pieces = []
    start = 0
    for batch in batches(path, columns, 65_536):
        stop = start + batch.num_rows
        first, last = np.searchsorted(drawn, (start, stop))
        pieces.append(batch.take(pa.array(drawn[first:last] - start)))
        start = stop
    return to_frame(pa.Table.from_batches(pieces))


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(
            f"The stored rows in {path} cannot be read: {error}.",
            hint="Load the file again.",
        ) from error
