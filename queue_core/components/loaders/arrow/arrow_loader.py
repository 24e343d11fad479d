"""Loads Arrow files and streams; Feather is their other name."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather

from queue_core.components.column_types import ColumnType
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping
from queue_core.components.loaders.arrow import LOADER
from queue_core.components.loaders.files.local_copy import plain_path, preview_path
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.loading.loader_contract import Detection, Loaded, Preview
from queue_core.components.loaders.tables.arrow_tables import (
    arrow_errors,
    preview_of,
    store_batches,
)
from queue_core.components.progress import ProgressReporter

TITLE = "a Feather or Arrow file"
FILE_MAGIC = b"ARROW1"
FEATHER_1_MAGIC = b"FEA1"
# Where DashAI says which of its columns of text are categories.
DASHAI_KEY = b"dashai_types"
DASHAI_TYPES = {"Categorical": ColumnType.CATEGORY, "Text": ColumnType.TEXT}


@dataclass(frozen=True)
class _Content:
    """An open file.

    Attributes:
        schema: Its `pyarrow.Schema`.
        batches: Its record batches, read when asked for.
        total_rows: How many rows it has; None for a stream, which does not say.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    total_rows: int | None


class ArrowLoader:
    """Reads Arrow's files, streams and Feather files of both versions."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Make sure that it is one; see `Loader.detect`."""
        with preview_path(source) as path, _opened(path, source):
            return Detection(source.path, LOADER, dict(options), size_bytes=source.size)

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first rows; see `Loader.preview`."""
        with preview_path(source) as path, _opened(path, source) as content:
            found: list[pa.RecordBatch] = []
            for batch in content.batches:
                found.append(batch.slice(0, rows - sum(item.num_rows for item in found)))
                if sum(item.num_rows for item in found) >= rows:
                    break
            table = pa.Table.from_batches(found, content.schema)
            seen = preview_of(source, LOADER, table, content.total_rows, options=dict(options))
            stated = _stated_types(content.schema)
            columns = (
                replace(column, type=stated.get(column.name, column.type))
                if column.type.is_textual else column
                for column in seen.columns
            )  # fmt: skip
            return replace(seen, columns=tuple(columns))

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
        with _opened(path, source) as content:
            total = content.total_rows
            if total is None:
                with _opened(path, source) as counted:
                    total = sum(batch.num_rows for batch in counted.batches)
            loaded = store_batches(
                staging, content.schema, content.batches, total, progress, dict(options)
            )
            return replace(loaded, types=_stated_types(content.schema))


@contextmanager
def _opened(path: Path, source: SourceFile) -> Iterator[_Content]:
    with path.open("rb") as file:
        magic = file.read(6)
    with arrow_errors(source, TITLE):
        if magic.startswith(FEATHER_1_MAGIC):
            yield _feather_1(path)
        elif magic.startswith(FILE_MAGIC):
            with pa.memory_map(str(path)) as mapped:
                yield _file(mapped)
        else:
            with pa.OSFile(str(path)) as opened, pa.ipc.open_stream(opened) as reader:
                yield _Content(reader.schema, _valid(reader), None)


def _valid(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches whose every offset lies inside: of others, reading ends the process."""
    for batch in batches:
        for column in batch.columns:
            try:
                column.validate(full=True)
            except pa.ArrowInvalid as error:
                if "UTF8" not in str(error):  # whoever stores the texts names their column
                    raise
        yield batch


def _file(mapped: pa.MemoryMappedFile) -> _Content:
    reader = pa.ipc.open_file(mapped)
    batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
    return _Content(reader.schema, _valid(batches), reader.count_rows())


def _feather_1(path: Path) -> _Content:
    with warnings.catch_warnings():
        # The format is old, the file is the user's: reading it is not ours to discourage.
        warnings.simplefilter("ignore", DeprecationWarning)
        table = feather.read_table(path)
    return _Content(table.schema, _valid(table.to_batches()), table.num_rows)


def _stated_types(schema: pa.Schema) -> dict[str, ColumnType]:
    """Return what a file of DashAI says of its columns of text; any other one says nothing."""
    try:
        stated = json.loads((schema.metadata or {}).get(DASHAI_KEY, b"{}"))
        kinds = {name: DASHAI_TYPES.get(stated[name]["type"]) for name in stated}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {name: kind for name, kind in kinds.items() if kind is not None}
