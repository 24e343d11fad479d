"""What the tests of the loaders share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError

Loads = Callable[..., StoredDataset]
Writes = Callable[..., Path]


def rows_of(dataset: StoredDataset) -> list[dict[str, Any]]:
    """Return all rows."""
    found: list[dict[str, Any]] = dataset.page(0, dataset.row_count).to_pylist()
    return found


def types_of(dataset: StoredDataset) -> dict[str, str]:
    """Return the type of each column."""
    return {column.name: column.type.value for column in dataset.columns}


def refused(load: Loads, *arguments: object, **options: object) -> DataError:
    """Return the error of a load that must fail; it has a sentence and a next step."""
    with pytest.raises(DataError) as caught:
        load(*arguments, **options)
    assert caught.value.message.endswith(".")
    assert caught.value.hint.endswith(".")
    return caught.value
