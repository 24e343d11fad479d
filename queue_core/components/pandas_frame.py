"""Arrow to pandas, in the types that scikit-learn and its relatives take."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

EXACT_FLOAT_INTEGER = 2**53


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return a `pyarrow.Table` as a `pandas.DataFrame`; `StoredDataset.to_pandas` says how."""
    fields = []
    nullable = {}
    for field, column in zip(table.schema, table.columns, strict=True):
        arrow_type = field.type
        if kinds.is_decimal(arrow_type):
            arrow_type = pa.float64()
        elif column.null_count and kinds.is_boolean(arrow_type):
            nullable[field.name] = "boolean"
        elif column.null_count and kinds.is_integer(arrow_type) and not _fits_float(column):
            nullable[field.name] = "UInt64" if kinds.is_uint64(arrow_type) else "Int64"
        fields.append(pa.field(field.name, arrow_type))
    table = table.cast(pa.schema(fields))
    if not nullable:
        return table.to_pandas(date_as_object=False)
    return _with_nullable(table, nullable)


def _with_nullable(table: pa.Table, nullable: dict[str, str]) -> pd.DataFrame:
    rest = [name for name in table.column_names if name not in nullable]
    frame = table.select(rest).to_pandas(date_as_object=False)
    extra = {
        name: pd.array(table.column(name).to_pylist(), dtype=dtype)
        for name, dtype in nullable.items()
    }
    return pd.concat([frame, pd.DataFrame(extra, index=frame.index)], axis=1)[table.column_names]


def _fits_float(column: pa.ChunkedArray) -> bool:
    extremes = pc.min_max(column).as_py()
    if extremes["min"] is None:
        return True
    return bool(max(abs(extremes["min"]), abs(extremes["max"])) <= EXACT_FLOAT_INTEGER)
