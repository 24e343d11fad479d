"""The data that jobs look at, be it a dataset or a notebook: finding it and opening it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.finding import find
from queue_core.database.tables import Dataset, Notebook
from queue_core.errors import ParameterError
from queue_core.library.datasets import open_dataset
from queue_core.library.notebooks import open_notebook
from queue_core.paths import LocalFolder


def find_source(
    session: Session, *, dataset_id: int | None, notebook_id: int | None
) -> Dataset | Notebook:
    """Return the entity that holds the data.

    Raises:
        ParameterError: Neither or both are named.
        EntityNotFoundError: There is no such one.
    """
    if dataset_id is not None and notebook_id is None:
        return find(session, Dataset, dataset_id)
    if notebook_id is not None and dataset_id is None:
        return find(session, Notebook, notebook_id)
    what = "Neither a dataset nor a notebook" if dataset_id is None else "Both"
    raise ParameterError(
        f"{what} was named; one of them is needed.",
        parameter="dataset_id",
        hint="Set either dataset_id or notebook_id.",
    )


def open_source(folder: LocalFolder, source: Dataset | Notebook) -> StoredDataset:
    """Return the rows of a dataset, or of a notebook as they are after its steps.

    Raises:
        DataError: They are not complete.
    """
    if isinstance(source, Dataset):
        return open_dataset(folder, source)
    return open_notebook(folder, source)
