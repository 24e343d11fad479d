from __future__ import annotations

import datetime
import gzip
import json
from pathlib import Path

import pytest
import vega_datasets
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.errors import DataError

CARS = Path(vega_datasets.__file__).parent / "_data" / "cars.json"
EXPECTED = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    "text",
    [
        '[{"a":1,"b":"x"},{"a":2,"b":"y"}]',
        '[\n {"a": 1, "b": "x"},\n {"a": 2, "b": "y"}\n]\n',
        '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n',
        '{"a":1,"b":"x"}\r\n\r\n{"a":2,"b":"y"}',
        '{"a":1,\n"b":"x"} {"a":2,"b":"y"}',
        '\ufeff{"a":[1,2],"b":["x","y"]}',
        '{"a":{"0":1,"1":2},"b":{"0":"x","1":"y"}}',
        '{"columns":["a","b"],"index":[0,1],"data":[[1,"x"],[2,"y"]]}',
        '{"source":"z","rows":[{"a":1,"b":"x"},{"a":2,"b":"y"}]}',
    ],
)
def test_shapes(load: Loads, write: Writes, text: str) -> None:
    stored = load(text, "table.json")
    assert rows_of(stored) == EXPECTED
    shown = preview(write(text, "table.json"))
    assert shown.rows == ((1, "x"), (2, "y"))
    assert shown.is_complete


def test_other_shapes(load: Loads) -> None:
    assert rows_of(load("[[1,2],[3,4]]", "t.json")) == [
        {"column_1": 1, "column_2": 2},
        {"column_1": 3, "column_2": 4},
    ]
    assert rows_of(load("[1.5, 2]", "t.json")) == [{"value": 1.5}, {"value": 2.0}]
    assert rows_of(load('{"a": 1, "b": null}', "t.json")) == [{"a": 1, "b": None}]


def test_nested_values(load: Loads) -> None:
    text = '[{"id":1,"at":{"city":"x","geo":{"lat":1.5}},"tags":["p","q"]},{"id":2,"tags":[]}]'
    stored = load(text, "t.json")
    assert rows_of(stored) == [
        {"id": 1, "at.city": "x", "at.geo.lat": 1.5, "tags": '["p", "q"]'},
        {"id": 2, "at.city": None, "at.geo.lat": None, "tags": "[]"},
    ]
    assert stored.warnings == (
        "Nested objects were made columns: “at.city”, “at.geo.lat”.",
        "Nested values are kept as JSON text in: “tags”.",
    )
    stored = load(text, "t.json", flatten=False)
    assert json.loads(rows_of(stored)[0]["at"]) == {"city": "x", "geo": {"lat": 1.5}}


def test_types(load: Loads) -> None:
    rows = [
        {"i": 1, "f": 1, "s": "007", "b": True, "d": "2024-01-05", "t": "2024-01-05T10:00:00",
         "z": "2024-01-05T10:00:00Z", "big": 2**63, "n": None, "feb": "2024-02-28"},
        {"i": 2, "f": 2.5, "s": "008", "b": False, "d": None, "t": "2024-01-06T10:00:00.5",
         "z": "2024-01-05T10:00:00+02:00", "big": 1, "n": None, "feb": "2024-02-30"},
    ]  # fmt: skip
    stored = load("\n".join(map(json.dumps, rows)), "t.jsonl")
    assert types_of(stored) == {
        "i": "integer", "f": "float", "s": "text", "b": "boolean", "d": "date", "t": "datetime",
        "z": "datetime", "big": "text", "n": "text", "feb": "text",
    }  # fmt: skip
    first = rows_of(stored)[0]
    assert first["big"] == str(2**63)
    assert first["d"] == datetime.date(2024, 1, 5)
    assert stored.warnings == (
        "Values of several types are kept as text in: “big”.",
        "Column “feb” is kept as text: “2024-02-30” is a day that no calendar has. "
        "Correct it to read the column as dates.",
    )


def test_late_surprises(load: Loads) -> None:
    rows = [{"a": 1, "b": 1, "d": "2024-01-01"}] * 45_000
    rows += [{"a": "many", "b": 1.5, "c": "new", "d": "soon"}, {"b": None}]
    stored = load("\n".join(map(json.dumps, rows)), "t.jsonl")
    assert stored.page(44_999, 3).to_pylist() == [
        {"a": "1", "b": 1.0, "d": "2024-01-01", "c": None},
        {"a": "many", "b": 1.5, "d": "soon", "c": "new"},
        {"a": None, "b": None, "d": None, "c": None},
    ]
    assert stored.column("c").missing == 45_001
    assert stored.warnings == (
        "Values of several types are kept as text in: “a”.",
        "Column “d” is kept as text: record 45,001 holds “soon”, which is not a date.",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":1}\n{"a":2,\n', "Line 3 of t.json is not JSON"),
        ('{"a":1}\n{"a":oops}\n', "Line 2 of t.json is not JSON"),
        ('[{"a":1},\n{"a":2}\n', "Line 3 of t.json is not JSON that can be loaded: the array"),
        ('[{"a":1}\n{"a":2}]', "Line 2 of t.json .* a comma is missing"),
        ('[{"a":1}]\nmore', "Line 2 of t.json .* something follows"),
        ('{"a":1}\n{"b":1,"b":2}', "the key “b” twice"),
        ('{"a":[1,2],"b":[3]}', "not of one length: “a” has 2, “b” has 1"),
        ("[]", "holds no records"),
        ("[null]", "Record 1 of t.json is null"),
        ('{"a":1}\n{"a":2}\nnull', "Record 3 of t.json is null"),
        ('{"a.b":1,"a":{"b":2}}\n{}', "would be named “a.b”"),
    ],
)
def test_what_cannot_be_loaded(load: Loads, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(text, "t.json")


def test_line_of_an_error_far_down(load: Loads) -> None:
    text = '{"a":1,"b":"some text to fill the line"}\n' * 60_000 + '{"a":\n'
    with pytest.raises(DataError, match="Line 60,002 of"):
        load(text, "t.jsonl")


def test_packed_and_other_encodings(load: Loads) -> None:
    text = '{"a":"é"}\n{"a":"ü"}\n'
    assert rows_of(load(gzip.compress(text.encode()), "t.jsonl.gz"))[0] == {"a": "é"}
    assert rows_of(load(text.encode("utf-16"), "t.json"))[0] == {"a": "é"}
    with pytest.raises(DataError, match=r"Line 2 of .* is not UTF-8"):
        load('{"a":"é"}\n'.encode() + b'{"a":"\xe9"}\n', "t.json", encoding="utf-8")


def test_json_named_csv(load: Loads) -> None:
    stored = load('{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', "t.csv")
    assert rows_of(stored) == EXPECTED
    assert "is JSON, in spite of its name" in stored.warnings[0]


def test_real_file(load: Loads) -> None:
    stored = load(CARS)
    assert stored.row_count == 406
    assert stored.column("Miles_per_Gallon").missing == 8
    assert types_of(stored)["Origin"] == "category"


def test_preview_of_a_large_file(write: Writes) -> None:
    rows = '{"a":1,"b":"some text to fill the line"}\n' * 100_000
    shown = preview(write(rows, "t.jsonl"), rows=5)
    assert len(shown.rows) == 5
    assert not shown.is_complete
    array = "[" + rows.strip().replace("\n", ",") + "]"
    assert len(preview(write(array, "t.json"), rows=5).rows) == 5
    one = json.dumps({"a": list(range(400_000))})
    assert "cannot be previewed" in str(preview(write(one, "t.json")).error)
