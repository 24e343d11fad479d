from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loader_checks import Loads, Writes

from queue_core.components.loaders import load_dataset
from queue_core.components.stored_dataset import StoredDataset


@pytest.fixture
def write(tmp_path: Path) -> Writes:
    """Write a file of this content and name; return its path."""

    def written(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def load(tmp_path: Path, write: Writes) -> Loads:
    """Load a path, or a file of this content; check what must hold for every load."""

    def loaded(
        source: Path | str | bytes, name: str = "table.csv", **options: Any
    ) -> StoredDataset:
        path = source if isinstance(source, Path) else write(source, name)
        target = tmp_path / "datasets" / "1"
        target.parent.mkdir(exist_ok=True)
        before = sorted(target.parent.iterdir())
        try:
            stored = load_dataset(path, options, target)
        except Exception:
            assert sorted(target.parent.iterdir()) == before, "a failed load leaves nothing behind"
            raise
        assert [item.name for item in target.parent.iterdir()] == ["1"]
        made_by = stored.metadata["made_by"]
        assert made_by["rows_read"] == stored.row_count + made_by["rows_rejected"]
        return stored

    return loaded
