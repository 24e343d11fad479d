"""The data that jobs look at and make: finding it, opening it, and saying what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from queue_core.database.status import EntityKind
from queue_core.errors import DataError, ParameterError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.components.stored_dataset import StoredDataset
    from queue_core.database.tables.data import Dataset, Notebook
    from queue_core.paths import LocalFolder


def find_source(
    session: Session, *, dataset_id: int | None, notebook_id: int | None
) -> Dataset | Notebook:
    """Return the entity that holds the data.

    Raises:
        ParameterError: Neither or both are named.
        EntityNotFoundError: There is no such one.
    """
    from queue_core.database.deletion import load_entity

    if (dataset_id is None) == (notebook_id is None):
        what = "Neither a dataset nor a notebook" if dataset_id is None else "Both"
        raise ParameterError(
            f"{what} was named; one of them is needed.",
            parameter="dataset_id",
            hint="Set either dataset_id or notebook_id.",
        )
    if dataset_id is not None:
        return cast("Dataset", load_entity(session, EntityKind.DATASET, int(dataset_id)))
    return cast("Notebook", load_entity(session, EntityKind.NOTEBOOK, int(notebook_id or 0)))


def open_dataset(folder: LocalFolder, dataset: Dataset) -> StoredDataset:
    """Return the stored rows of a dataset.

    Raises:
        DataError: It is not complete.
    """
    from queue_core.components.stored_dataset import StoredDataset

    if not dataset.is_complete:
        why = dataset.error or "it was not loaded yet."
        raise DataError(
            f"The dataset “{dataset.name}” is not ready: {why}",
            hint="Wait until its job has finished, or load it again.",
        )
    return StoredDataset(folder.datasets / str(dataset.id))


def open_source(folder: LocalFolder, source: Dataset | Notebook) -> StoredDataset:
    """Return the rows of a dataset, or of a notebook as they are after its steps.

    Raises:
        DataError: They are not complete.
    """
    from queue_core.database.tables.data import Dataset
    from queue_core.jobs.notebook_steps import open_notebook

    if isinstance(source, Dataset):
        return open_dataset(folder, source)
    return open_notebook(folder, source)


def describe_table(row: Notebook | Dataset, stored: StoredDataset) -> None:
    """Write to a row what is known of its table."""
    row.data_hash = stored.data_hash
    row.row_count = stored.row_count
    row.column_count = len(stored.columns)
    row.schema = [{"name": info.name, "type": info.type.value} for info in stored.columns]


def describe_dataset(row: Dataset, stored: StoredDataset) -> None:
    """Write to a dataset's row what is known of its rows."""
    describe_table(row, stored)
    row.size_bytes = int(stored.metadata["data_bytes"])
    row.warnings = list(stored.warnings)
