"""Tables of very many columns are read by other means; the result is the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_checks import Loads, rows_of, types_of

from queue_core.components import profile
from queue_core.components.loaders import load_dataset
from queue_core.components.loaders.delimited import wide
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError

pytestmark = pytest.mark.sweep


@pytest.fixture
def all_are_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wide, "WIDE_COLUMNS", 0)
    monkeypatch.setattr(profile, "WIDE_COLUMNS", 0)


CELLS = st.one_of(
    st.integers(-(2**65), 2**65).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["", "007", "1e400", "-0", "+5", "1_000", " 1", "NA", "?", "true", "FALSE",
                     "2024-01-05", "2024-02-30", "x,y", 'q"q', "two\nlines", "1.50", "inf"]),
)  # fmt: skip


def facts(stored: StoredDataset) -> list[tuple[Any, ...]]:
    return [(c.name, c.type, c.missing, c.statistics) for c in stored.columns]


@settings(max_examples=25)
@given(
    columns=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=2, max_size=6),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_any_table(columns: list[list[str]], newline: str) -> None:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in column] for column in columns]
    names = [f"name {i}" for i in range(len(columns))]
    lines = [",".join(names), *(",".join(row) for row in zip(*quoted, strict=True))]
    options = {"delimiter": ",", "header": True, "skip_rows": 0, "quote": '"'}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "table.csv"
        path.write_bytes(newline.join([*lines, ""]).encode())
        narrow = load_dataset(path, options, Path(name) / "narrow")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wide, "WIDE_COLUMNS", 0)
            patch.setattr(profile, "WIDE_COLUMNS", 0)
            other = load_dataset(path, options, Path(name) / "wide")
        assert rows_of(other) == rows_of(narrow)
        assert facts(other) == facts(narrow)
        assert other.warnings == narrow.warnings


@pytest.mark.usefixtures("all_are_wide")
def test_ragged_rows(load: Loads) -> None:
    text = 'a,b,c\n1,2,"x\ny"\n\n1,2\n3,4,z\n5,6,7,8\n'
    with pytest.raises(DataError, match=r"^Line 5 of .* has 2 values where the header has 3"):
        load(text)
    stored = load(text, bad_rows="skip")
    assert [row["a"] for row in rows_of(stored)] == [1, 3]
    assert stored.rejects_path is not None
    assert [line.split(",")[0] for line in stored.rejects_path.read_text().splitlines()] == [
        "line", "5", "7",
    ]  # fmt: skip


@pytest.mark.usefixtures("all_are_wide")
def test_late_surprises(load: Loads) -> None:
    stored = load("a,b,c\n" + "1,1,1\n" * 30_000 + "2.5,007,NA\n")
    assert types_of(stored) == {"a": "float", "b": "category", "c": "integer"}
    assert stored.page(30_000, 1).to_pylist() == [{"a": 2.5, "b": "007", "c": None}]
    assert "line 30,002 holds “007”" in stored.warnings[0]


@pytest.mark.usefixtures("all_are_wide")
def test_other_troubles(load: Loads) -> None:
    assert load("a,b\n").row_count == 0
    content = b"a,b\n" + b"1,x\n" * 400_000 + b"2,caf\xe9\n"
    stored = load(content)
    assert stored.page(400_000, 1).to_pylist() == [{"a": 2, "b": "café"}]
    with pytest.raises(DataError, match=r"line 3 of .* is never closed"):
        load('a,b\n1,x\n2,"open\n3,y\n')
    assert load(b"a,b\r\n1,x\n2,y\r\n").row_count == 2


def test_thousands_of_columns(load: Loads) -> None:
    names = ",".join(f"c{i}" for i in range(1200))
    rows = [",".join(f"{i + j}.5" for i in range(1200)) for j in range(20)]
    stored = load("\n".join([names, *rows]))
    assert (stored.row_count, len(stored.columns)) == (20, 1200)
    assert stored.page(19, 1).to_pylist()[0]["c1199"] == 1218.5
    assert stored.column("c7").statistics["max"] == 26.5


@pytest.mark.usefixtures("all_are_wide")
def test_no_rows_and_columns_of_each_kind(load: Loads) -> None:
    names = "whole,decimal,word,flag,day,none"
    empty = load(f"{names}\n")
    assert [column.missing for column in empty.columns] == [0] * 6
    stored = load(f"{names}\n9007199254740993,inf,x,true,2024-01-05,\n-1,2.5,y,false,2024-01-06,\n")
    by_name = {column.name: column for column in stored.columns}
    assert by_name["whole"].statistics["max"] == 9007199254740993
    assert by_name["decimal"].statistics["infinite"] == 1
    assert by_name["decimal"].statistics["max"] == 2.5
    assert by_name["none"].missing == 2
    assert [column.name for column in stored.columns] == names.split(",")
