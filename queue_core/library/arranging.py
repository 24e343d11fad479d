"""A stored table in another order, or only the rows that one wants to see, as a file beside it.

The window asks for this in another process, so arguments and results are JSON data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from queue_core.errors import DataError

# What this holds in memory at once; beyond that a transformation does it, step by step on disk.
MOST_CELLS = 60_000_000
GROUP_ROWS = 16_384


def arrange_table(
    source: str, target: str, order_by: str | None, descending: bool, condition: str
) -> int:
    """Write the rows of a Parquet file that meet a condition in another order; return how many.

    Every value keeps its stored type. What is missing stands last, whichever way.

    Args:
        source: The file.
        target: The file to write.
        order_by: The column to sort by; None: the order stays.
        descending: Largest first.
        condition: An expression that is true or false for each row; empty: all rows.

    Raises:
        ExpressionError: The condition cannot be read.
        DataError: The table is too large, or cannot be sorted by that column.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as parquet

    from queue_core.components.sql_engine import connect

    with parquet.ParquetFile(source) as file:
        _check_size(file.metadata)
        query = _rows_query(file.schema_arrow, source, order_by, condition, descending=descending)
    connection = connect(spill_folder=Path(target).parent)
    try:
        rows = connection.execute(query).fetchnumpy()["place"]
    except duckdb.Error as error:
        raise DataError(
            f"The table cannot be arranged: {str(error).splitlines()[0]}",
            hint="Choose another column, or change the condition.",
        ) from error
    finally:
        connection.close()
    table = parquet.read_table(source, partitioning=None).take(pa.array(rows))
    parquet.write_table(table, target, compression="lz4", row_group_size=GROUP_ROWS)
    return len(rows)


def _check_size(metadata: Any) -> None:
    if metadata.num_rows * max(1, metadata.num_columns) > MOST_CELLS:
        raise DataError(
            "The table is too large to be sorted or filtered here.",
            hint="Transform the dataset: “Sort rows” and “Filter rows” take tables of any size.",
        )


def _rows_query(
    schema: Any, source: str, order_by: str | None, condition: str, *, descending: bool
) -> str:
    """Return the SQL that names the places of the rows, from 0."""
    from queue_core.components.arrow_types import column_type_of
    from queue_core.components.expressions import compile_condition
    from queue_core.components.sql_text import file_literal, identifier

    types = {field.name: column_type_of(field.type) for field in schema}
    where = f" WHERE {compile_condition(condition, types).sql}" if condition.strip() else ""
    order = ""
    if order_by is not None:
        way = "DESC" if descending else "ASC"
        order = f"{identifier(order_by)} {way} NULLS LAST, "
    table = f"read_parquet({file_literal(Path(source))}, file_row_number=true)"
    return f"SELECT file_row_number AS place FROM {table}{where} ORDER BY {order}file_row_number"
