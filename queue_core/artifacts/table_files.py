"""Stored tables as files of other programs: CSV, Parquet, Excel and Feather."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from queue_core.errors import DataError, ParameterError

EXCEL_ROWS: Final = 1_048_575
EXCEL_COLUMNS: Final = 16_384
_BATCH_ROWS: Final = 65_536


def export_table(source: Path, target: Path, file_format: str | None = None) -> Path:
    """Write a stored table to a file, whole or not at all; an older file is replaced.

    Args:
        source: The table's Parquet file.
        target: Where; folders that are missing are made.
        file_format: One of `TABLE_FORMATS`; None: what the name of *target* ends in.

    Returns:
        The file.

    Raises:
        ParameterError: The format is not known.
        DataError: The file cannot be written, or Excel cannot hold so much.
    """
    chosen = file_format or target.suffix[1:].lower()
    if chosen not in _WRITERS:
        raise ParameterError(
            f"A table cannot be written as “{chosen}”.",
            parameter="format",
            hint=f"Choose one of: {', '.join(TABLE_FORMATS)}.",
        )
    return write_whole(target, lambda path: _WRITERS[chosen](source, path))


def write_whole(target: Path, write: Callable[[Path], object]) -> Path:
    """Let *write* fill a file beside *target*, and move it into place when it is complete.

    Raises:
        DataError: The file cannot be written.
    """
    half_written = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(half_written)
        half_written.replace(target)
    except OSError as error:
        raise DataError(
            f"The file {target} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space.",
        ) from error
    finally:
        half_written.unlink(missing_ok=True)
    return target


def _open(source: Path) -> Any:
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(source)


def _write_csv(source: Path, target: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv

    with _open(source) as file:
        schema = pa.schema([_in_text(field) for field in file.schema_arrow])
        with csv.CSVWriter(target, schema) as writer:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                columns = [
                    column if column.type.equals(field.type) else _as_text(column)
                    for column, field in zip(batch.columns, schema, strict=True)
                ]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _in_text(field: Any) -> Any:
    """Return the field, as text where CSV has no form of its own for its values."""
    import pyarrow as pa
    import pyarrow.types as types

    other = types.is_nested(field.type) or types.is_duration(field.type)
    return pa.field(field.name, pa.string()) if other else field


def _as_text(column: Any) -> Any:
    import pyarrow as pa

    values = (None if value is None else str(value) for value in column.to_pylist())
    return pa.array(values, pa.string())


def _write_parquet(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _write_feather(source: Path, target: Path) -> None:
    import pyarrow as pa

    with _open(source) as file, pa.OSFile(str(target), "wb") as sink:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_file(sink, file.schema_arrow, options=options) as writer:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                writer.write_batch(batch)


def _write_excel(source: Path, target: Path) -> None:
    import xlsxwriter

    with _open(source) as file:
        names = file.schema_arrow.names
        row_count = file.metadata.num_rows
        if row_count > EXCEL_ROWS or len(names) > EXCEL_COLUMNS:
            raise DataError(
                f"An Excel sheet holds {EXCEL_ROWS:,} rows and {EXCEL_COLUMNS:,} columns; the "
                f"table has {row_count:,} rows and {len(names):,} columns.",
                hint="Write a CSV or Parquet file instead.",
            )
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": True,
            "remove_timezone": True,
        }
        with xlsxwriter.Workbook(str(target), options) as book:
            _fill_sheet(book, names, file.iter_batches(batch_size=_BATCH_ROWS))


def _fill_sheet(book: Any, names: list[str], batches: Any) -> None:
    sheet = book.add_worksheet("Data")
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        time: book.add_format({"num_format": "hh:mm:ss"}),
        timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
    }
    bold = book.add_format({"bold": True})
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, bold)
    sheet.freeze_panes(1, 0)
    row = 1
    for batch in batches:
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            for place, value in enumerate(values):
                _write_cell(sheet, row, place, value, formats)
            row += 1


def _write_cell(sheet: Any, row: int, place: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value)
    elif isinstance(value, (bool, int, float)):
        sheet.write(row, place, value)
    elif type(value) in formats or isinstance(value, datetime):
        kind = datetime if isinstance(value, datetime) else type(value)
        sheet.write_datetime(row, place, value, formats[kind])
    else:
        sheet.write_string(row, place, str(value))


_WRITERS: Final[dict[str, Callable[[Path, Path], None]]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "xlsx": _write_excel,
    "feather": _write_feather,
}
TABLE_FORMATS: Final = tuple(_WRITERS)
