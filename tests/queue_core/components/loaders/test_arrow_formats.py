from __future__ import annotations

import datetime
import decimal
import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from loader_checks import Loads, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.errors import DataError

COLUMNS: dict[str, Any] = {
    "i": pa.array([1, None, 3], pa.int16()),
    "big": pa.array([2**64 - 1, 0, 1], pa.uint64()),
    "f": pa.array([0.5, float("nan"), None], pa.float32()),
    "money": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("2.25")]),
    "s": pa.array(["a", "b", None], pa.large_string()),
    "kind": pa.array(["x", "y", "x"]).dictionary_encode(),
    "b": pa.array([True, None, False]),
    "day": pa.array([datetime.date(2024, 1, 5)] * 3, pa.date64()),
    "at": pa.array([datetime.datetime(2024, 1, 5, 10, tzinfo=datetime.UTC)] * 3),
    "took": pa.array([datetime.timedelta(seconds=1)] * 3, pa.duration("ms")),
    "list": pa.array([[1, 2], None, []]),
    "object": pa.array([{"a": 1, "b": "x"}, None, {"a": 2, "b": None}]),
    "none": pa.nulls(3),
}
TABLE = pa.table(COLUMNS)


def write_table(path: Path, table: Any = TABLE) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=2)
    elif path.suffix == ".arrows":
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table)
    else:
        feather.write_feather(table, path)
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow", ".arrows"])
def test_every_type(load: Loads, tmp_path: Path, suffix: str) -> None:
    stored = load(write_table(tmp_path / f"table{suffix}"))
    assert types_of(stored) == {
        "i": "integer", "big": "integer", "f": "float", "money": "float", "s": "text",
        "kind": "category", "b": "boolean", "day": "date", "at": "datetime", "took": "duration",
        "list": "text", "object": "text", "none": "text",
    }  # fmt: skip
    first, second, third = rows_of(stored)
    assert first["big"] == 2**64 - 1
    assert first["money"] == decimal.Decimal("1.10")
    assert first["list"] == "[1, 2]"
    assert first["object"] == '{"a": 1, "b": "x"}'
    assert first["at"] == datetime.datetime(2024, 1, 5, 10, tzinfo=datetime.UTC)
    assert first["took"] == datetime.timedelta(seconds=1)
    assert second["f"] is None
    assert third["f"] is None
    assert stored.column("f").missing == 2
    assert stored.column("took").statistics["max"] == 1.0
    assert stored.warnings == (
        "Columns “list”, “object” hold nested values; they are kept as JSON text.",
    )


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrows"])
def test_preview(load: Loads, tmp_path: Path, suffix: str) -> None:
    table = pa.table({"a": list(range(5000)), "s": ["x"] * 5000})
    path = write_table(tmp_path / f"table{suffix}", table)
    shown = preview(path, rows=10)
    assert shown.error is None
    assert shown.rows == tuple((i, "x") for i in range(10))
    assert shown.estimated_rows == (None if suffix == ".arrows" else 5000)
    assert [(c.name, c.type.value) for c in shown.columns] == [("a", "integer"), ("s", "text")]
    assert load(path).row_count == 5000


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrows"])
def test_no_rows(load: Loads, tmp_path: Path, suffix: str) -> None:
    stored = load(write_table(tmp_path / f"table{suffix}", TABLE.slice(0, 0)))
    assert stored.row_count == 0
    assert "The file has columns and no rows." in stored.warnings


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrows"])
@pytest.mark.parametrize("share", [0.3, 0.95])
def test_cut_file(load: Loads, tmp_path: Path, suffix: str, share: float) -> None:
    path = write_table(tmp_path / f"table{suffix}", pa.table({"a": list(range(50_000))}))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataError, match="cut off or damaged"):
        load(path)
    if suffix != ".arrows":  # of a stream, the first rows are whole
        assert preview(path).error is not None


def test_damaged_pages(load: Loads, tmp_path: Path) -> None:
    path = write_table(tmp_path / "table.parquet", pa.table({"a": [str(i) for i in range(9999)]}))
    content = bytearray(path.read_bytes())
    content[100:3000] = bytes(2900)
    path.write_bytes(content)
    with pytest.raises(DataError, match="cut off or damaged"):
        load(path)


def test_first_feather_version(load: Loads, tmp_path: Path) -> None:
    path = tmp_path / "old.feather"
    with pytest.warns(DeprecationWarning, match="Feather V1"):
        feather.write_feather(pa.table({"a": [1, 2]}), path, version=1)
    assert rows_of(load(path)) == [{"a": 1}, {"a": 2}]


def test_packed_parquet(load: Loads, tmp_path: Path) -> None:
    path = write_table(tmp_path / "table.parquet", pa.table({"a": [1, 2]}))
    packed = tmp_path / "table.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert rows_of(load(packed)) == [{"a": 1}, {"a": 2}]


def test_names_that_sql_does_not_tell_apart(load: Loads, tmp_path: Path) -> None:
    table = pa.table([[1], [2], [3]], names=["x", "X", "x"])
    stored = load(write_table(tmp_path / "table.parquet", table))
    assert rows_of(stored) == [{"x": 1, "X_2": 2, "x_3": 3}]
    assert "same name" in stored.warnings[0]
