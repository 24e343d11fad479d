from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_core.components import profile
from queue_core.components.column_types import ColumnType, is_category
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError


def stored(tmp_path: Path, data: Any, **options: Any) -> StoredDataset:
    return write_dataset(tmp_path / "datasets" / "1", data, **options)


def test_round_trip_of_a_frame(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [0.5, np.nan, 2.0],
            "t": ["a", None, "c"],
            "d": pd.to_datetime(["2024-01-05", None, "2024-01-07"]),
            "b": [True, False, True],
        }
    )
    dataset = stored(tmp_path, frame)
    back = dataset.to_pandas()
    assert back["i"].tolist() == [1, 2, 3]
    assert back["i"].dtype == "int64"
    assert back["f"].isna().tolist() == [False, True, False]
    assert back["t"].isna().tolist() == [False, True, False]
    assert str(back["d"].dtype).startswith("datetime64")
    assert back["b"].dtype == bool
    assert dataset.row_count == 3


def test_frames_for_scikit_learn(tmp_path: Path) -> None:
    table = pa.table(
        {
            "i": [1, None, 3],
            "huge": [2**60 + 1, None, 3],
            "b": [True, None, False],
            "money": pa.array([None, 1, 2], pa.decimal128(10, 2)),
            "day": pa.array([1, None, 3], pa.date32()),
        }
    )
    frame = stored(tmp_path, table).to_pandas()
    assert frame["i"].dtype == "float64"
    assert frame["huge"].dtype == "Int64"
    assert frame["huge"][0] == 2**60 + 1
    assert frame["b"].dtype == "boolean"
    assert frame["money"].dtype == "float64"
    assert str(frame["day"].dtype).startswith("datetime64")


def test_pages(tmp_path: Path) -> None:
    dataset = stored(tmp_path, pa.table({"i": list(range(200_000)), "x": [0.5] * 200_000}))
    assert dataset.page(131_070, 5).column("i").to_pylist() == list(range(131_070, 131_075))
    assert dataset.page(199_998, 10).num_rows == 2
    assert dataset.page(300_000, 10).num_rows == 0
    assert dataset.page(0, 0).num_rows == 0
    assert dataset.page(5, 1, ["x"]).column_names == ["x"]
    assert dataset.page(-3, 1).column("i").to_pylist() == [0]
    assert sum(batch.num_rows for batch in dataset.batches(["i"])) == 200_000


def test_samples(tmp_path: Path) -> None:
    dataset = stored(tmp_path, pa.table({"i": list(range(150_000))}))
    first = dataset.to_pandas(sample=500, seed=3)["i"].tolist()
    assert first == dataset.to_pandas(sample=500, seed=3)["i"].tolist()
    assert first != dataset.to_pandas(sample=500, seed=4)["i"].tolist()
    assert first == sorted(set(first))
    assert len(first) == 500
    assert len(dataset.to_pandas(sample=10**9)) == 150_000
    assert len(dataset.to_pandas(limit=7)) == 7


def test_statistics_are_those_of_numpy(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=5000)
    dataset = stored(tmp_path, pa.table({"v": values}))
    found = dataset.column("v").statistics
    assert found["min"] == values.min()
    assert found["mean"] == pytest.approx(values.mean())
    assert found["std"] == pytest.approx(values.std(ddof=1))
    wanted = np.quantile(values, [0.25, 0.5, 0.75])
    assert [found["q1"], found["median"], found["q3"]] == pytest.approx(wanted.tolist())
    assert found["distinct"] == 5000
    assert "approximate" not in found


def test_statistics_of_large_tables_say_what_is_approximate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "EXACT_QUARTILE_ROWS", 20_000)
    monkeypatch.setattr(profile, "EXACT_DISTINCT_ROWS", 1_000)
    monkeypatch.setattr(profile, "TOP_MAX_DISTINCT", 100)
    values = np.arange(100_000) % 50_000
    table = pa.table({"v": values, "t": [str(v) for v in values], "c": ["x", "y"] * 50_000})
    dataset = stored(tmp_path, table)
    found = dataset.column("v").statistics
    assert found["approximate"] == ["distinct", "q1", "median", "q3"]
    assert found["median"] == pytest.approx(25_000, rel=0.03)
    assert found["distinct"] == pytest.approx(50_000, rel=0.1)
    assert "top" not in dataset.column("t").statistics
    category = dataset.column("c")
    assert category.type is ColumnType.CATEGORY
    assert category.statistics == {
        "distinct": 2,
        "top": [{"value": "x", "count": 50_000}, {"value": "y", "count": 50_000}],
    }


def test_infinite_values_do_not_hide_the_others(tmp_path: Path) -> None:
    found = stored(tmp_path, pa.table({"v": [1.0, 2.0, math.inf, -math.inf, None]})).column("v")
    assert found.statistics["infinite"] == 2
    assert (found.statistics["min"], found.statistics["max"]) == (1.0, 2.0)
    assert found.statistics["mean"] == 1.5
    assert found.missing == 1


@pytest.mark.parametrize(
    ("distinct", "present", "expected"),
    [(3, 150, True), (2, 3, False), (100, 200, True), (101, 10_000, False), (0, 0, False)],
)
def test_rule_of_categories(distinct: int, present: int, expected: bool) -> None:
    assert is_category(distinct, present) is expected


def test_types_can_be_given(tmp_path: Path) -> None:
    dataset = stored(
        tmp_path, pa.table({"c": ["a", "b", "c"]}), types={"c": ColumnType.CATEGORY},
        warnings=["Said."], made_by={"converter": "x"},
    )  # fmt: skip
    assert dataset.column("c").type is ColumnType.CATEGORY
    assert dataset.warnings == ("Said.",)
    assert dataset.metadata["made_by"] == {"converter": "x"}
    assert dataset.source_hash is None


def test_batches_are_stored_as_they_come(tmp_path: Path) -> None:
    schema = pa.schema([("i", pa.int64())])
    batches = (pa.record_batch({"i": [n]}, schema=schema) for n in range(1000))
    dataset = stored(tmp_path, batches)
    assert dataset.to_pandas()["i"].tolist() == list(range(1000))
    with pytest.raises(DataError, match="has no columns"):
        stored(tmp_path, [])
    with pytest.raises(DataError, match="has no columns"):
        stored(tmp_path, pa.table({}))
    assert dataset.row_count == 1000


def test_what_is_not_there(tmp_path: Path) -> None:
    dataset = stored(tmp_path, pa.table({"species": ["a"], "sex": ["b"]}))
    with pytest.raises(DataError) as caught:
        dataset.page(0, 1, ["specie"])
    assert caught.value.hint == "Choose one of: species."
    with pytest.raises(DataError, match="no stored dataset"):
        _ = StoredDataset(tmp_path / "nowhere").columns
    (dataset.path / "data.parquet").write_bytes(b"broken")
    with pytest.raises(DataError, match="cannot be read"):
        dataset.page(0, 1)


def test_newer_and_broken_metadata(tmp_path: Path) -> None:
    dataset = stored(tmp_path, pa.table({"a": [1]}))
    path = dataset.path / "metadata.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "format_version": 99}), encoding="utf-8")
    with pytest.raises(DataError, match="newer version"):
        _ = StoredDataset(dataset.path).columns
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        _ = StoredDataset(dataset.path).columns


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    dataset = stored(tmp_path, pa.table({"a": [1]}))

    def broken() -> Any:
        yield pa.record_batch({"a": [1]})
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours
        stored(tmp_path, broken())
    assert StoredDataset(dataset.path).row_count == 1
    assert [item.name for item in dataset.path.parent.iterdir()] == ["1"]


CELLS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=5, max_size=5),
    st.lists(st.floats(allow_nan=False) | st.none(), min_size=5, max_size=5),
    st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.none(), min_size=5, max_size=5),
    st.lists(st.booleans() | st.none(), min_size=5, max_size=5),
    st.lists(st.dates() | st.none(), min_size=5, max_size=5),
    st.lists(st.datetimes() | st.none(), min_size=5, max_size=5),
)


@settings(max_examples=30)
@given(columns=st.lists(CELLS, min_size=1, max_size=4))
def test_any_table_is_stored_as_it_is(columns: list[list[Any]], tmp_path_factory: Any) -> None:
    table = pa.table({f"c{i}": column for i, column in enumerate(columns)})
    dataset = stored(tmp_path_factory.mktemp("any"), table)
    assert dataset.page(0, 5).to_pydict() == table.to_pydict()
    missing = [sum(value is None for value in column) for column in columns]
    assert [column.missing for column in dataset.columns] == missing
