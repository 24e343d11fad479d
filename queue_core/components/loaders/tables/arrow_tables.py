"""What the loaders of Arrow's own formats share: from record batches to rows, with progress."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from queue_core.components.arrow_types import column_type_of
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping
from queue_core.components.loaders.files.source import SourceFile
from queue_core.components.loaders.loading.loader_contract import Loaded, Preview, PreviewColumn
from queue_core.components.normal_form import normal_form
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError

BATCH_ROWS = 65_536


@contextmanager
def arrow_errors(source: SourceFile, title: str) -> Iterator[None]:
    """Turn what Arrow raises over a damaged file into a `DataError`.

    Args:
        source: The file.
        title: What it is, e.g. `a Parquet file`.
    """
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's error, not the file's
        words = str(error).strip().splitlines()[0].rstrip(".")
        if re.search("decrypt|encrypt", words, re.IGNORECASE):
            raise DataError(
                f"{source.name} is encrypted: it cannot be read without its keys.",
                hint="Write it again without encryption, or with the columns that are open only.",
            ) from error
        if isinstance(error, pa.ArrowNotImplementedError):
            raise DataError(
                f"{source.name} holds columns that cannot be read ({words}).",
                hint="Write it again without them, or as CSV.",
            ) from error
        raise DataError(
            f"{source.name} is cut off or damaged: it cannot be read as {title} ({words}).",
            hint="Download or copy the file again, and check that the copy is complete.",
        ) from error


def preview_of(
    source: SourceFile, loader: str, table: pa.Table, total_rows: int | None, **facts: Any
) -> Preview:
    """Return the preview of a file from its first rows.

    Args:
        source: The file.
        loader: Id of the loader.
        table: The first rows, a `pyarrow.Table` as the file has them.
        total_rows: How many rows the file has; None if that is not known.
        **facts: More fields of the preview.
    """
    form = normal_form(table.schema)
    stored = pa.Table.from_batches([form.apply(b) for b in table.to_batches()], form.schema)
    columns = tuple(
        PreviewColumn(field.name, form.types.get(field.name, column_type_of(field.type)))
        for field in form.schema
    )
    rows = tuple(zip(*(column.to_pylist() for column in stored.columns), strict=True))
    return Preview(
        path=source.path,
        loader=loader,
        columns=columns,
        rows=rows,
        warnings=(*facts.pop("warnings", ()), *form.notes),
        estimated_rows=total_rows,
        is_complete=total_rows == len(rows),
        size_bytes=source.size,
        **facts,
    )


def store_batches(
    staging: DatasetStaging,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    total_rows: int,
    progress: ProgressReporter,
    options: JsonMapping,
) -> Loaded:
    """Store record batches, reporting the share of rows read.

    Args:
        staging: Where they go.
        schema: Their `pyarrow.Schema`.
        batches: The batches.
        total_rows: How many rows there are.
        progress: Told the share.
        options: What was used.
    """

    def counted() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in batches:
            yield batch
            done += batch.num_rows
            share = done / max(total_rows, 1)
            progress.report(share, f"reading {share:.0%} · {done:,} of {total_rows:,} rows")

    row_count = staging.write_arrow(pa.RecordBatchReader.from_batches(schema, counted()))
    if row_count != total_rows:
        raise DataError(
            f"The file promises {total_rows:,} rows, but {row_count:,} were read.",
            hint="It may be damaged: download or copy it again.",
        )
    notes = () if row_count else ("The file has columns and no rows.",)
    return Loaded(options=options, rows_read=row_count, warnings=notes)
