"""How a dataset is stored completely or not at all: in a partial folder that is moved into place.

A process that is killed leaves the partial folder only; `discard_partial` removes it, and so does
the next attempt to store at the same place.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from queue_core.components.column_types import ColumnType
from queue_core.components.json_data import JsonMapping
from queue_core.components.normal_form import NormalForm, normal_form
from queue_core.components.profile import Profiler
from queue_core.components.stored_dataset import (
    DATA_FILE,
    FORMAT_VERSION,
    METADATA_FILE,
    REJECTS_FILE,
    StoredDataset,
)
from queue_core.errors import DataError
from queue_core.version import __version__

if TYPE_CHECKING:
    import pandas as pd

COMPRESSION = "zstd"
COMPRESSION_LEVEL = 1  # level 3 takes twice the time for a file a sixth smaller
ROW_GROUP_CELLS = 655_360
HASH_BLOCK_BYTES = 1 << 20

# A table, a stream of batches of one schema, or a frame, whose index is left out.
TableLike: TypeAlias = "pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch] | pd.DataFrame"


def row_group_rows(column_count: int) -> int:
    """Return how many rows a row group gets: few enough that a page of them is read quickly."""
    return max(2_048, min(65_536, ROW_GROUP_CELLS // max(column_count, 1)))


def partial_folder(path: Path) -> Path:
    """Return where the dataset of *path* is built."""
    return path.parent / f".{path.name}.partial"


def discard_partial(path: Path) -> None:
    """Remove what an interrupted attempt to store *path* left."""
    shutil.rmtree(partial_folder(path), ignore_errors=True)


class DatasetStaging:
    """A dataset in the making; a context manager that leaves nothing half-stored behind.

    Attributes:
        path: Where the dataset will be.
        folder: Where it is built; on the disk of `path`, beside it unless told otherwise.
    """

    def __init__(self, path: Path, *, folder: Path | None = None) -> None:
        self.path = path
        self.folder = folder or partial_folder(path)
        self._types: dict[str, ColumnType] = {}
        self._notes: list[str] = []

    @property
    def data_path(self) -> Path:
        """The Parquet file to fill."""
        return self.folder / DATA_FILE

    @property
    def rejects_path(self) -> Path:
        """The file for the source's lines that cannot be stored."""
        return self.folder / REJECTS_FILE

    @property
    def scratch(self) -> Path:
        """A folder for temporary files; gone when the dataset is stored."""
        folder = self.folder / "scratch"
        folder.mkdir(exist_ok=True)
        return folder

    def __enter__(self) -> Self:
        with storage_errors(self.path):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(self, *_exception: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def parquet_options(self, column_count: int) -> str:
        """The options of an SQL `COPY ... TO data_path` that writes as `write_arrow` does."""
        return (
            f"FORMAT parquet, COMPRESSION {COMPRESSION}, COMPRESSION_LEVEL {COMPRESSION_LEVEL}, "
            f"ROW_GROUP_SIZE {row_group_rows(column_count)}"
        )

    def write_arrow(self, data: TableLike) -> int:
        """Fill `data_path` from *data*; return the number of rows.

        Raises:
            DataError: There is no column, or the disk is full.
        """
        schema, batches = _as_batches(data)
        if not schema.names:
            raise DataError("The dataset has no columns.", hint="Keep at least one column.")
        form = normal_form(schema)
        self._types.update(form.types)
        self._notes.extend(form.notes)
        row_count = 0
        with (
            storage_errors(self.path),
            pq.ParquetWriter(
                self.data_path,
                form.schema,
                compression=COMPRESSION,
                compression_level=COMPRESSION_LEVEL,
            ) as writer,
        ):
            group = row_group_rows(len(schema.names))
            for table in _regrouped(form, batches, group):
                writer.write_table(table, row_group_size=group)
                row_count += table.num_rows
        return row_count

    def finish(
        self,
        *,
        types: Mapping[str, ColumnType] | None = None,
        warnings: Sequence[str] = (),
        made_by: JsonMapping | None = None,
        source: JsonMapping | Callable[[], JsonMapping] | None = None,
        threads: int | None = None,
        on_progress: Callable[[float], None] = lambda _fraction: None,
    ) -> StoredDataset:
        """Describe the rows, write the metadata and move the folder into place.

        Args:
            types: Column types that are not to be derived from the values.
            warnings: Sentences to keep with it.
            made_by: JSON data that says what made it.
            source: JSON data that says what it was made from; a callable is asked at the end.
            threads: How many threads compute statistics; None for one per processor.
            on_progress: Told the fraction of this step, 0 to 1.
        """
        with storage_errors(self.path):
            profiler = Profiler(self.data_path, spill_folder=self.scratch, threads=threads)
            with ThreadPoolExecutor(1, "data-hash") as executor:
                # Hashing and the disk's own work take as long as the statistics do.
                data_hash = executor.submit(_flushed_hash, self.data_path)
                columns = profiler.run({**self._types, **(types or {})}, on_progress)
            metadata = {
                "format_version": FORMAT_VERSION,
                "row_count": profiler.row_count,
                "columns": [info.to_json() for info in columns],
                "warnings": [*self._notes, *warnings],
                "made_by": dict(made_by or {}),
                "source": dict(source() if callable(source) else source or {}),
                "data_hash": data_hash.result(),
                "data_bytes": self.data_path.stat().st_size,
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "versions": _versions(),
            }
            text = json.dumps(metadata, ensure_ascii=False, indent=1, allow_nan=False)
            (self.folder / METADATA_FILE).write_text(text, encoding="utf-8")
            shutil.rmtree(self.folder / "scratch", ignore_errors=True)
            self._move_into_place()
        return StoredDataset(self.path)

    def _move_into_place(self) -> None:
        for file in self.folder.iterdir():
            _flush(file)
        _flush(self.folder)
        replaced = self.path.parent / f".{self.path.name}.replaced"
        shutil.rmtree(replaced, ignore_errors=True)
        if self.path.exists():
            self.path.rename(replaced)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.folder.rename(self.path)
        _flush(self.path.parent)
        shutil.rmtree(replaced, ignore_errors=True)


def write_dataset(
    path: Path,
    data: TableLike,
    *,
    types: Mapping[str, ColumnType] | None = None,
    warnings: Sequence[str] = (),
    made_by: JsonMapping | None = None,
) -> StoredDataset:
    """Store *data* as the folder *path*, complete or not at all.

    Args:
        path: Where; a dataset that is there already is replaced.
        data: The rows.
        types: Column types that are not to be derived from the values.
        warnings: Sentences to keep with it.
        made_by: JSON data that says what made it, e.g. a converter and its parameters.

    Raises:
        DataError: It has no columns, or the disk is full.
    """
    with DatasetStaging(path) as staging:
        staging.write_arrow(data)
        return staging.finish(types=types, warnings=warnings, made_by=made_by)


def file_hash(path: Path) -> str:
    """Return the hash of a file's bytes, with the name of the method before a colon."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _flushed_hash(path: Path) -> str:
    _flush(path)
    return file_hash(path)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what a full or read-only disk raises into a `DataError` about storing *path*."""
    try:
        yield
    except Exception as error:
        if (refusal := _storage_refusal(error, path)) is None:
            raise
        raise refusal from error


def _storage_refusal(error: Exception, path: Path) -> DataError | None:
    # DuckDB has no class of its own for a full disk; its message holds the system's words.
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    if full or os.strerror(errno.ENOSPC) in str(error):
        return DataError(
            f"The disk is full: the dataset could not be stored ({_free_space(path)} left).",
            hint=f"Make room on the disk that holds {path.parent}, then run the job again.",
        )
    if isinstance(error, PermissionError) or getattr(error, "errno", None) == errno.EROFS:
        return DataError(
            f"The dataset cannot be stored in {path.parent}: writing is not allowed there.",
            hint="Allow writing to this folder, or choose another local folder.",
        )
    return None


def _free_space(path: Path) -> str:
    folder = next(parent for parent in path.parents if parent.exists())
    return f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB"


def _flush(path: Path) -> None:
    """Make a file or folder survive a power cut."""
    if os.name == "nt" and path.is_dir():
        return  # folders cannot be opened there
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _as_batches(data: TableLike) -> tuple[pa.Schema, Iterable[pa.RecordBatch]]:
    """Return the schema and the record batches of whatever *data* is."""
    if hasattr(data, "iloc"):  # a frame; who has none need not import pandas for this question
        data = pa.Table.from_pandas(data, preserve_index=False)
    if isinstance(data, pa.Table):
        return data.schema, data.to_batches()
    if isinstance(data, pa.RecordBatchReader):
        return data.schema, data
    batches = iter(data)
    first = next(batches, None)
    if first is None:
        raise DataError("The dataset has no columns.", hint="Give at least one batch of rows.")
    return first.schema, itertools.chain([first], batches)


def _regrouped(
    form: NormalForm, batches: Iterable[pa.RecordBatch], rows: int
) -> Iterator[pa.Table]:
    """Yield tables of about *rows* rows: small batches would make tiny row groups."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(form.apply(batch))
        count += batch.num_rows
        if count >= rows:
            yield pa.Table.from_batches(waiting, form.schema)
            waiting, count = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting, form.schema)


def _versions() -> dict[str, str]:

    return {
        "python": platform.python_version(),
        "dashai-monitor": __version__,
        "duckdb": duckdb.__version__,
        "pyarrow": pa.__version__,
    }
