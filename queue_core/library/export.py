"""Results as files of the user's choice, for the window, which asks for them in another process.

Arguments and results are JSON data.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queue_core.artifacts import export, table_files
from queue_core.artifacts.local_forms import LocalForms


def save_table(source: str, target: str) -> int:
    """Write a stored table as what *target* ends in; return its rows.

    Raises:
        ParameterError: The format is not known.
        DataError: The rows do not fit, or the file cannot be written.
    """
    table_files.export_table(Path(source), Path(target))
    return table_files.count_rows(Path(source))


def save_values(columns: dict[str, list[Any]], target: str) -> int:
    """Write columns of plain values as what *target* ends in; return how many rows there are.

    Raises:
        ParameterError: The format is not known.
        DataError: The file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    table = pa.table({name: _array(values) for name, values in columns.items()})
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "values.parquet"
        parquet.write_table(table, source)
        table_files.export_table(source, Path(target))
    return int(table.num_rows)


def save_figure(
    source: str, target: str, theme: str, words: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Draw a stored figure into a file: PNG, SVG or PDF.

    Raises:
        DataError: It cannot be read or written.
    """
    local = LocalForms.from_json(forms)
    export.export_figure(Path(source), Path(target), theme=theme, words=words, forms=local)


def _array(values: list[Any]) -> Any:
    """Return numbers as numbers; texts where values of several kinds share a column."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        whole = kinds <= {int}
        return pa.array(values, pa.int64() if whole else pa.float64())
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    return pa.array([None if value is None else str(value) for value in values], pa.string())
