"""Arrow's types as the types that a column can have."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.types as kinds

from queue_core.components.column_types import ColumnType


def column_type_of(arrow_type: pa.DataType) -> ColumnType:
    """Return the column type of a type of Arrow; text is never a category here."""
    if kinds.is_dictionary(arrow_type):
        return column_type_of(arrow_type.value_type)
    tests = (
        (kinds.is_boolean, ColumnType.BOOLEAN),
        (kinds.is_integer, ColumnType.INTEGER),
        (kinds.is_floating, ColumnType.FLOAT),
        (kinds.is_decimal, ColumnType.FLOAT),
        (kinds.is_string, ColumnType.TEXT),
        (kinds.is_large_string, ColumnType.TEXT),
        (kinds.is_string_view, ColumnType.TEXT),
        (kinds.is_date, ColumnType.DATE),
        (kinds.is_timestamp, ColumnType.DATETIME),
        (kinds.is_time, ColumnType.TIME),
        (kinds.is_duration, ColumnType.DURATION),
    )
    for matches, column_type in tests:
        if matches(arrow_type):
            return column_type
    return ColumnType.OTHER
