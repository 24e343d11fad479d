"""A table of the window as a file of other programs: numbers stay numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from queue_core.errors import ParameterError
from queue_core.library.export import save_values

COLUMNS: dict[str, list[Any]] = {
    "Name": ["=forest", "line"],
    "Accuracy": [0.9, None],
    "max_depth": [3.0, "none"],
    "n": [1, 2],
}


def test_values_are_saved_as_what_they_are(tmp_path: Path) -> None:
    for suffix in ("csv", "parquet", "xlsx"):
        assert save_values(COLUMNS, str(tmp_path / f"models.{suffix}")) == 2
    kept = parquet.read_table(tmp_path / "models.parquet").to_pydict()
    assert kept == {**COLUMNS, "max_depth": ["3.0", "none"]}
    read = csv.read_csv(tmp_path / "models.csv").to_pydict()
    assert read["Accuracy"] == [0.9, None]
    assert (tmp_path / "models.xlsx").read_bytes().startswith(b"PK")
    with pytest.raises(ParameterError, match="cannot be written"):
        save_values(COLUMNS, str(tmp_path / "models.doc"))
