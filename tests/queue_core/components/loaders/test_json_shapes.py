"""The shapes in which programs write tables as one JSON value."""

from __future__ import annotations

import json

import pytest
from loader_checks import Loads, Writes, rows_of

from queue_core.components.loaders import load_dataset, preview
from queue_core.errors import DataError


def test_the_first_list_holds_the_names(load: Loads) -> None:
    stored = load('[["NAME","POP","state"],["North","5000","01"],["South","700","02"]]', "t.json")
    assert rows_of(stored)[1] == {"NAME": "South", "POP": "700", "state": "02"}
    assert "was read as the names" in stored.warnings[0]
    typed = load('[["a","b"],[1,"x"],[2,null]]', "t.json")
    assert rows_of(typed) == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    assert load('[["x","y"],["x","z"],["w","y"]]', "t.json").row_count == 3
    late = [["a", "b"], *([n, str(n)] for n in range(300)), [1]]
    with pytest.raises(DataError, match=r"Row 301 of t\.json has not as many values"):
        load(json.dumps(late), "t.json")


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ({"meta": {"view": {"columns": [{"name": "a"}, {"name": "b"}]}}, "data": [[1, "x"]]},
         [{"a": 1, "b": "x"}]),
        ({"fields": ["a", "b"], "n": 1, "rows": [[1, "x"], [2, "y"]]},
         [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
        ({"n": 2, "rows": [[1, "x"], [2, "y"]]},
         [{"column_1": 1, "column_2": "x"}, {"column_1": 2, "column_2": "y"}]),
        ({"r1": {"a": 1, "b": "x"}, "r2": {"a": 2, "b": "y"}},
         [{"key": "r1", "a": 1, "b": "x"}, {"key": "r2", "a": 2, "b": "y"}]),
        ({"0": {"key": 1}, "1": {"key": 2}},
         [{"record key": "0", "key": 1}, {"record key": "1", "key": 2}]),
        ({"name": "x", "at": {"lat": 1}}, [{"name": "x", "at.lat": 1}]),
        ({"train": {"a": 1}, "test": {"b": 2}}, [{"train.a": 1, "test.b": 2}]),
    ],
)  # fmt: skip
def test_one_object(load: Loads, value: object, rows: list[dict[str, object]]) -> None:
    assert rows_of(load(json.dumps(value), "t.json")) == rows


def test_two_tables_are_offered(load: Loads, write: Writes) -> None:
    text = json.dumps({"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"s": "a", "t": "b"}]})
    stored = load(text, "t.json")
    assert rows_of(stored) == [{"id": "a"}, {"id": "b"}]
    assert "“links” (1 records)" in stored.warnings[0]
    (finding,) = preview(write(text, "t.json")).findings
    assert (finding.value, finding.alternatives) == ("nodes", ("links",))
    assert rows_of(load(text, "t.json", records="links")) == [{"s": "a", "t": "b"}]
    with pytest.raises(DataError, match="no list of records named “x”") as caught:
        load(text, "t.json", records="x")
    assert "“nodes”, “links”" in caught.value.hint


def test_late_word_amid_dates_is_said(load: Loads) -> None:
    rows = [{"d": "31.01.2024"}] * 30_000 + [{"d": "soon"}]
    stored = load("\n".join(map(json.dumps, rows)), "t.jsonl")
    assert stored.page(30_000, 1).to_pylist() == [{"d": "soon"}]
    assert stored.warnings == (
        "Column “d” is kept as text: record 30,001 holds “soon”, which is not a date.",
    )


def test_the_preview_reads_as_the_load_does(write: Writes) -> None:
    path = write('[["a","b"],[1,"31.01.2024"],[2,"29.02.2024"]]', "t.json")
    shown = preview(path)
    stored = load_dataset(path, {}, path.with_name("dataset"))
    assert [tuple(row.values()) for row in rows_of(stored)] == list(shown.rows)


@pytest.mark.parametrize(
    "value",
    [
        {"columns": ["a", "b"], "rows": [[1, "x"], [2, "y"]]},
        {"fields": [{"name": "a"}, {"name": "b"}], "values": [[1, "x"], [2, "y"]]},
        {"header": ["a", "b"], "data": [[1, "x"], [2, "y"]]},
        {"data": [["a", "b"], [1, "x"], [2, "y"]]},
        {"response": {"status": "ok", "docs": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}},
        {"a": {"b": {"c": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}}},
    ],
)
def test_rows_and_records_within_objects(load: Loads, value: object) -> None:
    stored = load(json.dumps(value), "t.json")
    assert rows_of(stored) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert stored.warnings


def test_columns_by_the_keys_of_their_rows(load: Loads) -> None:
    stored = load(json.dumps({"a": {"r1": 1, "r2": 2}, "b": {"r1": "x", "r2": "y"}}), "t.json")
    assert rows_of(stored) == [{"key": "r1", "a": 1, "b": "x"}, {"key": "r2", "a": 2, "b": "y"}]


def test_a_short_row_below_names_is_refused(load: Loads) -> None:
    with pytest.raises(DataError, match="Row 2 of"):
        load('[["a","b"],[1,2],[3],[4,5]]', "t.json")
