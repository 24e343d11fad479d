"""Stored tables in another order, and only some of their rows: every value keeps its type."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from queue_core.errors import DataError, ParameterError
from queue_core.library import arranging
from queue_core.library.arranging import arrange_table


@pytest.fixture
def source(tmp_path: Path) -> Path:
    table = pa.table({
        "n": pa.array([3, None, 1, 2], pa.int64()),
        'a "name"': pa.array(["c", "d", "a", "b"]).dictionary_encode(),
        "took": pa.array([timedelta(hours=hours) for hours in (30, 1, 2, 3)], pa.duration("us")),
    })  # fmt: skip
    path = tmp_path / "odd [1] name.parquet"
    parquet.write_table(table, path, row_group_size=2)
    return path


@pytest.mark.parametrize(
    ("order_by", "descending", "condition", "names"),
    [
        ("n", False, "", ["a", "b", "c", "d"]),
        ("n", True, "", ["c", "b", "a", "d"]),  # what is missing stays last
        ('a "name"', True, "n >= 2", ["c", "b"]),
        ("took", True, "", ["c", "b", "a", "d"]),
        (None, False, "n is missing or n < 2", ["d", "a"]),
        (None, False, "n > 99", []),
    ],
)
def test_rows_are_arranged(
    source: Path, tmp_path: Path, order_by: str | None, descending: bool, condition: str,
    names: list[str],
) -> None:  # fmt: skip
    target = tmp_path / "out.parquet"
    count = arrange_table(str(source), str(target), order_by, descending, condition)
    found = parquet.read_table(target)
    assert count == len(names)
    assert found.column('a "name"').to_pylist() == names
    assert found.schema.field("took").type == pa.duration("us")


def test_what_cannot_be_arranged_says_why(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.parquet"
    with pytest.raises(ParameterError, match="no column"):
        arrange_table(str(source), str(target), None, False, "m > 3")
    monkeypatch.setattr(arranging, "MOST_CELLS", 3)
    with pytest.raises(DataError, match="too large"):
        arrange_table(str(source), str(target), "n", False, "")
    assert not target.exists()
