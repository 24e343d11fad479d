"""Loads Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping
from queue_core.components.loaders.files.local_copy import plain_path, preview_path
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.loading.loader_contract import Detection, Loaded, Preview
from queue_core.components.loaders.parquet import LOADER
from queue_core.components.loaders.tables.arrow_tables import (
    BATCH_ROWS,
    arrow_errors,
    preview_of,
    store_batches,
)
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError

TITLE = "a Parquet file"


class ParquetLoader:
    """Reads Parquet files batch by batch."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Make sure that it is one; see `Loader.detect`."""
        with preview_path(source) as path, _opened(path, source):
            return Detection(source.path, LOADER, dict(options), size_bytes=source.size)

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first rows; see `Loader.preview`."""
        with preview_path(source) as path, _opened(path, source) as file:
            first = next(file.iter_batches(batch_size=max(rows, 1)), None)
            batches = [] if first is None else [first.slice(0, rows)]
            table = pa.Table.from_batches(batches, file.schema_arrow)
            return preview_of(source, LOADER, table, file.metadata.num_rows, options=dict(options))

    def load(
        self,
        source: SourceFile,
        options: JsonMapping,
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Store all rows; see `Loader.load`."""
        hasher.follow(1.0)
        path = plain_path(source, staging.scratch)
        with _opened(path, source) as file:
            return store_batches(
                staging,
                file.schema_arrow,
                file.iter_batches(batch_size=BATCH_ROWS),
                file.metadata.num_rows,
                progress,
                dict(options),
            )


@contextmanager
def _opened(path: Path, source: SourceFile) -> Iterator[pq.ParquetFile]:
    with arrow_errors(source, TITLE), _parquet_file(path, source) as file:
        if not file.schema_arrow.names:
            raise DataError(f"{source.name} has no columns.", hint="Load another file.")
        yield file


def _parquet_file(path: Path, source: SourceFile) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except IndexError as error:  # the library counts the fields of each group
        raise DataError(
            f"{source.name} holds a column of groups without any field.",
            hint="Write the file again without this column.",
        ) from error
