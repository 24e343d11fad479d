"""A stored dataset as a CSV, Parquet or Excel file, written whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError

EXCEL_ROWS = 1_048_575
EXCEL_COLUMNS = 16_384


def export_dataset(dataset: StoredDataset, path: Path, file_format: str) -> Path:
    """Write a dataset to a file and return where; an older file is replaced.

    Args:
        dataset: What to write.
        path: Where.
        file_format: `csv`, `parquet` or `xlsx`.

    Raises:
        DataError: The file cannot be written, or Excel cannot hold so much.
    """
    writers: dict[str, Callable[[StoredDataset, Path], None]] = {
        "csv": _write_csv,
        "parquet": _write_parquet,
        "xlsx": _write_excel,
    }
    half_written = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writers[file_format](dataset, half_written)
        half_written.replace(path)
    except OSError as error:
        raise DataError(
            f"The file {path} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space.",
        ) from error
    finally:
        half_written.unlink(missing_ok=True)
    return path


def _write_csv(dataset: StoredDataset, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv

    writer = None
    with path.open("wb") as file:
        for batch in dataset.batches():
            table = pa.Table.from_batches([batch])
            if writer is None:
                writer = csv.CSVWriter(file, table.schema)
            writer.write_table(table)
        if writer is not None:
            writer.close()


def _write_parquet(dataset: StoredDataset, path: Path) -> None:
    shutil.copyfile(dataset.parquet_path, path)


def _write_excel(dataset: StoredDataset, path: Path) -> None:
    import xlsxwriter

    if dataset.row_count > EXCEL_ROWS or len(dataset.columns) > EXCEL_COLUMNS:
        raise DataError(
            f"An Excel sheet holds {EXCEL_ROWS:,} rows and {EXCEL_COLUMNS:,} columns; the result "
            f"has {dataset.row_count:,} rows and {len(dataset.columns):,} columns.",
            hint="Write a CSV or Parquet file instead.",
        )
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Predictions")
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
            timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
        }
        bold = book.add_format({"bold": True})
        for place, info in enumerate(dataset.columns):
            sheet.write_string(0, place, info.name, bold)
        sheet.freeze_panes(1, 0)
        row = 1
        for batch in dataset.batches():
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                for place, value in enumerate(values):
                    _write_cell(sheet, row, place, value, formats)
                row += 1


def _write_cell(sheet: Any, row: int, place: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, (bool, int, float, str)):
        sheet.write(row, place, value)
    elif type(value) in formats or isinstance(value, datetime):
        kind = datetime if isinstance(value, datetime) else type(value)
        sheet.write_datetime(row, place, value, formats[kind])
    else:
        sheet.write_string(row, place, str(value))
