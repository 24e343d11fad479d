"""A dataset as it is stored: `data.parquet` with the rows, `metadata.json` with what is known."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from queue_core.components.column_types import ColumnType
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

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
    statistics: JsonMapping = field(default_factory=dict)

    def to_json(self) -> JsonObject:
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
    def metadata(self) -> JsonMapping:
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
        names = [info.name for info in self.columns]
        near = difflib.get_close_matches(name, names, n=3) or names[:10]
        raise DataError(
            f"The dataset has no column “{name}”.", hint=f"Choose one of: {', '.join(near)}."
        )

    def page(self, offset: int, limit: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return rows *offset* up to *offset + limit*.

        Reads the row groups it needs and no others. Past the end it returns fewer rows.

        Raises:
            DataError: A column does not exist or the file cannot be read.
        """
        return _rows().page(self.parquet_path, self._chosen(columns), offset, limit)

    def to_pandas(
        self,
        columns: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        sample: int | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Return the rows as a frame, in the order of the source.

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
        rows = _rows()
        names = self._chosen(columns)
        if sample is not None and sample < self.row_count:
            return rows.sampled_frame(self.parquet_path, names, self.row_count, sample, seed)
        if limit is not None:
            return rows.first_frame(self.parquet_path, names, limit)
        return rows.whole_frame(self.parquet_path, names)

    def batches(
        self, columns: Sequence[str] | None = None, *, batch_rows: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in batches of at most *batch_rows*, in order.

        Raises:
            DataError: A column does not exist or the file cannot be read.
        """
        yield from _rows().batches(self.parquet_path, self._chosen(columns), batch_rows)

    def _chosen(self, columns: Sequence[str] | None) -> list[str]:
        if columns is None:
            return [info.name for info in self.columns]
        return [self.column(name).name for name in columns]


def _rows() -> ModuleType:
    """Return what reads rows: the libraries it stands on are for those who ask for rows.

    The window and the command line know datasets by their metadata alone.
    """
    from queue_core.components import dataset_rows

    return dataset_rows
