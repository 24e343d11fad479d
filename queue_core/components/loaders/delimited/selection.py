"""The query that converts a whole table, and fails where that would change a value."""

from __future__ import annotations

from collections.abc import Sequence

from queue_core.components.loaders.delimited.column_readings import CHECK_FAILED, Column
from queue_core.components.loaders.delimited.table import Table


def select_stored(table: Table, columns: Sequence[Column], *, keep_rejects: bool = False) -> str:
    """Return the SQL of the columns to store; it fails where a conversion would change a value."""
    # A level each for texts and values: a name of the same level takes the engine far longer.
    texts = ", ".join(f"{column.text} AS t{column.position}" for column in columns)
    converted = ", ".join(column.converted() for column in columns)
    stored = ", ".join(column.stored() for column in columns)
    failures = [found for column in columns if (found := column.failure()) is not None]
    source = f"SELECT {texts} FROM {table.sql(keep_rejects=keep_rejects)}"
    sql = f"SELECT {stored} FROM (SELECT {converted} FROM ({source}))"
    if not failures:
        return sql
    # One condition over all columns costs a fraction of one per value.
    condition = " OR ".join(failures)
    return f"{sql} WHERE CASE WHEN {condition} THEN error('{CHECK_FAILED}') ELSE true END"
