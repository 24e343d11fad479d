"""Stored datasets: opening one, and writing to its row what is known of it."""

from __future__ import annotations

from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.tables import Dataset, Notebook
from queue_core.errors import DataError
from queue_core.paths import LocalFolder


def open_dataset(folder: LocalFolder, dataset: Dataset) -> StoredDataset:
    """Return the stored rows of a dataset.

    Raises:
        DataError: It is not complete.
    """
    if not dataset.is_complete:
        why = dataset.error or "it was not loaded yet."
        raise DataError(
            f"The dataset “{dataset.name}” is not ready: {why}",
            hint="Wait until its job has finished, or load it again.",
        )
    return StoredDataset(folder.datasets / str(dataset.id))


def columns_of(stored: StoredDataset) -> list[dict[str, str]]:
    """Return name and type of each column, as JSON data."""
    return [{"name": info.name, "type": info.type.value} for info in stored.columns]


def describe_table(row: Notebook | Dataset, stored: StoredDataset) -> None:
    """Write to a row what is known of its table."""
    row.data_hash = stored.data_hash
    row.row_count = stored.row_count
    row.column_count = len(stored.columns)
    row.schema = columns_of(stored)


def describe_dataset(row: Dataset, stored: StoredDataset) -> None:
    """Write to a dataset's row what is known of its rows."""
    describe_table(row, stored)
    row.size_bytes = int(stored.metadata["data_bytes"])
    row.warnings = list(stored.warnings)
