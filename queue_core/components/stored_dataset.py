"""A dataset as it is stored: `data.parquet` with the rows, `metadata.json` with what is known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from queue_core.components.column_types import ColumnType
from queue_core.errors import DataError

DATA_FILE = "data.parquet"
METADATA_FILE = "metadata.json"
REJECTS_FILE = "rejected_rows.csv"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class ColumnInfo:
    """What is known of one column without reading it.

    Attributes:
        name: Unique in its dataset.
        type: How to treat its values.
        missing: How many values are missing.
        statistics: JSON data. Numbers: `min, max, mean, std, q1, median, q3`; text, categories
            and booleans: `top`, a list of `{"value", "count"}`; points in time: `min, max`; all:
            `distinct`. Of finite values; `infinite` counts the others. None where there is no
            value. `approximate` lists the keys that were estimated.
    """

    name: str
    type: ColumnType
    missing: int = 0
    statistics: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "name": self.name,
            "type": self.type.value,
            "missing": self.missing,
            "statistics": dict(self.statistics),
        }


@dataclass(frozen=True)
class StoredDataset:
    """A complete dataset on disk; cheap to make, reads when asked.

    Attributes:
        path: The folder.
    """

    path: Path

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """What `metadata.json` says.

        Raises:
            DataError: There is no complete dataset here, or a newer program wrote it.
        """
        try:
            content = json.loads((self.path / METADATA_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise DataError(
                f"There is no stored dataset in {self.path}.", hint="Load the file again."
            ) from error
        except (OSError, ValueError) as error:
            raise DataError(
                f"The description of the stored dataset in {self.path} cannot be read: {error}.",
                hint="Load the file again.",
            ) from error
        if content["format_version"] > FORMAT_VERSION:
            raise DataError(
                f"The stored dataset in {self.path} was written by a newer version.",
                hint="Update the program, or load the file again.",
            )
        return dict(content)

    @property
    def parquet_path(self) -> Path:
        """The file with the rows."""
        return self.path / DATA_FILE

    @property
    def rejects_path(self) -> Path | None:
        """The file with the source's lines that could not be stored; None if all were."""
        path = self.path / REJECTS_FILE
        return path if path.exists() else None

    @cached_property
    def columns(self) -> tuple[ColumnInfo, ...]:
        """The columns in the order of the source."""
        return tuple(
            ColumnInfo(item["name"], ColumnType(item["type"]), item["missing"], item["statistics"])
            for item in self.metadata["columns"]
        )

    @property
    def row_count(self) -> int:
        """How many rows it has."""
        return int(self.metadata["row_count"])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was done to the source's data, in sentences."""
        return tuple(self.metadata["warnings"])

    @property
    def source_hash(self) -> str | None:
        """Hash of the source's bytes, e.g. `sha256:9f86…`; None if no file was its source."""
        source = self.metadata.get("source") or {}
        value = source.get("hash")
        return str(value) if value else None

    @property
    def data_hash(self) -> str:
        """Hash of the stored rows' file, e.g. `sha256:9f86…`."""
        return str(self.metadata["data_hash"])

    def column(self, name: str) -> ColumnInfo:
        """Return what is known of one column.

        Raises:
            DataError: There is none of this name; the hint lists near ones.
        """
        for info in self.columns:
            if info.name == name:
                return info
        import difflib

        names = [info.name for info in self.columns]
        near = difflib.get_close_matches(name, names, n=3) or names[:10]
        raise DataError(
            f"The dataset has no column “{name}”.", hint=f"Choose one of: {', '.join(near)}."
        )

    def page(self, offset: int, limit: int, columns: Sequence[str] | None = None) -> Any:
        """Return rows *offset* up to *offset + limit* as a `pyarrow.Table`.

        Reads the row groups it needs and no others. Past the end it returns fewer rows.

        Raises:
            DataError: A column does not exist or the file cannot be read.
        """
        import pyarrow as pa

        offset, limit = max(offset, 0), max(limit, 0)
        with self._open() as file:
            names = self._chosen(columns)
            tables = []
            start = 0
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if start >= offset + limit:
                    break
                if start + rows > offset and limit:
                    first = max(offset - start, 0)
                    table = file.read_row_group(group, columns=names)
                    tables.append(table.slice(first, offset + limit - start - first))
                start += rows
            empty = file.schema_arrow.empty_table().select(names)
        return pa.concat_tables([empty, *tables])

    def to_pandas(
        self,
        columns: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        sample: int | None = None,
        seed: int = 0,
    ) -> Any:
        """Return the rows as a `pandas.DataFrame`, in the order of the source.

        Integers with missing values are floats, unless that would lose digits; booleans with
        missing values are pandas' `boolean`; dates are `datetime64`; decimals are floats.

        Args:
            columns: Only these, in this order; None for all.
            limit: Only the first rows, this many.
            sample: Only this many rows, drawn at random without replacement.
            seed: Decides which rows *sample* draws.

        Raises:
            DataError: A column does not exist or the file cannot be read.
        """
        from queue_core.components.pandas_frame import to_frame

        if sample is not None and sample < self.row_count:
            return to_frame(self._sampled(sample, seed, columns))
        if limit is not None:
            return to_frame(self.page(0, limit, columns))
        with self._open() as file:
            return to_frame(file.read(columns=self._chosen(columns)))

    def batches(
        self, columns: Sequence[str] | None = None, *, batch_rows: int = 65_536
    ) -> Iterator[Any]:
        """Yield the rows as `pyarrow.RecordBatch`es of at most *batch_rows*, in order.

        Raises:
            DataError: A column does not exist or the file cannot be read.
        """
        with self._open() as file:
            yield from file.iter_batches(batch_size=batch_rows, columns=self._chosen(columns))

    @classmethod
    def write(
        cls,
        path: Path,
        data: Any,
        *,
        types: Mapping[str, ColumnType] | None = None,
        warnings: Sequence[str] = (),
        made_by: Mapping[str, Any] | None = None,
    ) -> StoredDataset:
        """Store *data* as the folder *path*, complete or not at all.

        Args:
            path: Where; a dataset that is there already is replaced.
            data: A `pyarrow.Table` or `RecordBatchReader`, an iterable of record batches of one
                schema, or a `pandas.DataFrame` (its index is left out).
            types: Column types that are not to be derived from the values.
            warnings: Sentences to keep with it.
            made_by: JSON data that says what made it, e.g. a converter and its parameters.

        Raises:
            DataError: It has no columns, or the disk is full.
        """
        from queue_core.components.dataset_writer import DatasetStaging

        with DatasetStaging(path) as staging:
            staging.write_arrow(data)
            return staging.finish(types=types, warnings=warnings, made_by=made_by)

    def _open(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.ParquetFile(self.parquet_path)
        except (OSError, pa.ArrowException) as error:
            raise DataError(
                f"The stored rows in {self.parquet_path} cannot be read: {error}.",
                hint="Load the file again.",
            ) from error

    def _chosen(self, columns: Sequence[str] | None) -> list[str]:
        if columns is None:
            return [info.name for info in self.columns]
        return [self.column(name).name for name in columns]

    def _sampled(self, size: int, seed: int, columns: Sequence[str] | None) -> Any:
        import numpy as np
        import pyarrow as pa

        drawn = np.random.default_rng(seed).choice(self.row_count, max(size, 0), replace=False)
        drawn.sort()
        pieces = []
        start = 0
        for batch in self.batches(columns):
            stop = start + batch.num_rows
            first, last = np.searchsorted(drawn, (start, stop))
            pieces.append(batch.take(pa.array(drawn[first:last] - start)))
            start = stop
        return pa.Table.from_batches(pieces)
