"""Stored tables as files of other programs: CSV, Parquet, Excel and Feather."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from queue_core.artifacts.cells import as_texts, plain_array
from queue_core.artifacts.workbook import write_workbook
from queue_core.errors import DataError, ParameterError

_BATCH_ROWS: Final = 65_536


def export_table(source: Path, target: Path, file_format: str | None = None) -> Path:
    """Write a stored table to a file, whole or not at all; an older file is replaced.

    Parquet and Feather keep every value as it is stored; how a value is written to the others
    say `queue_core.artifacts.cells` and `queue_core.artifacts.workbook`.

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
    chosen = require_format(target, file_format)
    return write_whole(target, lambda path: _WRITERS[chosen](source, path))


def require_format(target: Path, file_format: str | None = None) -> str:
    """Return the format that a table is to be written in.

    Raises:
        ParameterError: It is not known.
    """
    chosen = file_format or target.suffix[1:].lower()
    if chosen not in _WRITERS:
        raise ParameterError(
            f"A table cannot be written as “{chosen}”.",
            parameter="format",
            hint=f"Choose one of: {', '.join(TABLE_FORMATS)}.",
        )
    return chosen


def write_whole(target: Path, write: Callable[[Path], object]) -> Path:
    """Let *write* fill a file beside *target*, and move it into place when it is complete.

    Raises:
        DataError: The file cannot be written.
    """
    # Two may write the same file at once; a name as long as can be has no room for more.
    half_written = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
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


def count_rows(source: Path) -> int:
    """Return how many rows a stored table has."""
    with _open(source) as file:
        return int(file.metadata.num_rows)


def _open(source: Path) -> Any:
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(source)


def _write_csv(source: Path, target: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv

    with _open(source) as file:
        empty = (_for_csv(pa.array([], field.type)).type for field in file.schema_arrow)
        names = file.schema_arrow.names
        schema = pa.schema([pa.field(*pair) for pair in zip(names, empty, strict=True)])
        with csv.CSVWriter(target, schema) as writer:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                columns = [_for_csv(column) for column in batch.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _for_csv(column: Any) -> Any:
    """Return the column; as text where the CSV writer would write another one or none."""
    import pyarrow.types as kinds

    column = plain_array(column)
    kind = column.type
    is_plain = (
        kinds.is_integer(kind)
        or kinds.is_floating(kind)
        or kinds.is_boolean(kind)
        or kinds.is_decimal(kind)
        or kinds.is_date(kind)
        or kinds.is_null(kind)
    )
    return column if is_plain else as_texts(column)


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
    with _open(source) as file:
        write_workbook(file, target)


_WRITERS: Final[dict[str, Callable[[Path, Path], None]]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "xlsx": _write_excel,
    "feather": _write_feather,
}
TABLE_FORMATS: Final = tuple(_WRITERS)
# What people call them, in the same order.
TABLE_FORMAT_TITLES: Final = ("CSV", "Parquet", "Excel", "Feather")
