"""What the tests of the loaders share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from queue_core.components.stored_dataset import StoredDataset

Loads = Callable[..., StoredDataset]
Writes = Callable[..., Path]


def rows_of(dataset: StoredDataset) -> list[dict[str, Any]]:
    """Return all rows."""
    found: list[dict[str, Any]] = dataset.page(0, dataset.row_count).to_pylist()
    return found


def types_of(dataset: StoredDataset) -> dict[str, str]:
    """Return the type of each column."""
    return {column.name: column.type.value for column in dataset.columns}
